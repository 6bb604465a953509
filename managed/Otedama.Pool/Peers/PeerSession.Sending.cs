using System.Buffers.Binary;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What is said to a peer: by urgency, and no more than the link takes.</summary>
public sealed partial class PeerSession
{
    /// <summary>Bytes of one write, which TLS makes one record of.</summary>
    private const int ChunkBytes = 16 << 10;

    /// <summary>What may wait below us; the rest waits here, where urgency counts.</summary>
    private const int UnsentMax = 256 << 10;

    /// <summary>Questions without an answer.</summary>
    private const int AskedMax = 64;

    private readonly PeerQueue _queue;
    private readonly uint[] _asked = new uint[AskedMax]; // 0: free
    private readonly uint[] _givenUp = new uint[AskedMax]; // the newest; each is good for one answer
    private readonly byte[] _chunk = new byte[ChunkBytes];
    private uint _lastAsked;
    private uint _givenUpAt;
    private long _sentAt, _pingAt;
    private uint _pinged;
    private bool _isPinged; // and has not answered yet
    private long _shareRefusedAt; // 0: the last share found room
    private bool _isDraining;
    private bool _isPumping;

    /// <summary>False when there is no room, or the session is ending.</summary>
    public bool Send(PeerMessage message, ReadOnlySpan<byte> body, uint correlation = 0)
    {
        PeerPriority priority = PeerMessageRule.Of(message)!.Priority;
        bool queued;
        lock (_gate)
        {
            if (IsEnded || _isDraining)
            {
                return false;
            }
            if (_queue.IsEmpty)
            {
                _sentAt = Now;
            }
            queued = _queue.TryAdd(message, priority, correlation, body);
            if (priority == PeerPriority.Share)
            {
                _shareRefusedAt = queued ? 0 : _shareRefusedAt == 0 ? Now : _shareRefusedAt;
            }
        }
        Pump();
        if (queued)
        {
            OnQueued(message, body.Length);
        }
        return queued;
    }

    private void OnQueued(PeerMessage message, int bodyBytes)
    {
        _all.Traffic.Count(message, isOut: true, bodyBytes);
        if (_all.Memory.Queued > _all.MemoryMax)
        {
            _all.Relieve();
        }
    }

    /// <summary>
    /// Asks something; the number that its answers carry, or 0 when there is no room for another question.
    /// </summary>
    public uint Ask(PeerMessage message, ReadOnlySpan<byte> body)
    {
        uint number;
        lock (_gate)
        {
            int free = Array.IndexOf(_asked, 0u);
            if (free < 0)
            {
                return 0;
            }
            number = unchecked(++_lastAsked == 0 ? ++_lastAsked : _lastAsked);
            _asked[free] = number;
        }
        if (Send(message, body, number))
        {
            return number;
        }
        Answered(number);
        return 0;
    }

    /// <summary>The last answer to this question has come.</summary>
    public void Answered(uint number)
    {
        lock (_gate)
        {
            int index = Array.IndexOf(_asked, number);
            if (index >= 0)
            {
                _asked[index] = 0;
            }
        }
    }

    /// <summary>
    /// The answer to this question is not waited for any more. It may still come, after a link that stood still for a
    /// while, and is no offence then.
    /// </summary>
    public void GiveUp(uint number)
    {
        Answered(number);
        lock (_gate)
        {
            _givenUp[_givenUpAt++ % AskedMax] = number;
        }
    }

    /// <summary>The link has taken what it had.</summary>
    public void OnSent() => Pump();

    private bool IsAsked(uint number)
    {
        lock (_gate)
        {
            return Array.IndexOf(_asked, number) >= 0;
        }
    }

    private bool TakeGivenUp(uint number)
    {
        lock (_gate)
        {
            int index = Array.IndexOf(_givenUp, number);
            if (index >= 0)
            {
                _givenUp[index] = 0;
            }
            return index >= 0;
        }
    }

    /// <summary>Moves bytes from the queue to the link.</summary>
    private void Pump()
    {
        bool wrote = false, isDone = false;
        lock (_gate)
        {
            if (_isPumping)
            {
                return; // this very thread, called back by the link
            }
            _isPumping = true;
            while (_link.Unsent < UnsentMax && WriteSome() is int count and > 0)
            {
                wrote = true;
                Interlocked.Add(ref _bytesOut, count);
                _sentAt = Now;
            }
            isDone = _isDraining && _queue.IsEmpty && Interlocked.CompareExchange(ref _ended, 1, 0) == 0;
            if (isDone)
            {
                QueueBye();
                wrote = _link.Write(_chunk.AsMemory(0, _queue.Take(_chunk)));
            }
            _isPumping = false;
        }
        if (wrote)
        {
            _link.Flush();
        }
        if (isDone)
        {
            _link.Close(CloseReason.ServerStopping);
        }
    }

    /// <summary>Under the lock: a record's worth of bytes, which a long frame has together already. 0: none went.</summary>
    private int WriteSome()
    {
        ReadOnlyMemory<byte> some = _queue.Peek(ChunkBytes);
        if (some.IsEmpty)
        {
            int count = _queue.Take(_chunk);
            return count > 0 && _link.Write(_chunk.AsMemory(0, count)) ? count : 0;
        }
        bool isWritten = _link.Write(some);
        _queue.Drop(some.Length);
        return isWritten ? some.Length : 0;
    }

    /// <summary>Under the lock.</summary>
    private void QueueBye()
    {
        Span<byte> body = stackalloc byte[PeerBye.BytesMax];
        _queue.TryAdd(PeerMessage.Bye, PeerPriority.Urgent, 0, body[.._reason.Write(body)]);
    }

    private bool IsStuck()
    {
        lock (_gate)
        {
            bool isShareStuck = _shareRefusedAt != 0 && Since(_shareRefusedAt) > s_shareStuckFor;
            return isShareStuck || (!_queue.IsEmpty && Since(_sentAt) > s_stuckFor);
        }
    }

    /// <summary>A PING now and then, whatever else is said: how far away the peer is changes.</summary>
    private void KeepMeasuring()
    {
        if (_isPinged && Since(_pingAt) > s_pongWithin)
        {
            _isPinged = false;
            GiveUp(_pinged);
            Blame(PeerOffence.NoPong, "", ends: false);
        }
        if (!_isPinged && (_pingAt == 0 || Since(_pingAt) >= (_trips.IsSettled ? s_pingEvery : s_firstPings)))
        {
            SendPing();
        }
    }

    private void SendPing()
    {
        (_pingAt, _isPinged) = (Now, true);
        Span<byte> nonce = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(nonce, _pingAt);
        _pinged = Ask(PeerMessage.Ping, nonce);
        _isPinged &= _pinged != 0; // it may have been answered within the call
    }
}
