using System.Net;
using System.Text;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama;

/// <summary>What has to be true of honest nodes at any time.</summary>
internal sealed class NetAudit(NetWorld world)
{
    private readonly Dictionary<Hash256, ChainShare> _made = [];
    private readonly Dictionary<Hash256, long> _madeAt = [];
    private readonly Dictionary<Hash256, List<(int Node, TimeSpan After)>> _had = [];
    private readonly Dictionary<int, Hash256[]> _kept = []; // main chain that a node's disk has, newest first
    private readonly Dictionary<int, (Hash256 Id, UInt128 Weight)> _tips = [];
    private readonly Dictionary<IPAddress, NetNode> _nodes = [];
    private readonly List<NetBlock> _blocks = [];

    public int Made => _made.Count;

    /// <summary>Shares of honest miners.</summary>
    public IEnumerable<ChainShare> Own => _had.Keys.Select(id => _made[id]);

    /// <summary>Every share that breaks no rule, by id, whoever made it.</summary>
    public IReadOnlyDictionary<Hash256, ChainShare> Shares => _made;

    public IReadOnlyList<NetBlock> Blocks => _blocks;

    public NetBlames Blames { get; } = new(world);

    /// <summary>By share: which nodes had it how long after it was found.</summary>
    public IEnumerable<IReadOnlyList<(int Node, TimeSpan After)>> Spreads => _had.Values;

    /// <summary>Who took a share of an honest miner so long after it was found, or longer.</summary>
    public IEnumerable<(ChainShare Share, int Node, long At)> Late(TimeSpan after) => _had.SelectMany(had => had.Value
        .Where(each => each.After >= after)
        .Select(each => (_made[had.Key], each.Node, _madeAt[had.Key] + each.After.Ticks)));

    public void AddNode(NetNode node) => _nodes.Add(NetWorld.PlaceOf(node.Number).Address, node);

    /// <summary>The honest node there; null for an attacker.</summary>
    public NetNode? NodeAt(IPAddress address) => _nodes.GetValueOrDefault(address);

    /// <summary>An honest miner found it, or nothing is wrong with it although somebody else did.</summary>
    public void OnMade(NetNode? by, ChainShare share)
    {
        if (_made.TryAdd(share.Id, share))
        {
            _madeAt.Add(share.Id, world.Schedule.Now);
            if (by is not null)
            {
                _had[share.Id] = [];
                world.Note(
                    by.Name,
                    $"finds {share} on {share.Core.Parent.ToString()[..8]} with {share.Core.Uncles.Count} uncles");
            }
        }
    }

    /// <summary>Nothing that breaks a rule gets into an honest chain, and its tip moves to more work only.</summary>
    public void OnTaken(NetNode node, ChainShare share)
    {
        if (!_madeAt.TryGetValue(share.Id, out long at))
        {
            world.Fail($"{node.Name} takes share {share}, which breaks a rule");
        }
        else if (_had.TryGetValue(share.Id, out List<(int, TimeSpan)>? had))
        {
            had.Add((node.Number, TimeSpan.FromTicks(world.Schedule.Now - at)));
        }
        (int orphans, int held) = node.Desk.Waiting;
        if (orphans > OrphanPool.Max || held > HeldShares.Max)
        {
            world.Fail($"{node.Name} has {orphans} orphans and {held} held shares");
        }
        (Hash256 Id, UInt128 Weight) tip = node.Desk.Look(static chain => (chain.TipId, chain.CumulativeWork));
        if (_tips.TryGetValue(node.Number, out (Hash256 Id, UInt128 Weight) old)
            && tip.Id != old.Id && tip.Weight <= old.Weight)
        {
            world.Fail($"{node.Name} leaves tip {old.Id} for {tip.Id}, "
                + $"whose work {tip.Weight} is not more than {old.Weight}");
        }
        _tips[node.Number] = tip;
    }

    /// <summary>Another chain may have taken the place of its own; that one says what it likes of its work.</summary>
    public void OnReplaced(NetNode node) => _tips.Remove(node.Number);

    /// <summary>The node says that all it has is on its disk.</summary>
    public void OnKept(NetNode node) =>
        _kept[node.Number] = node.Desk.Look(static chain => chain.Newest().Select(static share => share.Id).ToArray());

    public void OnDiskLost(NetNode node) => _kept.Remove(node.Number);

    /// <summary>What was on the disk is there again, but for what lies too deep to be kept.</summary>
    public void OnStarted(NetNode node)
    {
        _tips.Remove(node.Number);
        Blames.OnStarted(node);
        if (!_kept.TryGetValue(node.Number, out Hash256[]? kept))
        {
            return;
        }
        int most = Math.Min(kept.Length, 2 * world.Parameters.WindowShares);
        int found = node.Desk.Look(chain => kept.Take(most).Count(id => chain.Find(id) is not null));
        if (found < most)
        {
            world.Fail($"{node.Name} had {most} shares safe on its disk and has {found} of them after a start");
        }
    }

    /// <summary>Nobody who rents machines in one network has more than one of a node's own links.</summary>
    public void OnDialled(NetPort from, IPAddress to)
    {
        if (Blames.IsHostile(to)
            && from.Dialled.FirstOrDefault(other => Blames.IsHostile(other) && IsNear(other, to)) is { } near)
        {
            world.Fail($"node{from.Number} dials {to} and has a link to {near}, in the same network");
        }
    }

    /// <summary>A share is a block of the coin, which its finder gives to his coin node and tells the others.</summary>
    public void OnBlock(NetNode by, ChainShare share, byte[] bytes)
    {
        world.Note(by.Name, $"has found coin block {share.Work.Header.Id}");
        _blocks.Add(new NetBlock(by, share, bytes));
    }

    /// <summary>Coin nodes get only blocks that somebody found, as he found them, in a life of a node once.</summary>
    public void OnForwarded(NetNode node, AssembledBlock block)
    {
        NetBlock? found = _blocks.FirstOrDefault(each => each.Share.Work.Header.Id == block.Id);
        byte[] bytes = Hex.Decode(Encoding.ASCII.GetString(block.HeadHex.Span));
        if (found is null || !found.Bytes.AsSpan().SequenceEqual(bytes))
        {
            world.Fail($"{node.Name} forwards coin block {block.Id}, which nobody has found like that");
        }
        else if (!found.Forwards.Add((node.Number, node.Lives)))
        {
            world.Fail($"{node.Name} forwards coin block {block.Id} twice");
        }
    }

    private static bool IsNear(IPAddress one, IPAddress other) =>
        one.GetAddressBytes().AsSpan(0, 2).SequenceEqual(other.GetAddressBytes().AsSpan(0, 2));
}

/// <summary>A coin block of the pool.</summary>
internal sealed record NetBlock(NetNode By, ChainShare Share, byte[] Bytes)
{
    /// <summary>Which nodes, in which of their lives, gave it to their coin nodes when they heard of it.</summary>
    public HashSet<(int Node, int Life)> Forwards { get; } = [];
}
