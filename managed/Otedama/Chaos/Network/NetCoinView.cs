using Otedama.Core;

namespace Otedama;

/// <summary>
/// One coin node: which blocks it knows, and the highest of them, of equal ones the first. It is a process of its own,
/// which goes on when the pool's node ends.
/// </summary>
internal sealed class NetCoinView : ICoinBlocks
{
    private readonly NetWorld _world;
    private readonly string _actor;
    private readonly Dictionary<Hash256, NetCoinBlock> _known = [];
    private readonly List<(NetCoinBlock Block, long At)> _tips = []; // those that were offered, oldest first
    private readonly List<NetCoinBlock> _unheard = []; // while it is cut off, and those it could not tell
    private readonly List<NetCoinBlock> _untold = [];

    public NetCoinView(NetWorld world, string actor, IReadOnlyList<NetCoinBlock> blocks)
    {
        (_world, _actor) = (world, actor);
        foreach (NetCoinBlock block in blocks)
        {
            _known.Add(block.Id, block);
        }
        Tip = Mined = blocks[^1];
        _tips.Add((Tip, world.Schedule.Now));
    }

    /// <summary>What it offers to mine on.</summary>
    public NetCoinBlock Tip { get; private set; }

    /// <summary>What its miners mine on: they take a new block up a while after it came.</summary>
    public NetCoinBlock Mined { get; private set; }

    /// <summary>It neither hears of blocks nor tells of its own.</summary>
    public bool IsCut { get; private set; }

    /// <summary>The tip is another one.</summary>
    public Action Moved { get; set; } = static () => { };

    public ulong TipTimeMs => Ms(Tip.At);

    public ulong? TimeMsOf(Hash256 block) => Find(block) is { } known ? Ms(known.At) : null;

    public NetCoinBlock? Find(Hash256 id) => _known.GetValueOrDefault(id);

    /// <summary>When it was first offered to mine on this one, in ticks; null when it never was.</summary>
    public long? OfferedAt(Hash256 id) => FirstTip(block => block.Id == id);

    /// <summary>When something two blocks higher was offered, so that a pool forgets this one; null: not yet.</summary>
    public long? PassedAt(Hash256 id) => FirstTip(block => block.Height >= _known[id].Height + 2);

    /// <summary>What it offers now.</summary>
    public Template Template() => TemplateOn(Tip);

    /// <summary>What its miners have of it.</summary>
    public Template MinedTemplate() => TemplateOn(Mined);

    /// <summary>Others tell of a block.</summary>
    public void Hear(NetCoinBlock block)
    {
        if (IsCut)
        {
            _unheard.Add(block);
            return;
        }
        Learn(block);
    }

    /// <summary>Its own pool gave it a block, which it tells the others.</summary>
    public void Take(NetCoinBlock block)
    {
        if (_known.ContainsKey(block.Id))
        {
            return;
        }
        Learn(block);
        if (IsCut)
        {
            _untold.Add(block);
        }
        else
        {
            _world.Coin.Tell(block, this);
        }
    }

    /// <summary>For so long it hears nothing and tells nothing.</summary>
    public void Cut(TimeSpan length)
    {
        if (!IsCut)
        {
            IsCut = true;
            _world.Note(_actor, $"has a coin node without connections for {length.TotalSeconds:0.0} s");
            _world.Schedule.After(length, _world.Life, Join);
        }
    }

    public void Join()
    {
        IsCut = false;
        NetCoinBlock[] unheard = [.. _unheard], untold = [.. _untold];
        _unheard.Clear();
        _untold.Clear();
        Array.ForEach(unheard, Learn);
        Array.ForEach(untold, block => _world.Coin.Tell(block, this));
    }

    private void Learn(NetCoinBlock block)
    {
        for (NetCoinBlock? at = block; at is not null && _known.TryAdd(at.Id, at); at = at.Parent)
        {
        }
        if (block.Height > Tip.Height)
        {
            Tip = block;
            _tips.Add((block, _world.Schedule.Now));
            Moved();
            _world.Schedule.After(
                _world.Options.CoinDelay, _world.Life, () => Mined = block.Height > Mined.Height ? block : Mined);
        }
    }

    private long? FirstTip(Predicate<NetCoinBlock> which)
    {
        int at = _tips.FindIndex(tip => which(tip.Block));
        return at < 0 ? null : _tips[at].At;
    }

    private Template TemplateOn(NetCoinBlock block) => new()
    {
        Algorithm = CoinCatalogue.Find("btc", "regtest")!.Algorithm,
        Height = (int)block.Height + 1,
        Version = 0x20000000,
        PreviousHash = block.Id,
        Bits = _world.Options.CoinBits,
        Time = (uint)(Ms(_world.Schedule.Now) / 1_000),
        TimeMin = 0,
        CoinbaseValue = new Amount((long)FreeShares.CoinValue),
        Transactions = [],
    };

    private static ulong Ms(long ticks) => (ulong)(1_900_000_000_000 + (ticks / TimeSpan.TicksPerMillisecond));
}
