using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Benchmarks;

/// <summary>A node as far as a session goes: greets, pings, and notes when which share arrives.</summary>
internal sealed class LoadNode : IPeerHandler, IConduct, IPeerLinkUser
{
    private readonly PeerSessions _sessions;
    private readonly PeerFrameReader _seen = new(); // answers to pings are the session's own affair
    private PeerSession? _session;

    public LoadNode(NodeIdentity identity, Hash256 chain)
    {
        _sessions = new PeerSessions
        {
            ChainId = chain,
            Own = identity.Id,
            Time = TimeProvider.System,
            Random = new SystemRandomness(),
            Handler = this,
            Conduct = this,
        };
    }

    /// <summary>Stopwatch's time of the first arrival of each share.</summary>
    public ConcurrentDictionary<Hash256, long> Shares { get; } = [];

    public ConcurrentQueue<TimeSpan> RoundTrips { get; } = [];

    public PeerHello? Hello => _session?.Hello;

    public bool IsOpen => _session is { Hello: not null, IsEnded: false };

    /// <summary>Another key each time.</summary>
    public static NodeIdentity NewIdentity()
    {
        NodeIdentity? made;
        do
        {
            made = NodeIdentity.TryCreate(
                RandomNumberGenerator.GetBytes(NodeIdentity.ScalarBytes), RandomNumberGenerator.GetBytes(NodeIdentity.SerialBytes),
                TimeProvider.System.GetUtcNow());
        }
        while (made is null);
        return made;
    }

    public IPeerLinkUser On(LoadLink link)
    {
        _session = new PeerSession(_sessions, link);
        return this;
    }

    public void Ask(PeerMessage message, byte[] body) => _session?.Ask(message, body);

    public bool Send(PeerMessage message, ReadOnlySpan<byte> body) => _session?.Send(message, body) == true;

    public void Start() => _session!.Start();

    public void OnReceived(ReadOnlySpan<byte> bytes)
    {
        _seen.Append(bytes);
        while (_seen.TryNext(out PeerFrame frame, out _))
        {
            if (frame.Message == PeerMessage.Pong)
            {
                RoundTrips.Enqueue(Stopwatch.GetElapsedTime(BitConverter.ToInt64(frame.Body)));
            }
        }
        _session!.OnReceived(bytes);
    }

    public void OnSent() => _session!.OnSent();

    public void OnClosed() => _session!.OnClosed();

    PeerHello IPeerHandler.Describe() =>
        new() { Nonce = default, ChainProof = default, Observed = default, UserAgent = "load" };

    void IPeerHandler.OnOpen(PeerSession session)
    {
    }

    PeerTake IPeerHandler.OnMessage(PeerSession session, in PeerFrame frame)
    {
        if (frame.Correlation != 0)
        {
            session.Answered(frame.Correlation);
        }
        if (frame.Message == PeerMessage.Share)
        {
            Shares.TryAdd(Sha256d.Hash(frame.Body), Stopwatch.GetTimestamp());
        }
        else if (frame.Message == PeerMessage.Inv)
        {
            session.Ask(PeerMessage.GetData, frame.Body); // the same entries
        }
        return PeerTake.Done;
    }

    void IPeerHandler.OnClosed(PeerSession session, PeerBye reason)
    {
    }

    void IConduct.Report(NodeId peer, IPAddress address, PeerOffence offence, string what)
    {
    }
}
