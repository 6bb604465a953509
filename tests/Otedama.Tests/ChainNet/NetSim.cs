using System.Globalization;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama.Tests.ChainNet;

/// <summary>What a simulated network is like.</summary>
internal sealed record NetOptions
{
    public int Nodes { get; init; } = 12;

    public int Hostile { get; init; }

    /// <summary>Trouble for so long; 30 seconds of calm follow.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromMinutes(5);

    public int Dials { get; init; } = 4;

    public int Window { get; init; } = 40;

    public int SkewMs { get; init; } = 5_000;

    /// <summary>Mean time between faults; zero = none.</summary>
    public TimeSpan Faults { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Shares of the whole network come this often at first.</summary>
    public TimeSpan Shares { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Miners take a new coin block up so long after it came.</summary>
    public TimeSpan CoinDelay { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Bytes a second.</summary>
    public long GossipBudget { get; init; } = ChainPeers.GossipBudget;

    /// <summary>Of the coin's blocks: with its own, none is found.</summary>
    public uint CoinBits { get; init; } = EasyShares.CoinBits;

    /// <summary>One way, of the link's two ends, in milliseconds.</summary>
    public Func<SeededRandom, int, int, double> LatencyMs { get; init; } = static (random, _, _) => random.Between(5, 250);

    public double BytesPerSecond { get; init; } = 1_250_000;
}

/// <summary>
/// Many nodes of the real share desk, peers and synchronisation in one thread and from one seed: links with latency and
/// bandwidth that break, partitions, wrong clocks, processes and power that end at any disk operation, hostile peers.
/// The proofs of work are real, on a chain that asks for a few hashes; outside stand only sockets, TLS and the coin.
/// </summary>
internal sealed class NetSim
{
    private readonly ulong _seed;
    private readonly SeededRandom _random;
    private readonly List<NetNode> _nodes = [];
    private readonly List<NetActor> _actors = [];
    private readonly HashSet<(int, int)> _bans = [];
    private readonly Dictionary<int, int> _sides = []; // of a partition
    private ulong _made;
    private bool _isCalm;

    public NetSim(ulong seed, NetOptions options)
    {
        (_seed, Options) = (seed, options);
        _random = RandomFor("network");
        Life = new SimLife(Schedule, "network");
        Parameters = EasyShares.Parameters(options.Window);
        Coin = new NetCoin(Schedule, RandomFor("coin"), TimeSpan.FromSeconds(60), options.Length + TimeSpan.FromMinutes(10), options.CoinBits);
        Audit = new NetAudit(this);
        for (int i = 0; i < options.Nodes; i++)
        {
            _nodes.Add(new NetNode(this, i));
        }
        _actors.AddRange(_nodes);
        for (int i = 0; i < options.Hostile; i++)
        {
            _actors.Add(new NetHostile(this, options.Nodes + i));
        }
    }

    public NetOptions Options { get; }

    public SimSchedule Schedule { get; } = new();

    public SimLife Life { get; }

    public ChainParameters Parameters { get; }

    public NetCoin Coin { get; }

    public NetAudit Audit { get; }

    public IReadOnlyList<NetNode> Nodes => _nodes;

    /// <summary>What went wrong first; null while all is well.</summary>
    public string? Broken { get; private set; }

    public int Blames { get; private set; }

    public int Ends { get; private set; }

    public SeededRandom RandomFor(string actor) => SeededRandom.For(_seed, actor);

    public void Fail(string what) => Broken ??= string.Create(
        CultureInfo.InvariantCulture, $"seed {_seed}, {Schedule.Elapsed.TotalSeconds:f3} s: {what}");

    /// <summary>
    /// Honest nodes never find honest ones guilty, but one may be too slow to answer, or pass on what had to wait until
    /// the coin was far ahead.
    /// </summary>
    public void OnBlamed(NetPeer peer, PeerOffence offence, string detail)
    {
        Blames++;
        if (peer.Owner.IsHonest && peer.Remote.IsHonest && offence is not (PeerOffence.NoAnswer or PeerOffence.OldCoinHeight))
        {
            Fail($"node {peer.Owner.Number} blames node {peer.Remote.Number} for {offence}: {detail}");
        }
        if (PeerOffences.Of(offence).Points >= 100)
        {
            _bans.Add((peer.Owner.Number, peer.Remote.Number));
            peer.Link.Cut();
        }
    }

    /// <summary>Runs until the end or until something is wrong; Broken says what.</summary>
    public NetSim Run()
    {
        Begin();
        RunUntil(Options.Length);
        Calm();
        RunUntil(Options.Length + TimeSpan.FromSeconds(15)); // who has to wait for a coin block may miss a share that is pushed
        _isCalm = true;
        Find(_nodes.MaxBy(static node => node.Desk.Tip.Work)!); // of two equal branches one becomes the heavier
        RunUntil(Options.Length + TimeSpan.FromSeconds(30));
        CheckEnd();
        return this;
    }

    public void Begin()
    {
        foreach (long at in Coin.Times)
        {
            Schedule.At(at, Life, () => _nodes.ForEach(OnCoinBlock));
        }
        _actors.ForEach(actor => Dial(actor));
        _nodes.ForEach(PlanFind);
        if (Options.Faults > TimeSpan.Zero)
        {
            PlanFault();
        }
    }

    public void RunUntil(TimeSpan end)
    {
        while (Broken is null && Schedule.RunNext(end.Ticks))
        {
        }
    }

    private void OnCoinBlock(NetNode node) => Schedule.After(_random.Wait(TimeSpan.FromMilliseconds(700)), Life, () =>
    {
        if (node.IsUp)
        {
            node.OnCoinBlock(Coin.Template(Schedule.Now));
        }
    });

    /// <summary>Work does not depend on time, so that a miner may draw anew whenever he has found.</summary>
    private void PlanFind(NetNode node)
    {
        double hashesPerSecond = 2 * (double)ShareDifficulty.Work(Parameters.LimitBits, 0) / Options.Shares.TotalSeconds / _nodes.Count;
        double work = node.IsUp ? (double)node.Desk.Next.Work : 2;
        Schedule.After(_random.Wait(TimeSpan.FromSeconds(work / hashesPerSecond)), Life, () =>
        {
            if (!_isCalm)
            {
                Find(node);
                PlanFind(node);
            }
        });
    }

    private void Find(NetNode node)
    {
        if (node.IsUp)
        {
            node.Mine(_made++);
        }
    }

    /// <summary>Keeps up so many links of its own.</summary>
    private void Dial(NetActor actor)
    {
        Schedule.After(_random.Wait(TimeSpan.FromSeconds(2)), Life, () => Dial(actor));
        bool isUp = actor is not NetNode { IsUp: false };
        int dialled = actor.Peers.Count(static peer => peer.IsOutbound);
        for (int i = dialled; isUp && i < Options.Dials; i++)
        {
            NetActor other = _actors[_random.Below(_actors.Count)];
            if (other != actor && MayTalk(actor, other))
            {
                Connect(actor, other);
            }
        }
    }

    private bool MayTalk(NetActor one, NetActor other) =>
        other is not NetNode { IsUp: false } && one.Peers.TrueForAll(peer => peer.Remote != other)
        && !_bans.Contains((one.Number, other.Number)) && !_bans.Contains((other.Number, one.Number))
        && _sides.GetValueOrDefault(one.Number) == _sides.GetValueOrDefault(other.Number);

    private void Connect(NetActor one, NetActor other)
    {
        TimeSpan latency = TimeSpan.FromMilliseconds(Options.LatencyMs(_random, one.Number, other.Number));
        NetLink link = new(this, one, other, latency, Options.BytesPerSecond);
        one.Peers.Add(link.One);
        other.Peers.Add(link.Other);
        one.OnJoined(link.One);
        other.OnJoined(link.Other);
    }

    private void PlanFault() => Schedule.After(_random.Wait(Options.Faults), Life, () =>
    {
        if (Schedule.Elapsed < Options.Length)
        {
            Fault();
            PlanFault();
        }
    });

    private void Fault()
    {
        NetNode node = _nodes[_random.Below(_nodes.Count)];
        switch (_random.Below(6))
        {
            case 0 when node.Peers.Count > 0:
                node.Peers[_random.Below(node.Peers.Count)].Link.Cut();
                break;
            case 1 when node.IsUp:
                EndNode(node);
                break;
            case 2:
                node.Disk.IsFull = !node.Disk.IsFull;
                break;
            case 3:
                node.Disk.RefusesFlushes = !node.Disk.RefusesFlushes;
                break;
            case 4 when _sides.Count == 0:
                Part();
                break;
            case 5 when node.IsUp:
                EndInOperation(node);
                break;
        }
    }

    /// <summary>In the middle of one of its next disk operations.</summary>
    private void EndInOperation(NetNode node)
    {
        SimDisk disk = node.Disk;
        disk.Ended = () => Schedule.After(TimeSpan.Zero, Life, () =>
        {
            if (node.IsUp && node.Disk == disk)
            {
                EndNode(node);
            }
        });
        disk.EndAt(_random.Below(6));
    }

    private void EndNode(NetNode node)
    {
        Ends++;
        node.End(powerCut: _random.Chance(0.5));
        Schedule.After(_random.Wait(TimeSpan.FromSeconds(5)), Life, () => StartNode(node));
    }

    /// <summary>A disk with a torn end that refuses to write keeps a node from starting until it does not.</summary>
    private void StartNode(NetNode node)
    {
        try
        {
            if (!node.IsUp)
            {
                node.Start();
            }
        }
        catch (IOException) when (node.Disk.IsFull || node.Disk.RefusesFlushes)
        {
            Schedule.After(TimeSpan.FromSeconds(2), Life, () => StartNode(node));
        }
    }

    private void Part()
    {
        _actors.ForEach(actor => _sides[actor.Number] = _random.Below(2));
        foreach (NetPeer peer in _actors.SelectMany(static actor => actor.Peers).ToList())
        {
            if (_sides[peer.Owner.Number] != _sides[peer.Remote.Number])
            {
                peer.Link.Cut();
            }
        }
        Schedule.After(_random.Wait(TimeSpan.FromSeconds(60)), Life, _sides.Clear);
    }

    /// <summary>Operations of a disk, in half a minute.</summary>
    private const int Never = 1_000_000;

    private void Calm()
    {
        _sides.Clear();
        foreach (NetNode node in _nodes)
        {
            (node.Disk.IsFull, node.Disk.RefusesFlushes) = (false, false);
            node.Disk.EndAt(Never); // an end that was planned and has not come
            StartNode(node);
        }
    }

    private void CheckEnd()
    {
        NetNode best = _nodes.MaxBy(static node => node.Desk.Tip.Work)!;
        foreach (NetNode node in _nodes)
        {
            if (node.Desk.Tip.Id != best.Desk.Tip.Id)
            {
                Fail($"node {node.Number} is at height {node.Desk.Tip.Height} with work {node.Desk.Tip.Work}; node {best.Number} at "
                    + $"{best.Desk.Tip.Height} with {best.Desk.Tip.Work}; {node.Peers.Count} peers, {node.Desk.Waiting} wait, fetching "
                    + $"{node.Links.Sync.Progress}");
            }
        }
        string[] splits = [.. _nodes.Select(SplitOf).Distinct()];
        if (Broken is null && splits.Length > 1)
        {
            Fail($"nodes with one tip pay {splits.Length} splits");
        }
    }

    private static string SplitOf(NetNode node) => node.Desk.Look(static chain => string.Join(
        ',', chain.SplitFor(2, FreeShares.CoinValue, default)!.Select(static output => $"{output.Amount.Units} {Hex.Encode(output.Script.Span)}")));
}
