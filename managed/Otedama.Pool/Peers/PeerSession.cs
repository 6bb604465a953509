using System.Net;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// One peer: introductions, messages in, messages out by urgency, silence and slowness. Whoever moves the link's bytes
/// calls OnReceived, OnSent and OnClosed; nothing here waits. Send and End come from any thread.
/// </summary>
public sealed partial class PeerSession
{
    private static readonly TimeSpan s_helloWithin = TimeSpan.FromSeconds(10), s_frameWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_pingEvery = TimeSpan.FromSeconds(30), s_silentFor = TimeSpan.FromSeconds(90);

    /// <summary>Until the median of the ways is one of as many as it wants.</summary>
    private static readonly TimeSpan s_firstPings = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_pongWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stuckFor = TimeSpan.FromSeconds(30), s_shareStuckFor = TimeSpan.FromSeconds(10);

    private readonly PeerSessions _all;
    private readonly IPeerLink _link;
    private readonly Lock _gate = new(); // of what is sent, and of the end
    private readonly PeerFrameReader _reader = new();
    private readonly PeerRates _rates;
    private readonly RoundTrips _trips = new();
    private readonly Hash256 _nonce;
    private readonly long _startedAt;
    private long _receivedAt, _frameAt;
    private long _bytesIn, _bytesOut;
    private bool _isGreeted; // the peer's HELLO was taken
    private bool _isTold; // the handler knows of this session
    private int _ended;
    private PeerBye _reason = new(PeerByeCode.None, "the link broke");

    public PeerSession(PeerSessions all, IPeerLink link)
    {
        (_all, _link) = (all, link);
        _queue = new PeerQueue(all.Memory);
        _startedAt = _receivedAt = _sentAt = Now;
        _rates = new PeerRates(all.Time.GetUtcNow().ToUnixTimeMilliseconds(), all.ShareSpacing.TotalSeconds / 10);
        Span<byte> nonce = stackalloc byte[Hash256.Size];
        all.Random.Fill(nonce);
        _nonce = new Hash256(nonce);
    }

    public NodeId Peer => _link.Peer;

    public bool IsInitiator => _link.IsInitiator;

    public IPEndPoint Remote => _link.Remote;

    /// <summary>What the peer said of itself; null before that.</summary>
    public PeerHello? Hello { get; private set; }

    /// <summary>
    /// What other protocols bind themselves to; the same on both sides. Zero before the introductions.
    /// </summary>
    public Hash256 Context { get; private set; }

    /// <summary>The peer's clock is off by more than ten minutes.</summary>
    public bool IsClockOff { get; private set; }

    /// <summary>
    /// The median of the last three PINGs, without the time the peer says it held them, and bounded by what the wire
    /// itself takes; null before the first.
    /// </summary>
    public TimeSpan? RoundTrip => Known(_trips.Median);

    /// <summary>The shortest of all PINGs as we measured it, the peer's word left out; null before the first.</summary>
    public TimeSpan? ShortestRoundTrip => Known(_trips.Shortest);

    /// <summary>Of the call of ours that made the link; 0 when it came in.</summary>
    public long DialNumber { get; init; }

    /// <summary>Since the link was made.</summary>
    public TimeSpan Age => Since(_startedAt);

    /// <summary>Of frames, since then.</summary>
    public long BytesIn => Interlocked.Read(ref _bytesIn);

    /// <summary>Likewise.</summary>
    public long BytesOut => Interlocked.Read(ref _bytesOut);

    /// <summary>Why it ended; None before that, and when the link broke.</summary>
    public PeerByeCode EndedWith => _reason.Code;

    /// <summary>The same with its words.</summary>
    public PeerBye Ending => _reason;

    /// <summary>It came as far as the handler: what its end is said of then is the handler's.</summary>
    public bool WasOpen => _isTold;

    public bool IsEnded => Volatile.Read(ref _ended) != 0;

    /// <summary>Bytes received and not looked at, and bytes to be sent.</summary>
    public int BufferedBytes => _reader.Buffered + _queue.Bytes + _link.Unsent;

    private long Now => _all.Time.GetTimestamp();

    /// <summary>Introduces this node. The first call.</summary>
    public void Start()
    {
        _all.Greet(this);
        PeerHello hello = _all.Handler.Describe() with
        {
            Nonce = _nonce,
            ChainProof = PeerProofs.Chain(_all.ChainId, _all.Own, Peer, _nonce),
            UnixMs = (ulong)_all.Time.GetUtcNow().ToUnixTimeMilliseconds(),
            Observed = PeerEndpoint.Of(Remote.Address, Remote.Port),
        };
        Span<byte> body = stackalloc byte[PeerHello.BytesMax];
        Send(PeerMessage.Hello, body[..hello.Write(body)]);
    }

    /// <summary>The link has ended, whoever wanted it.</summary>
    public void OnClosed()
    {
        if (Interlocked.Exchange(ref _ended, 2) == 2)
        {
            return;
        }
        _all.Forget(this);
        lock (_gate)
        {
            _queue.Clear();
        }
        if (_isTold)
        {
            _all.Handler.OnClosed(this, _reason);
        }
    }

    /// <summary>Says goodbye at once: what waits to be sent is forgotten.</summary>
    public void End(PeerByeCode code, string text)
    {
        if (Interlocked.CompareExchange(ref _ended, 1, 0) != 0)
        {
            return;
        }
        _reason = new PeerBye(code, text);
        lock (_gate)
        {
            _queue.DropAll();
            QueueBye();
        }
        Pump();
        _link.Close(code == PeerByeCode.TooSlow ? CloseReason.SlowReader : CloseReason.ServerStopping);
    }

    /// <summary>Takes no more to send, and says goodbye when what waits has gone.</summary>
    public void Drain(PeerByeCode code, string text)
    {
        lock (_gate)
        {
            _reason = new PeerBye(code, text);
            _isDraining = true;
        }
        Pump();
    }

    /// <summary>Looks at the time. About once a second.</summary>
    public void Tick()
    {
        if (!_isGreeted && Since(_startedAt) > s_helloWithin)
        {
            End(PeerByeCode.TooSlow, "no HELLO within 10 seconds");
        }
        else if (Since(_receivedAt) > s_silentFor)
        {
            End(PeerByeCode.TooSlow, "nothing was received for 90 seconds");
        }
        else if (_reader.IsInFrame && !_isHeld && Since(_frameAt) > s_frameWithin)
        {
            End(PeerByeCode.TooSlow, "a frame was not whole after 60 seconds");
        }
        else if (IsStuck())
        {
            End(PeerByeCode.TooSlow, "what was sent is not being read");
        }
        else if (_isGreeted)
        {
            KeepMeasuring();
        }
    }

    private static TimeSpan? Known(double seconds) =>
        double.IsFinite(seconds) ? TimeSpan.FromSeconds(seconds) : null;

    private TimeSpan Since(long timestamp) => _all.Time.GetElapsedTime(timestamp);

    /// <summary>What a peer did is worth points, and the link when it breaks the protocol.</summary>
    private void Blame(PeerOffence offence, string what, bool ends)
    {
        _all.Conduct.Report(Peer, Remote.Address, offence, what);
        if (ends)
        {
            End(PeerByeCode.Protocol, what);
        }
    }
}
