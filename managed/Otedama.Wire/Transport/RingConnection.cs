using System.Net;
using Otedama.Interop;

namespace Otedama.Wire;

/// <summary>
/// A connection of a ring. What is written waits in Out until the loop takes it, which is at the end of its turn when
/// the loop itself wrote, and otherwise when a flush has woken it.
/// </summary>
internal sealed class RingConnection : StreamConnection
{
    /// <summary>What may come while a handshake waits for its turn: more than any has to say.</summary>
    private const int HeldBytesMax = 8 * 1_024;

    private readonly RingLoop _loop;
    private readonly Lock _receiveGate = new(); // guards the three below
    private byte[]? _held; // came during a turn in the lane
    private bool _inLane;
    private bool _hasEnded; // no more will come
    private int _isPosted; // the loop knows that there is something to take
    private volatile bool _isShut;
    private volatile bool _drops;

    public RingConnection(
        RingTransport transport, RingLoop loop, ulong number, IPEndPoint remote, int localPort, bool tlsOnly)
        : base(transport, remote, localPort, tlsOnly)
    {
        _loop = loop;
        Number = number;
    }

    /// <summary>The ring's.</summary>
    public ulong Number { get; }

    public override void Flush()
    {
        if (HasOutput && TryPost())
        {
            _loop.Post(this);
        }
    }

    /// <summary>True for who is to tell the loop.</summary>
    public bool TryPost() => Interlocked.Exchange(ref _isPosted, 1) == 0;

    /// <summary>On the loop, once it is entered.</summary>
    public void Begin() => Greet();

    /// <summary>On the loop.</summary>
    public void OnReceived(ReadOnlySpan<byte> bytes)
    {
        if (IsClosed || IsHeld(bytes))
        {
            return;
        }
        Deliver(bytes);
        if (AwaitsTurn)
        {
            lock (_receiveGate)
            {
                _inLane = true;
            }
            Transport.Handshakes.Enqueue(this);
        }
    }

    /// <summary>On the loop: the ring has forgotten it.</summary>
    public void OnGone()
    {
        lock (_receiveGate)
        {
            _hasEnded = true;
            if (_inLane)
            {
                return; // who is in the lane ends it
            }
        }
        EndTls();
    }

    /// <summary>
    /// On the loop: what is to be sent, as an item into data. Then whether it is to be closed, and how.
    /// </summary>
    public RingHandover Take(List<RingItem> items, WireBuffer data)
    {
        Volatile.Write(ref _isPosted, 0);
        // Read first: what was written before the end is taken below.
        bool isShut = _isShut;
        bool isBroken;
        lock (OutGate)
        {
            isBroken = !Encrypt();
            if (Out.Length > 0 && !_drops)
            {
                items.Add(new RingItem(Number, data.Length, Out.Length));
                data.Append(Out.Written);
            }
            Out.Clear();
        }
        if (isBroken && !isShut)
        {
            Close(CloseReason.Error);
            isShut = true;
        }
        return !isShut ? RingHandover.Open : _drops ? RingHandover.Drop : RingHandover.End;
    }

    protected override void Shut(CloseReason reason)
    {
        _drops = reason == CloseReason.SlowReader;
        _isShut = true;
        if (TryPost())
        {
            _loop.Post(this);
        }
    }

    /// <summary>
    /// In the lane: goes on with what came meanwhile, until there is nothing or it waits for its next turn.
    /// </summary>
    protected override void ResumeReceiving()
    {
        while (TryTakeHeld(out byte[]? held))
        {
            if (IsClosed)
            {
                continue;
            }
            if (held is not null)
            {
                Deliver(held);
            }
            if (AwaitsTurn)
            {
                Transport.Handshakes.Enqueue(this);
                return;
            }
        }
    }

    /// <summary>False when the lane is left.</summary>
    private bool TryTakeHeld(out byte[]? held)
    {
        bool hasEnded;
        lock (_receiveGate)
        {
            held = _held;
            _held = null;
            if (held is not null)
            {
                return true;
            }
            _inLane = false;
            hasEnded = _hasEnded;
        }
        if (hasEnded)
        {
            EndTls();
        }
        _loop.Wake(); // what came in the lane may be the loop's user's work
        return false;
    }

    private bool IsHeld(ReadOnlySpan<byte> bytes)
    {
        lock (_receiveGate)
        {
            if (!_inLane)
            {
                return false;
            }
            if ((_held?.Length ?? 0) + bytes.Length <= HeldBytesMax)
            {
                _held = [.. _held ?? [], .. bytes];
                return true;
            }
        }
        Close(CloseReason.TlsFailed);
        return true;
    }
}

/// <summary>What becomes of a connection whose output was taken.</summary>
internal enum RingHandover : byte
{
    Open,

    /// <summary>To be closed when its output is sent.</summary>
    End,

    /// <summary>To be closed at once.</summary>
    Drop,
}
