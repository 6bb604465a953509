using System.Net;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Tests.Peers;

/// <summary>One node of a test: its sessions, and what its handler and its conduct were told.</summary>
internal sealed class TestPeer : IPeerHandler, IConduct
{
    public TestPeer(
        string name, HeldClock clock, string chain = PeerSamples.ChainId, long memory = 256 << 20, int sessions = 256,
        NodeId? own = null)
    {
        Clock = clock;
        Sessions = new PeerSessions
        {
            ChainId = new Hash256(Convert.FromHexString(chain)),
            Own = own ?? NodeId.OfKey(System.Text.Encoding.ASCII.GetBytes(name)),
            Time = clock,
            Random = SeededRandom.For(1, name),
            Handler = this,
            Conduct = this,
            MemoryMax = memory,
            SessionsMax = sessions,
        };
    }

    public HeldClock Clock { get; }

    public PeerSessions Sessions { get; }

    public List<PeerSession> Open { get; } = [];

    public List<(PeerMessage Message, uint Correlation, byte[] Body)> Heard { get; } = [];

    public List<TimeSpan> RoundTrips { get; } = [];

    public List<PeerBye> Closed { get; } = [];

    public List<(int Points, string What)> Reports { get; } = [];

    public PeerTake Answer { get; set; }

    /// <summary>Changes how this node introduces itself.</summary>
    public Func<PeerHello, PeerHello> Describes { get; set; } = static hello => hello;

    /// <summary>Who calls with a message waits for this; null: nobody does.</summary>
    public ManualResetEventSlim? Stalls { get; set; }

    /// <summary>Counts without keeping.</summary>
    public bool OnlyCounts { get; set; }

    public int Count { get; private set; }

    PeerHello IPeerHandler.Describe() =>
        Describes(new PeerHello { Nonce = default, ChainProof = default, Observed = default, UserAgent = "otedama/test" });

    void IPeerHandler.OnOpen(PeerSession session) => Open.Add(session);

    PeerTake IPeerHandler.OnMessage(PeerSession session, in PeerFrame frame)
    {
        Stalls?.Wait();
        Count++;
        if (!OnlyCounts)
        {
            Heard.Add((frame.Message, frame.Correlation, frame.Body.ToArray()));
        }
        return Answer;
    }

    void IPeerHandler.OnRoundTrip(PeerSession session) => RoundTrips.Add(session.RoundTrip!.Value);

    void IPeerHandler.OnClosed(PeerSession session, PeerBye reason)
    {
        Open.Remove(session);
        Closed.Add(reason);
    }

    void IConduct.Report(NodeId peer, IPAddress address, PeerOffence offence, string what) =>
        Reports.Add((PeerOffences.Of(offence).Points, what));
}

/// <summary>Two sessions joined by memory; bytes move when the test says so.</summary>
internal sealed class PeerPair
{
    public PeerPair(TestPeer dialler, TestPeer server, bool start = true)
    {
        One = new MemoryLink(server.Sessions.Own, isInitiator: true);
        Two = new MemoryLink(dialler.Sessions.Own, isInitiator: false);
        One.Session = new PeerSession(dialler.Sessions, One);
        Two.Session = new PeerSession(server.Sessions, Two);
        if (start)
        {
            One.Session.Start();
            Two.Session.Start();
            Pump();
        }
    }

    public MemoryLink One { get; }

    public MemoryLink Two { get; }

    /// <summary>Until nothing moves any more; the end of a link comes after its bytes.</summary>
    public void Pump()
    {
        while (One.MoveTo(Two) | Two.MoveTo(One))
        {
        }
    }

    public sealed class MemoryLink(NodeId peer, bool isInitiator) : IPeerLink
    {
        private readonly WireBuffer _out = new();
        private bool _isTold;

        public PeerSession Session { get; set; } = null!;

        public NodeId Peer { get; } = peer;

        public bool IsInitiator { get; } = isInitiator;

        public IPEndPoint Remote { get; } = new(IPAddress.Loopback, 4444);

        public int Unsent => _out.Length;

        public bool IsPaused { get; private set; }

        public CloseReason? Ended { get; private set; }

        /// <summary>Takes nothing more: a peer that does not read.</summary>
        public bool IsBlocked { get; set; }

        /// <summary>What the other end would read next.</summary>
        public byte[] Written => _out.Written.ToArray();

        public bool Write(ReadOnlyMemory<byte> plain)
        {
            _out.Append(plain.Span);
            return Ended is null;
        }

        public void Flush()
        {
        }

        public void PauseReading() => IsPaused = true;

        public void ResumeReading() => IsPaused = false;

        public void Close(CloseReason reason) => Ended ??= reason;

        public bool MoveTo(MemoryLink other)
        {
            bool moves = _out.Length > 0 && !IsBlocked && !other.IsPaused;
            if (moves)
            {
                other.Session.OnReceived(_out.Written);
                _out.Reset();
                Session.OnSent();
            }
            if (Ended is not null && !_isTold && (IsBlocked || _out.Length == 0))
            {
                _isTold = true;
                Session.OnClosed();
                other.Close(CloseReason.PeerClosed);
                return true;
            }
            return moves;
        }
    }
}
