using System.Globalization;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// An honest node: the real chain, disk format, peers, addresses, bans and synchronisation, on a disk of its own and
/// through several lives. Outside are sockets, TLS, the coin node and the miners.
/// </summary>
internal sealed class NetNode : IBlockTimes, IShareListener
{
    private const string ChainFolder = "chain", PeersFolder = "peers";

    private const int InboundMax = 117;

    /// <summary>Whoever runs it starts it again after so long when it could not start.</summary>
    private static readonly TimeSpan s_startAgain = TimeSpan.FromSeconds(5);

    private readonly NetWorld _world;
    private readonly SeededRandom _random;
    private readonly TimeSpan _skew;
    private readonly IReadOnlyList<PeerAddress> _known;
    private SimDisk _disk;
    private IStep[] _steps = [];
    private int[] _turns = [];
    private SimLife _life;
    private NetPort? _port;
    private PeerNode? _peers;
    private Hash256 _noted; // tip when all was on the disk

    public NetNode(NetWorld world, int number, IReadOnlyList<PeerAddress> known)
    {
        (_world, Number, _known) = (world, number, known);
        Name = string.Create(CultureInfo.InvariantCulture, $"node{number}");
        _random = world.RandomFor(Name);
        _skew = TimeSpan.FromMilliseconds(_random.Between(-world.Options.SkewMs, world.Options.SkewMs));
        _disk = NewDisk();
        _life = new SimLife(world.Schedule, Name);
        Payout = FreeShares.Payee(number);
    }

    public int Number { get; }

    public string Name { get; }

    /// <summary>Behind a router that lets nobody in.</summary>
    private bool IsHidden => Number >= _world.Options.Nodes - _world.Options.Hidden;

    public ShareDesk Desk { get; private set; } = null!;

    public PayoutKey Payout { get; }

    public bool IsUp { get; private set; }

    public int Lives { get; private set; }

    public SimDisk Disk => _disk;

    /// <summary>Of the newest life; null before the first.</summary>
    public NodeId? Id => _peers?.Id;

    public int PeerCount => _peers?.Chain.Count ?? 0;

    public void Start()
    {
        if (IsUp)
        {
            return;
        }
        Lives++;
        _life = new SimLife(_world.Schedule, Name);
        try
        {
            _life.Run(Open);
            IsUp = true;
            _world.Note(Name, $"starts, life {Lives}, height {Desk.Tip.Height}");
            _world.Audit.OnStarted(this);
            for (int i = 0; i < _steps.Length; i++)
            {
                Plan(i, TimeSpan.Zero);
            }
        }
        catch (FormatException e)
        {
            _world.Fail($"{Name} cannot start: {e.Message}");
        }
        catch (IOException e)
        {
            _world.Note(Name, $"cannot start: {e.Message}");
            Fall(powerCut: false, isHeard: true);
            _world.Schedule.After(s_startAgain, _world.Life, Start);
        }
    }

    /// <summary>The process ends, with or without the power.</summary>
    public void End(bool powerCut)
    {
        _world.Note(Name, $"{(powerCut ? "loses its power" : "is killed")}");
        Fall(powerCut, isHeard: !powerCut);
    }

    /// <summary>As on SIGTERM.</summary>
    public void Stop()
    {
        _world.Note(Name, $"is stopped");
        _life.Run(() =>
        {
            _peers!.Drain();
            _peers.Dispose();
            Desk.Dispose();
        });
        NoteKept();
        Fall(powerCut: false, isHeard: true);
    }

    /// <summary>There is a new and empty one in its place.</summary>
    public void LoseDisk()
    {
        End(powerCut: true);
        _world.Note(Name, $"has a new disk");
        _disk = NewDisk();
        _world.Audit.OnDiskLost(this);
    }

    public void OnCoinBlock(Template template)
    {
        Desk.Coin.Note(template);
        Desk.Wake.Set();
        Pump();
    }

    /// <summary>Its miner has found a share; number makes it its own.</summary>
    public void Mine(ulong number)
    {
        ulong now = (ulong)(new SimClock(_world.Schedule, _life).GetUtcNow() + _skew).ToUnixTimeMilliseconds();
        Template template = _world.Coin.Template(_world.Schedule.Now - _world.Options.CoinDelay.Ticks);
        ChainShare? share = Desk.Look(chain => chain.Payees() is null ? null : EasyShares.Next(
            chain, _world.Parameters, Payout, now, number, template.PreviousHash, (uint)template.Height));
        if (share is null)
        {
            return; // it does not know enough of the chain to tell whom to pay
        }
        _world.Audit.OnMade(this, share);
        Arrival arrival = Desk.Arrive(share.Bytes.Span, ShareOrigin.Own);
        if (arrival.Kind != ArrivalKind.Taken)
        {
            _world.Fail($"{Name}: a share of its own is {arrival.Kind}: {arrival.Fault}");
        }
        Pump();
    }

    ValueTask<ICoinBlocks?> IBlockTimes.LookAsync(IEnumerable<Hash256> blocks, CancellationToken stop) =>
        new(_world.Coin);

    void IShareListener.OnTaken(ChainShare share, ShareOrigin origin) => _world.Audit.OnTaken(this, share);

    void IShareListener.OnNext(NextShare next)
    {
    }

    void IShareListener.OnMissing(Hash256 id, long peer)
    {
    }

    private SimDisk NewDisk() => new(_world.Schedule, _random) { Lies = _world.Options.DisksLie };

    private void Open()
    {
        PoolWorld world = new()
        {
            Time = new SkewedClock(new SimClock(_world.Schedule, _life), _skew),
            Random = _random,
            Transport = null!,
            Files = _disk,
            Nodes = null!,
            Loggers = new NetLogs(_world, this),
            Peers = (identity, inboundMax, door) =>
                _port = new NetPort(_world, Number, identity.Id, _life, inboundMax + door, Pump),
        };
        Desk = new ShareDesk(_world.Parameters, EasyShares.NoChecker, world, ChainFolder);
        Desk.Tell(this);
        PeerNodeOptions options = new()
        {
            ChainId = _world.Parameters.Id,
            Folder = PeersFolder,
            Listen = IsHidden ? [] : [NetWorld.PlaceOf(Number)],
            Bootstrap = _known,
            InboundMax = InboundMax,
            OutboundMax = _world.Options.Dials,
            UserAgent = Name,
        };
        _peers = new PeerNode(options, Desk, this, nodes: null, world);
        _peers.Listen();
        Desk.Coin.Note(_world.Coin.Template(_world.Schedule.Now - _world.Options.CoinDelay.Ticks));
        Desk.Coin.Note(_world.Coin.Template(_world.Schedule.Now));
        _steps = [Desk, Desk.Keeper, Desk.Proofs, .. _peers.Steps];
        _turns = new int[_steps.Length];
    }

    private void Fall(bool powerCut, bool isHeard)
    {
        IsUp = false;
        _life.End();
        _disk.End();
        _port?.End(isHeard);
        _port = null;
        _disk = _disk.Next(powerCut);
    }

    private void NoteKept()
    {
        if (Desk.IsKept && _noted != Desk.Tip.Id)
        {
            _noted = Desk.Tip.Id;
            _world.Audit.OnKept(this);
        }
    }

    /// <summary>Plans a turn of every step that was woken.</summary>
    private void Pump()
    {
        for (int i = 0; i < _steps.Length && IsUp; i++)
        {
            if (_steps[i].Wake.TryTake())
            {
                Plan(i, TimeSpan.Zero);
            }
        }
    }

    private void Plan(int index, TimeSpan wait)
    {
        int turn = ++_turns[index];
        IStep step = _steps[index];
        _world.Schedule.After(wait + TimeSpan.FromMilliseconds(_random.Fraction()), _life, () =>
        {
            if (_turns[index] == turn)
            {
                TimeSpan pause = step.StepAsync(default).GetAwaiter().GetResult();
                NoteKept();
                if (pause != Timeout.InfiniteTimeSpan && _turns[index] == turn)
                {
                    Plan(index, pause);
                }
                Pump();
            }
        });
    }
}

/// <summary>A clock that is wrong by the same all the time.</summary>
internal sealed class SkewedClock(TimeProvider right, TimeSpan skew) : TimeProvider
{
    public override long TimestampFrequency => right.TimestampFrequency;

    public override long GetTimestamp() => right.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => right.GetUtcNow() + skew;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        right.CreateTimer(callback, state, dueTime, period);
}
