using System.Globalization;
using Otedama.Core;

namespace Otedama.Benchmarks;

/// <summary>What a simulated network is like. Times in ms; Spacing as the chain's T.</summary>
internal sealed record ShareNetworkOptions
{
    public required int Spacing { get; init; }

    /// <summary>Mean of a link's delay for one share.</summary>
    public required double Latency { get; init; }

    public required int Shares { get; init; }

    public required int Seed { get; init; }

    public int Nodes { get; init; } = 50;

    /// <summary>Miners go on with the old job for so long.</summary>
    public double Restart { get; init; } = 200;

    public uint PenaltyPercent { get; init; } = 20;

    /// <summary>0 = a chain without uncles.</summary>
    public int UnclesMax { get; init; } = 5;
}

/// <summary>
/// Nodes that mine on share chains of their own and send each other what they find, event by event. Hash rates are Zipf's
/// with exponent 0.8; every link delays each share by a log-normal time (sigma 0.5), and who takes a share sends it on to
/// all, so it arrives by the quickest way. One seed gives one run.
/// </summary>
internal sealed class ShareNetwork
{
    private const double Sigma = 0.5;

    /// <summary>The chain begins with targets four times too easy; shares made until that is over are not counted.</summary>
    private const int TooEasy = 4, WarmUp = 300;

    private readonly ShareNetworkOptions _options;
    private readonly ChainParameters _parameters;
    private readonly Random _random;
    private readonly Miner[] _miners;
    private readonly PriorityQueue<Happening, (double At, long Number)> _ahead = new();
    private readonly Dictionary<Hash256, double[]> _arrivals = [];
    private double _now;
    private long _number;
    private int _made;

    private enum What
    {
        Find,
        Arrive,
        Restart,
    }

    private readonly record struct Happening(What What, int Node, int Job, ChainShare? Share);

    private sealed class Miner(ShareChain chain, double hashesPerMs)
    {
        public ShareChain Chain { get; } = chain;

        public double HashesPerMs { get; } = hashesPerMs;

        public NextShare Work { get; set; } = chain.Next();

        /// <summary>Changes with the work, so that finds on older work are void.</summary>
        public int Job { get; set; }
    }

    private ShareNetwork(ShareNetworkOptions options)
    {
        _options = options;
        _random = new Random(options.Seed);
        int halfLife = Math.Max(60 * options.Spacing, 600_000);
        _parameters = ChainParameters.Parse(string.Create(
            CultureInfo.InvariantCulture,
            $"otedama-sharechain/1|coin=btc|net=regtest|algo=sha256d|T={options.Spacing}|N=100|W=2|pen={options.PenaltyPercent}|ud=3|um={options.UnclesMax}"
            + $"|hl={halfLife}|dtcap={4 * halfLife}|limit=1d00ffff|g_ms=1767225600000|dust=5000|caps=4,7,13,47,146,367|pass="));
        double all = (double)ShareDifficulty.Work(_parameters.LimitBits, 0) * TooEasy / options.Spacing;
        _miners = [.. Enumerable.Range(0, options.Nodes).Select(i => new Miner(new ShareChain(_parameters), all * PartOf(i)))];
    }

    /// <summary>Part of all hashes that the node has; node 0 is the largest.</summary>
    public static double PartOf(int node, int nodes = 50)
    {
        double sum = 0;
        for (int i = 0; i < nodes; i++)
        {
            sum += Math.Pow(i + 1, -0.8);
        }
        return Math.Pow(node + 1, -0.8) / sum;
    }

    public static ShareTally Run(ShareNetworkOptions options) => new ShareNetwork(options).Run();

    private double PartOf(int node) => PartOf(node, _options.Nodes);

    private ShareTally Run()
    {
        ShareTally tally = new();
        for (int i = 0; i < _miners.Length; i++)
        {
            StartJob(i);
        }
        double from = 0;
        while (_made < _options.Shares + WarmUp && _ahead.TryDequeue(out Happening next, out (double At, long) when))
        {
            _now = when.At;
            Happen(next, tally);
            from = _made < WarmUp ? _now : from;
        }
        double to = _now - (20 * _options.Spacing); // what is younger may still be listed
        tally.Count(_miners[0].Chain.TipId, _options.PenaltyPercent, TimeOf(from), TimeOf(to));
        return tally;
    }

    private void Happen(Happening next, ShareTally tally)
    {
        Miner miner = _miners[next.Node];
        switch (next.What)
        {
            case What.Find when next.Job == miner.Job:
                Find(next.Node, tally);
                break;
            case What.Arrive:
                Take(next.Node, next.Share!);
                break;
            case What.Restart:
                StartJob(next.Node);
                break;
        }
    }

    private void Find(int node, ShareTally tally)
    {
        Miner miner = _miners[node];
        ShareCore core = FreeShares.Core(miner.Work, FreeShares.Payee(node), TimeOf(_now));
        ChainShare share = FreeShares.Seal(core, _parameters, (ulong)_made++, 0x1d00ffff, payees: null);
        tally.Add(share, node);
        double[] arrivals = Spread(node, core);
        _arrivals.Add(share.Id, arrivals);
        for (int i = 0; i < arrivals.Length; i++)
        {
            if (i != node)
            {
                Plan(arrivals[i], new Happening(What.Arrive, i, 0, share));
            }
        }
        Take(node, share);
        PlanFind(node); // on the same work until the restart
    }

    /// <summary>When the share gets to each node: by the quickest way, and not before its parent and uncles.</summary>
    private double[] Spread(int from, ShareCore core)
    {
        double[] at = new double[_miners.Length];
        bool[] has = new bool[at.Length];
        Array.Fill(at, double.MaxValue);
        at[from] = _now;
        for (int step = 0; step < at.Length; step++)
        {
            int node = -1;
            for (int i = 0; i < at.Length; i++)
            {
                node = !has[i] && (node < 0 || at[i] < at[node]) ? i : node;
            }
            has[node] = true;
            foreach (Hash256 before in core.Uncles.Append(core.Parent))
            {
                at[node] = Math.Max(at[node], _arrivals.TryGetValue(before, out double[]? arrived) ? arrived[node] : 0);
            }
            for (int i = 0; i < at.Length; i++)
            {
                at[i] = has[i] ? at[i] : Math.Min(at[i], at[node] + Delay());
            }
        }
        return at;
    }

    private void Take(int node, ChainShare share)
    {
        if (_miners[node].Chain.Restore(share) is { } fault)
        {
            throw new InvalidOperationException($"node {node} refused share {share}: {fault}");
        }
        Plan(_now + _options.Restart, new Happening(What.Restart, node, 0, null));
    }

    private void StartJob(int node)
    {
        Miner miner = _miners[node];
        miner.Work = miner.Chain.Next();
        miner.Job++;
        PlanFind(node);
    }

    private void PlanFind(int node)
    {
        Miner miner = _miners[node];
        double mean = (double)miner.Work.Work / miner.HashesPerMs;
        Plan(_now - (mean * Math.Log(1 - _random.NextDouble())), new Happening(What.Find, node, miner.Job, null));
    }

    private double Delay()
    {
        double normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        return _options.Latency * Math.Exp((Sigma * normal) - (Sigma * Sigma / 2));
    }

    private void Plan(double at, Happening what) => _ahead.Enqueue(what, (at, _number++));

    private ulong TimeOf(double ms) => _parameters.GenesisTimeMs + (ulong)ms;
}
