using System.Globalization;
using System.Text;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// An honest node: the real chain, disk format, peers, addresses, bans and synchronisation, on a disk of its own and
/// through several lives. Outside are sockets, TLS, the coin node and the miners.
/// </summary>
internal sealed class NetNode : IBlockTimes, IShareListener, ICoinBlockSink
{
    private const string ChainFolder = "chain", PeersFolder = "peers";

    private const int InboundMax = 117;

    /// <summary>Whoever runs it starts it again after so long when it could not start.</summary>
    private static readonly TimeSpan s_startAgain = TimeSpan.FromSeconds(5);

    /// <summary>By then a node knows that its last link is gone.</summary>
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(1);

    /// <summary>By then somebody else's coin node has a block that peers were sent.</summary>
    private static readonly TimeSpan s_told = TimeSpan.FromSeconds(10);

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
    private PartitionWatch _partition = null!;
    private MiningGate _gate = null!;
    private Hash256 _noted; // tip when all was on the disk
    private Hash256 _taken; // tip when the last share was taken

    public NetNode(NetWorld world, int number, IReadOnlyList<PeerAddress> known)
    {
        (_world, Number, _known) = (world, number, known);
        Name = string.Create(CultureInfo.InvariantCulture, $"node{number}");
        _random = world.RandomFor(Name);
        _skew = TimeSpan.FromMilliseconds(_random.Between(-world.Options.SkewMs, world.Options.SkewMs));
        _disk = NewDisk();
        _life = new SimLife(world.Schedule, Name);
        Payout = FreeShares.Payee(number);
        Coin = world.Coin.NewView(Name);
        Coin.Moved = OnCoinMoved;
        world.Audit.AddNode(this);
    }

    public int Number { get; }

    public string Name { get; }

    /// <summary>Behind a router that lets nobody in.</summary>
    private bool IsHidden => Number >= _world.Options.Nodes - _world.Options.Hidden;

    /// <summary>Its coin node.</summary>
    public NetCoinView Coin { get; }

    /// <summary>Of its share chain.</summary>
    public ChainParameters Rules => Number > 0 && Number <= _world.Options.Others ? _world.Others : _world.Parameters;

    /// <summary>Its blocks have transactions that it does not tell of.</summary>
    public bool IsLiar => Number < _world.Options.Liars;

    /// <summary>The first one is let begin alone; the others are not, or all are.</summary>
    private bool IsSolo => Number == 0 || _world.Options.AllSolo;

    /// <summary>The life before this one ended as it should, on a disk that took what it kept.</summary>
    public bool HasStoppedWell { get; private set; }

    /// <summary>Others' shares fail to come.</summary>
    public bool HasAlarm => IsUp && _partition.Alarm is not null;

    /// <summary>Transactions of others' shares that it asked for: right, wrong, not known.</summary>
    public (long Good, long Bad, long Unknown) Audited => _peers?.Chain.Audited ?? default;

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
        bool isWell = !_disk.IsGone && !_disk.IsFull && !_disk.RefusesFlushes;
        Fall(powerCut: false, isHeard: true);
        HasStoppedWell = isWell;
    }

    /// <summary>There is a new and empty one in its place.</summary>
    public void LoseDisk()
    {
        End(powerCut: true);
        _world.Note(Name, $"has a new disk");
        _disk = NewDisk();
        _world.Audit.OnDiskLost(this);
    }

    /// <summary>Its miner has found a share; number makes it its own. Where the gate is closed nobody mines.</summary>
    public void Mine(ulong number)
    {
        if (_gate.Why is null)
        {
            MineAnyway(number);
            bool isAlone = _port!.AloneSince is { } since && _world.Schedule.Now - since > s_settled.Ticks;
            if (isAlone && !IsSolo)
            {
                _world.Fail($"{Name} mines, and has had no link for more than {s_settled.TotalSeconds} s");
            }
        }
    }

    public void MineAnyway(ulong number)
    {
        ulong now = (ulong)(new SimClock(_world.Schedule, _life).GetUtcNow() + _skew).ToUnixTimeMilliseconds();
        Template template = Coin.MinedTemplate();
        Hash256[] others = _world.Options.Audits ? [SomeId(), SomeId()] : [];
        Hash256[] branch = others.Length == 0 ? [] : [others[0], Sha256d.Pair(others[1], others[1])];
        IReadOnlyList<PayoutOutput>? payees = null;
        ChainShare? share = Desk.Look(chain =>
        {
            payees = chain.SplitFor(EasyShares.CapClass, FreeShares.CoinValue, Payout);
            return payees is null ? null : EasyShares.Next(
                chain, Rules, Payout, now, number, template.PreviousHash, (uint)template.Height, template.Bits, branch);
        });
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
        if (others.Length > 0)
        {
            Desk.Transactions.Add(share.Id, With(template, IsLiar ? [SomeId(), SomeId()] : others));
        }
        else if (EasyShares.IsBlock(share))
        {
            OnBlock(share, EasyShares.BlockOf(share, Rules, payees!));
        }
        Pump();
    }

    ValueTask<ICoinBlocks?> IBlockTimes.LookAsync(IEnumerable<Hash256> blocks, CancellationToken stop) => new(Coin);

    void ICoinBlockSink.Forward(AssembledBlock block, string from)
    {
        _world.Audit.OnForwarded(this, block);
        NetBlock? found = _world.Audit.Blocks.FirstOrDefault(each => each.Share.Work.Header.Id == block.Id);
        if (found is not null)
        {
            Hash256 parent = found.Share.Work.Header.PreviousHash;
            _world.Schedule.After(TimeSpan.Zero, _world.Life, () => _world.Coin.Found(block.Id, parent, Coin));
        }
    }

    /// <summary>
    /// The coin node gets it, and the others hear of it. While all is calm and coin nodes agree on what is mined on,
    /// that has to do, as if the coin node had no line of its own; of two blocks at one height a node only believes in
    /// its own.
    /// </summary>
    private void OnBlock(ChainShare share, byte[] bytes)
    {
        Hash256 id = share.Work.Header.Id, parent = share.Work.Header.PreviousHash;
        bool isTried = _world.IsHealed && PeerCount > 0 && _world.Coin.IsTipOfAll(parent);
        _world.Audit.OnBlock(this, share, bytes);
        if (!isTried)
        {
            _world.Coin.Found(id, parent, Coin);
        }
        byte[] hex = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes));
        _peers!.Chain.Announce(new AssembledBlock(id, (int)share.Core.CoinHeight, hex, default));
        _world.Schedule.After(s_told, _world.Life, () =>
        {
            if (isTried && !_world.Coin.IsBeyond(id, Coin))
            {
                _world.Fail($"coin block {id} of {Name}, which had {PeerCount} peers, came to no other coin node in "
                    + $"{s_told.TotalSeconds} s");
            }
        });
    }

    private void OnCoinMoved() => _world.Schedule.After(TimeSpan.Zero, _world.Life, () =>
    {
        if (IsUp)
        {
            Desk.Coin.Note(Coin.Template());
            Desk.Wake.Set();
            Pump();
        }
    });

    private Hash256 SomeId()
    {
        byte[] id = new byte[Hash256.Size];
        _random.Fill(id);
        return new Hash256(id);
    }

    private static Template With(Template template, Hash256[] transactions) => template with
    {
        Transactions =
            [.. transactions.Select(static id => new TemplateTransaction(id, default, Amount.Zero, 0))],
    };

    void IShareListener.OnTaken(ChainShare share, ShareOrigin origin)
    {
        _world.Audit.OnTaken(this, share);
        _taken = Desk.Look(static chain => chain.TipId);
    }

    void IShareListener.OnNext(NextShare next)
    {
        if (next.Parent != _taken)
        {
            _world.Audit.OnReplaced(this);
        }
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
        Desk = new ShareDesk(Rules, EasyShares.NoChecker, world, ChainFolder);
        Desk.Tell(this);
        PeerNodeOptions options = new()
        {
            ChainId = Rules.Id,
            Audits = _world.Options.Audits,
            Folder = PeersFolder,
            Listen = IsHidden ? [] : [NetWorld.PlaceOf(Number)],
            Bootstrap = _known,
            InboundMax = InboundMax,
            OutboundMax = _world.Options.Dials,
            UserAgent = Name,
        };
        _peers = new PeerNode(options, Desk, this, nodes: this, world);
        _partition = new PartitionWatch(Desk, key => key == Payout, world.Time);
        _gate = new MiningGate(Desk, _peers, _partition, IsSolo);
        _peers.Listen();
        Desk.Coin.Note(Coin.MinedTemplate());
        Desk.Coin.Note(Coin.Template());
        _steps = [Desk, Desk.Keeper, Desk.Proofs, _partition, .. _peers.Steps];
        _turns = new int[_steps.Length];
    }

    private void Fall(bool powerCut, bool isHeard)
    {
        IsUp = HasStoppedWell = false;
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
