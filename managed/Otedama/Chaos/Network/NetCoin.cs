using Otedama.Core;

namespace Otedama;

/// <summary>A block of the simulated coin; its parent is null for the first one that anybody knows.</summary>
internal sealed record NetCoinBlock(Hash256 Id, NetCoinBlock? Parent, uint Height, long At);

/// <summary>
/// The coin: blocks that others mine, now and then two at one height, and those that the pool finds. Every node has a
/// coin node of its own, which hears of each block at another time.
/// </summary>
internal sealed class NetCoin
{
    private const uint FirstHeight = 101;

    /// <summary>Blocks that every coin node knows when all begins, as far apart as they are on average.</summary>
    private const int Before = 5;

    private static readonly TimeSpan s_spacing = TimeSpan.FromSeconds(60);

    private readonly NetWorld _world;
    private readonly SeededRandom _random;
    private readonly List<NetCoinBlock> _blocks = [];
    private readonly Dictionary<Hash256, NetCoinBlock> _byId = [];
    private readonly List<NetCoinView> _views = [];
    private NetCoinBlock _best;

    public NetCoin(NetWorld world)
    {
        (_world, _random) = (world, world.RandomFor("coin"));
        _best = Add(new NetCoinBlock(SomeId(), null, FirstHeight, -s_spacing.Ticks * (Before - 1)));
        for (int i = Before - 2; i >= 0; i--)
        {
            _best = Add(new NetCoinBlock(SomeId(), _best, _best.Height + 1, -s_spacing.Ticks * i));
        }
    }

    /// <summary>A coin node more, which knows what there is.</summary>
    public NetCoinView NewView(string actor)
    {
        NetCoinView view = new(_world, actor, _blocks);
        _views.Add(view);
        return view;
    }

    public void Start() => _world.Schedule.After(_random.Wait(s_spacing), _world.Life, () =>
    {
        NetCoinBlock on = _random.Chance(_world.Options.CoinRivals) ? Other() : _best;
        Tell(Add(new NetCoinBlock(SomeId(), on, on.Height + 1, _world.Schedule.Now)), null);
        Start();
    });

    /// <summary>A block of the pool; nothing of it where the coin node does not know what it is built on.</summary>
    public void Found(Hash256 id, Hash256 parent, NetCoinView by)
    {
        if (!_byId.TryGetValue(id, out NetCoinBlock? block))
        {
            if (by.Find(parent) is not { } on)
            {
                return;
            }
            block = Add(new NetCoinBlock(id, on, on.Height + 1, _world.Schedule.Now));
        }
        by.Take(block);
    }

    /// <summary>All coin nodes but this one hear of it, each a while later.</summary>
    public void Tell(NetCoinBlock block, NetCoinView? from)
    {
        foreach (NetCoinView view in _views.Where(view => view != from))
        {
            TimeSpan late = _random.Wait(_world.Options.CoinLate);
            _world.Schedule.After(late, _world.Life, () => view.Hear(block));
        }
    }

    /// <summary>Whether every coin node offers to mine on this one.</summary>
    public bool IsTipOfAll(Hash256 id) => _views.TrueForAll(view => view.Tip.Id == id);

    /// <summary>A coin node that has it, other than this one.</summary>
    public bool IsBeyond(Hash256 id, NetCoinView view) =>
        _views.Exists(other => other != view && other.Find(id) is not null);

    private NetCoinBlock Other()
    {
        NetCoinBlock[] near = [.. _blocks.Where(block => block.Height + 1 >= _best.Height)];
        return near[_random.Below(near.Length)];
    }

    private NetCoinBlock Add(NetCoinBlock block)
    {
        _blocks.Add(block);
        _byId.Add(block.Id, block);
        _best = _best is null || block.Height > _best.Height ? block : _best;
        return block;
    }

    private Hash256 SomeId()
    {
        byte[] id = new byte[Hash256.Size];
        _random.Fill(id);
        return new Hash256(id);
    }
}
