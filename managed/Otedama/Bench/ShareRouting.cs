using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// A node with many peers: each sends it shares, and it passes each share on to another of them. Sessions, queues,
/// frames, TLS and TCP; what is in a share nobody looks at here.
/// </summary>
internal sealed class ShareRouting : IDisposable
{
    /// <summary>Of each peer.</summary>
    public const int SharesPerSecond = 10;

    /// <summary>As a share of Bitcoin with a branch of twelve has.</summary>
    private const int ShareBytes = 728;

    /// <summary>Shares that one repeat of a second passes on.</summary>
    private const int RelayShares = 20_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private static readonly byte[] s_share = new byte[ShareBytes];

    private readonly BenchNode _hub;
    private readonly List<BenchNode> _peers = [];
    private readonly List<PeerSession> _theirs = []; // sessions of peers
    private readonly List<PeerSession> _ours = []; // the same from the hub
    private readonly Dictionary<PeerSession, int> _numbers = [];
    private readonly List<LoopbackLink> _open = [];
    private readonly LoopbackLinks _links;
    private readonly ManualResetEventSlim _done = new();
    private int _missing;

    private ShareRouting(int peers)
    {
        _hub = new BenchNode(peers) { OnFrame = Route };
        _links = new LoopbackLinks(_hub.Identity, _hub, TimeProvider.System);
    }

    /// <summary>Each sample is one second's worth of shares; they are sent as fast as they are routed.</summary>
    public static async Task<PeerBench.Measured[]> MeasureAsync(PeerBenchOptions options)
    {
        using ShareRouting routing = await OpenAsync(options.Peers);
        routing.RouteRounds(SharesPerSecond);
        return [.. Enumerable.Range(0, options.Repeats).Select(_ => routing.RouteRounds(SharesPerSecond))];
    }

    /// <summary>Of the whole process, so of everybody who had to do with the share.</summary>
    public static async Task<double[]> BytesPerShareAsync(PeerBenchOptions options)
    {
        using ShareRouting routing = await OpenAsync(2);
        int rounds = Math.Max(1, (int)(RelayShares * options.Repeat.TotalSeconds) / 2); // of two shares
        routing.RouteRounds(rounds);
        double[] samples = new double[options.Repeats];
        for (int i = 0; i < samples.Length; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            routing.RouteRounds(rounds);
            samples[i] = (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / (2 * rounds);
        }
        return samples;
    }

    public void Dispose()
    {
        Task.WaitAll([.. _open.Select(static link => link.CloseAsync())], s_patience);
        _links.Dispose();
        _peers.ForEach(static peer => peer.Dispose());
        _hub.Dispose();
        _done.Dispose();
    }

    private static async Task<ShareRouting> OpenAsync(int peers)
    {
        ShareRouting routing = new(peers);
        for (int i = 0; i < peers; i++)
        {
            await routing.AddPeerAsync();
        }
        return routing;
    }

    private async Task AddPeerAsync()
    {
        BenchNode peer = new() { OnFrame = Arrive };
        _peers.Add(peer);
        _hub.ExpectAnother();
        _open.Add(await _links.ConnectAsync(peer.Identity, peer));
        _theirs.Add(await peer.Opened.Task);
        PeerSession session = await _hub.Opened.Task;
        _numbers.Add(session, _ours.Count);
        _ours.Add(session);
    }

    /// <summary>In each round every peer sends one share, and all have arrived before the next one.</summary>
    private PeerBench.Measured RouteRounds(int rounds)
    {
        PeerBench.Mark began = PeerBench.Mark.Now;
        for (int round = 0; round < rounds; round++)
        {
            _done.Reset();
            Volatile.Write(ref _missing, _theirs.Count);
            foreach (PeerSession session in _theirs)
            {
                session.Send(PeerMessage.Share, s_share);
            }
            if (!_done.Wait(s_patience))
            {
                throw new IOException(
                    $"{_missing} of {_theirs.Count} shares were not routed within a minute. {_hub.Blame}");
            }
        }
        return began.Since(rounds * _theirs.Count);
    }

    private void Route(PeerSession session, in PeerFrame frame) =>
        _ours[(_numbers[session] + 1) % _ours.Count].Send(frame.Message, frame.Body);

    private void Arrive(PeerSession session, in PeerFrame frame)
    {
        if (Interlocked.Decrement(ref _missing) == 0)
        {
            _done.Set();
        }
    }
}
