using System.Diagnostics;
using System.Globalization;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama;

/// <summary>What became of one simulated network.</summary>
/// <param name="Broken">Null when every promise was kept.</param>
/// <param name="Lines">The run, or its last part: time in seconds, actor, what.</param>
internal sealed record NetReport(
    ulong Seed, string? Broken, string TraceHash, double VirtualSeconds, double Seconds, long Steps, int Nodes,
    int Hostile, int Lives, int Shares, uint Height, int Bans, IReadOnlyCollection<string> Lines);

/// <summary>
/// Many nodes of the real code in one thread and from one seed: links with latency, loss and bandwidth that break,
/// partitions, wrong clocks, processes and power that end at any disk operation, disks that die, hostile peers. The
/// proofs of work are real, on a chain that asks for a few hashes; outside stand only sockets, TLS, the coin and the
/// miners.
/// </summary>
internal sealed class NetSim
{
    /// <summary>
    /// After the trouble: until everybody is connected again, and then until nothing is on its way any more.
    /// </summary>
    private static readonly TimeSpan s_healing = TimeSpan.FromSeconds(75), s_settling = TimeSpan.FromSeconds(30);

    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly ulong _seed;
    private readonly SeededRandom _random;
    private readonly List<NetNode> _nodes = [];
    private readonly List<NetHostile> _hostile = [];
    private readonly NetFaults _faults;
    private ulong _made;
    private bool _isCalm;

    public NetSim(ulong seed, NetOptions options, bool keepTrace = false)
    {
        _seed = seed;
        World = new NetWorld(seed, options, keepTrace);
        _random = World.RandomFor("miners");
        for (int i = 0; i < options.Nodes; i++)
        {
            _nodes.Add(new NetNode(World, i, Known(i)));
        }
        for (int i = 0; i < options.Hostile; i++)
        {
            _hostile.Add(new NetHostile(World, i, _nodes));
        }
        _faults = new NetFaults(World, _nodes);
    }

    public NetWorld World { get; }

    public IReadOnlyList<NetNode> Nodes => _nodes;

    /// <summary>Runs until the end or until something is wrong.</summary>
    public static NetReport Run(ulong seed, NetOptions options, bool keepTrace = false)
    {
        NetSim sim = new(seed, options, keepTrace);
        sim.Begin();
        return sim.End();
    }

    /// <summary>All the trouble, the calm, and what has to be true then.</summary>
    public NetReport End()
    {
        RunUntil(World.Options.Length);
        if (World.Broken is null)
        {
            Calm();
            RunUntil(World.Options.Length + (s_healing / 2));
            World.IsHealed = true;
            RunUntil(World.Options.Length + s_healing);
        }
        if (World.Broken is null)
        {
            _isCalm = true;
            foreach (IGrouping<ChainParameters, NetNode> chain in Chains())
            {
                // Of two equal branches one becomes the heavier.
                chain.MaxBy(static node => node.Desk.Tip.Work)!.MineAnyway(_made++);
            }
            RunUntil(World.Options.Length + s_healing + s_settling);
        }
        if (World.Broken is null)
        {
            foreach (IGrouping<ChainParameters, NetNode> chain in Chains())
            {
                new NetEndAudit(World, chain.Key, [.. chain]).Check();
            }
        }
        return Report();
    }

    public void Begin()
    {
        World.Coin.Start();
        _nodes.ForEach(static node => node.Start());
        _hostile.ForEach(static one => one.Start());
        _nodes.ForEach(PlanFind);
        _faults.Start();
    }

    public void RunUntil(TimeSpan end)
    {
        while (World.Broken is null && World.Schedule.RunNext(end.Ticks))
        {
        }
    }

    private IEnumerable<IGrouping<ChainParameters, NetNode>> Chains() => _nodes.GroupBy(static node => node.Rules);

    /// <summary>Whom the node knows at first: the one before it, so that all hang together, and others.</summary>
    private List<PeerAddress> Known(int node)
    {
        List<PeerAddress> known = [];
        for (int i = 0; i < World.Options.Known && node > 0; i++)
        {
            int open = World.Options.Nodes - World.Options.Hidden;
            int other = i == 0 && node <= open ? node - 1 : _random.Below(Math.Min(node, open));
            string place = NetWorld.PlaceOf(other).ToString();
            if (PeerAddress.TryParse(place, out PeerAddress? address, out _) && !known.Contains(address))
            {
                known.Add(address);
            }
        }
        return known;
    }

    /// <summary>Work does not depend on time, so that a miner may draw anew whenever he has found.</summary>
    private void PlanFind(NetNode node)
    {
        double limitWork = (double)ShareDifficulty.Work(World.Parameters.LimitBits, 0);
        double hashesPerSecond = 2 * limitWork / World.Options.Spacing.TotalSeconds / _nodes.Count;
        double work = node.IsUp ? (double)node.Desk.Next.Work : limitWork;
        World.Schedule.After(_random.Wait(TimeSpan.FromSeconds(work / hashesPerSecond)), World.Life, () =>
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

    private void Calm()
    {
        World.Note("world", $"everything works again");
        _faults.Stop();
        _nodes.ForEach(static node => node.Start());
    }

    private NetReport Report() => new(
        _seed, World.Broken, World.Trace.Hash, World.Schedule.Elapsed.TotalSeconds,
        Stopwatch.GetElapsedTime(_began).TotalSeconds, World.Schedule.Steps,
        _nodes.Count, _hostile.Count, _nodes.Sum(static node => node.Lives), World.Audit.Made,
        _nodes.Max(static node => node.Desk?.Tip.Height ?? 0), World.Audit.Blames.Bans, World.Trace.Lines);
}
