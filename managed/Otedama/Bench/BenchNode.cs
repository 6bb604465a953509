using System.Net;
using System.Security.Cryptography;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// One of the nodes between which is measured: key, links and sessions are those of every node, and above them is only
/// a counter. Any thread.
/// </summary>
internal sealed class BenchNode : IPeerHandler, IConduct, IPeerNetworkUser, IDisposable
{
    /// <summary>
    /// So short that the rates of shares, which follow from it, allow everything by a clock that is so fast: what is
    /// measured is the price of shares, that of their rates included.
    /// </summary>
    private static readonly TimeSpan s_spacing = TimeSpan.FromMicroseconds(1);

    private static readonly FastClock s_clock = new();

    private static readonly Hash256 s_chain = new(SHA256.HashData("otedama bench p2p"u8));

    private readonly PeerSessions _sessions;

    public BenchNode(int sessionsMax = 1)
    {
        SystemRandomness random = new();
        Identity = NewIdentity(random);
        _sessions = new PeerSessions
        {
            ChainId = s_chain,
            Own = Identity.Id,
            Time = s_clock,
            ShareSpacing = s_spacing,
            Random = random,
            Handler = this,
            Conduct = this,
            SessionsMax = sessionsMax,
        };
    }

    public NodeIdentity Identity { get; }

    /// <summary>The session that was opened last, set when both ends have introduced themselves.</summary>
    public TaskCompletionSource<PeerSession> Opened { get; private set; } = Next();

    /// <summary>Takes what the peer says, in place of nothing.</summary>
    public Received? OnFrame { get; init; }

    /// <summary>The link has taken all that was written.</summary>
    public Action? OnSent { get; init; }

    public delegate void Received(PeerSession session, in PeerFrame frame);

    public void Dispose() => Identity.Dispose();

    public bool IsAllowed(IPAddress address) => true;

    public PeerHello Describe() => new() { Nonce = default, ChainProof = default, Observed = default };

    public void OnOpen(PeerSession session) => Opened.SetResult(session);

    /// <summary>Opened is then of the next one.</summary>
    public void ExpectAnother() => Opened = Next();

    public PeerTake OnMessage(PeerSession session, in PeerFrame frame)
    {
        OnFrame?.Invoke(session, frame);
        return PeerTake.Done;
    }

    public void OnClosed(PeerSession session, PeerBye reason)
    {
    }

    /// <summary>Why a peer was blamed, which none deserves here; else empty.</summary>
    public string Blame { get; private set; } = "";

    public void Report(NodeId peer, IPAddress address, PeerOffence offence, string what) => Blame = what;

    public IPeerLinkUser OnLink(IPeerLink link, long number) => new Line(new PeerSession(_sessions, link), OnSent);

    public void OnNoLink(IPEndPoint place, long number, PeerRefusal reason, string detail)
    {
    }

    /// <summary>Whoever waits goes on elsewhere: the thread that tells is the one that receives.</summary>
    private static TaskCompletionSource<PeerSession> Next() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static NodeIdentity NewIdentity(SystemRandomness random)
    {
        Span<byte> bytes = stackalloc byte[NodeIdentity.ScalarBytes + NodeIdentity.SerialBytes];
        NodeIdentity? made = null;
        while (made is null)
        {
            random.Fill(bytes);
            made = NodeIdentity.TryCreate(
                bytes[..NodeIdentity.ScalarBytes], bytes[NodeIdentity.ScalarBytes..], TimeProvider.System.GetUtcNow());
        }
        return made;
    }

    /// <summary>Whose day is a hundred days long; what it measures is as long as it is.</summary>
    private sealed class FastClock : TimeProvider
    {
        private const int Times = 100;

        private readonly DateTimeOffset _began = System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => _began + ((System.GetUtcNow() - _began) * Times);
    }

    private sealed class Line(PeerSession session, Action? sent) : IPeerLinkUser
    {
        public void Start() => session.Start();

        public void OnReceived(ReadOnlySpan<byte> bytes) => session.OnReceived(bytes);

        public void OnSent()
        {
            session.OnSent();
            sent?.Invoke();
        }

        public void OnClosed() => session.OnClosed();
    }
}
