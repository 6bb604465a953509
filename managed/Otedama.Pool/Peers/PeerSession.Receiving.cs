using System.Buffers.Binary;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What a peer says: one frame after the other, as fast as its messages are dealt with.</summary>
public sealed partial class PeerSession
{
    /// <summary>Bytes not looked at from which on the link is not read, and those from which on it is again.</summary>
    private const int PauseBytes = 256 << 10, ResumeBytes = 128 << 10;

    /// <summary>Messages that a handler has taken and not dealt with.</summary>
    private const int LaterMax = 64;

    private const int UnaskedAddrMax = 10;

    private const ulong ClockWarnMs = 600_000, ClockMaxMs = 7_200_000;

    private readonly Lock _receiveGate = new();
    private int _later;
    private bool _isHeld; // enough is being worked on
    private bool _isPaused;

    /// <summary>Bytes of the link, in order.</summary>
    public void OnReceived(ReadOnlySpan<byte> bytes)
    {
        lock (_receiveGate)
        {
            if (IsEnded)
            {
                return;
            }
            if (!_reader.IsInFrame)
            {
                _frameAt = Now;
            }
            _rates.Excuse(Since(_receivedAt), _all.Time.GetUtcNow().ToUnixTimeMilliseconds());
            _receivedAt = Now;
            Interlocked.Add(ref _bytesIn, bytes.Length);
            _reader.Append(bytes);
            Read();
        }
    }

    /// <summary>A message that was taken for Later has been dealt with.</summary>
    public void Settle()
    {
        lock (_receiveGate)
        {
            _later--;
            if (_isHeld)
            {
                _isHeld = false;
                _frameAt = Now;
                Read();
            }
        }
    }

    private void Read()
    {
        while (!IsEnded && !(_isHeld = _later >= LaterMax))
        {
            bool isFrame = _reader.TryNext(out PeerFrame frame, out PeerFault fault);
            PassOver(_reader.TakeSkipped());
            if (!isFrame || IsEnded)
            {
                BlameFault(fault);
                break;
            }
            Take(frame);
            _frameAt = Now;
        }
        Regulate();
    }

    /// <summary>Bytes of messages of later versions: nobody skips HELLO for them, and they are not for ever.</summary>
    private void PassOver(long bytes)
    {
        if (bytes > 0 && !_isGreeted)
        {
            BlameFault(PeerFault.HelloMissing);
        }
        else if (bytes > 0)
        {
            BlameRate(_rates.ChargeSkipped(bytes, _all.Time.GetUtcNow().ToUnixTimeMilliseconds()),
                "bytes of messages that are not known");
        }
    }

    private void BlameFault(PeerFault fault)
    {
        if (fault != PeerFault.None && !IsEnded)
        {
            Blame(PeerOffence.BadFrame, $"protocol error: {PeerWords.Of(fault)}", ends: true);
        }
    }

    private void BlameRate(int points, string what)
    {
        if (points > 0)
        {
            Blame(points < PeerRates.FarOverPoints ? PeerOffence.OverRateLimit : PeerOffence.FarOverRateLimit,
                what, ends: false);
        }
    }

    private void Regulate()
    {
        if (!_isPaused && _isHeld && _reader.Buffered >= PauseBytes)
        {
            _isPaused = true;
            _link.PauseReading();
        }
        else if (_isPaused && _reader.Buffered <= ResumeBytes)
        {
            _isPaused = false;
            _link.ResumeReading();
        }
    }

    private void Take(in PeerFrame frame)
    {
        _all.Traffic.Count(frame.Message, isOut: false, frame.Body.Length);
        if (frame.Message == PeerMessage.Bye)
        {
            TakeBye(PeerBye.Read(frame.Body));
        }
        else if (frame.Message == PeerMessage.Hello)
        {
            TakeHello(frame.Body);
        }
        else if (!_isGreeted)
        {
            BlameFault(PeerFault.HelloMissing);
        }
        else if (IsWithinRates(frame))
        {
            Dispatch(frame);
        }
    }

    private void Dispatch(in PeerFrame frame)
    {
        switch (frame.Message)
        {
            case PeerMessage.Ping:
                Span<byte> pong = stackalloc byte[16];
                frame.Body.CopyTo(pong);
                pong[8..].Clear(); // answered within the call
                Send(PeerMessage.Pong, pong, frame.Correlation);
                break;
            case PeerMessage.Pong:
                TakePong(frame);
                break;
            case PeerMessage.CredChallenge or PeerMessage.CredPresent or PeerMessage.CredResult:
                Blame(PeerOffence.BadFrame,
                    $"protocol error: {frame.Rule.Name} belongs to a protocol that is not spoken here", ends: true);
                break;
            default:
                _later += _all.Handler.OnMessage(this, frame) == PeerTake.Later ? 1 : 0;
                break;
        }
    }

    /// <summary>Over a rate it costs points and is not looked at; answers to our own questions have no rate.</summary>
    private bool IsWithinRates(in PeerFrame frame)
    {
        bool isAnswer = frame.Correlation != 0 && IsAnswer(frame.Message);
        if (isAnswer && !IsAsked(frame.Correlation))
        {
            if (!TakeGivenUp(frame.Correlation))
            {
                Blame(PeerOffence.Unsolicited, $"{frame.Rule.Name} that nobody asked for", ends: false);
            }
            return false;
        }
        if (isAnswer)
        {
            return true;
        }
        if (frame.Message == PeerMessage.Addr && PeerBody.Entries(frame) > UnaskedAddrMax)
        {
            Blame(PeerOffence.TooManyAddresses, $"{PeerBody.Entries(frame)} unasked", ends: false);
            return false;
        }
        int count = frame.Message == PeerMessage.Inv ? PeerBody.Entries(frame) : 1;
        int points = _rates.Charge(frame.Rule, count, _all.Time.GetUtcNow().ToUnixTimeMilliseconds());
        BlameRate(points, frame.Rule.Name);
        return points == 0;
    }

    private static bool IsAnswer(PeerMessage message) => message is PeerMessage.Pong or PeerMessage.Addr
        or PeerMessage.NotFound or PeerMessage.Share or PeerMessage.Shares or PeerMessage.Chain or PeerMessage.TxList
        or PeerMessage.DialBackResult;

    private void TakePong(in PeerFrame frame)
    {
        ulong nonce = BinaryPrimitives.ReadUInt64LittleEndian(frame.Body);
        ulong heldUs = BinaryPrimitives.ReadUInt64LittleEndian(frame.Body[8..]);
        Answered(frame.Correlation);
        if (nonce == (ulong)_pingAt)
        {
            _isPinged = false;
            double heldSeconds = Math.Min(heldUs, 60_000_000) / 1e6;
            double wire = _link.WireRoundTrip?.TotalSeconds ?? double.PositiveInfinity;
            if (_trips.Add(Since(_pingAt).TotalSeconds, heldSeconds, wire) && _isTold)
            {
                _all.Handler.OnRoundTrip(this);
            }
        }
    }

    private void TakeBye(PeerBye bye)
    {
        if (Interlocked.CompareExchange(ref _ended, 1, 0) == 0)
        {
            _reason = bye;
            _link.Close(CloseReason.PeerClosed);
        }
    }

    /// <summary>The checks in their order; the magic was the first, and the codec has made it.</summary>
    private void TakeHello(ReadOnlySpan<byte> body)
    {
        if (_isGreeted)
        {
            Blame(PeerOffence.SecondHello, $"protocol error: {PeerWords.Of(PeerFault.HelloTwice)}", ends: true);
            return;
        }
        PeerHello hello = PeerHello.Read(body);
        if (!PeerProofs.FixedTimeEquals(hello.ChainProof, PeerProofs.Chain(_all.ChainId, Peer, _all.Own, hello.Nonce)))
        {
            if (!_all.Handler.OnOtherChain(this))
            {
                _all.Conduct.Report(
                    Peer, Remote.Address, PeerOffence.WrongChainProof, "another chain, or a HELLO of another link");
            }
            End(PeerByeCode.Network, "your proof is not of this chain and this link");
        }
        else if (hello.ProtocolMin > PeerHello.Version || hello.ProtocolMax < PeerHello.Version)
        {
            End(PeerByeCode.Network, $"no protocol version in common: {PeerHello.Version} is spoken here");
        }
        else if (Peer == _all.Own)
        {
            End(PeerByeCode.Duplicate, "this is the same node");
        }
        else
        {
            Admit(hello);
        }
    }

    private void Admit(PeerHello hello)
    {
        ulong now = (ulong)_all.Time.GetUtcNow().ToUnixTimeMilliseconds();
        ulong apart = hello.UnixMs > now ? hello.UnixMs - now : now - hello.UnixMs;
        PeerByeCode refusal = _all.Admit(this);
        if (refusal != PeerByeCode.None)
        {
            End(refusal, refusal == PeerByeCode.Full
                ? "no room for another peer" : "there is another link between us, and that one stays");
            return;
        }
        if (apart > ClockMaxMs)
        {
            End(PeerByeCode.Network, "our clocks are more than two hours apart");
            return;
        }
        IsClockOff = apart > ClockWarnMs;
        Hello = hello;
        Context = IsInitiator
            ? PeerProofs.Session(_all.Own, Peer, _nonce, hello.Nonce)
            : PeerProofs.Session(_all.Own, Peer, hello.Nonce, _nonce);
        (_isGreeted, _isTold) = (true, true);
        _all.Handler.OnOpen(this);
    }
}
