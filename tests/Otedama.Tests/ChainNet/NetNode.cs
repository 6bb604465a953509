using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Tests.ChainNet;

/// <summary>An honest node: the real desk, peers and synchronisation on a disk of its own, through several lives.</summary>
internal sealed class NetNode : NetActor, IBlockTimes, ICoinBlockSink
{
    private const string Folder = "chain";

    private readonly SeededRandom _random;
    private readonly TimeSpan _skew;
    private SimDisk _disk;
    private IStep[] _steps = [];
    private int[] _turns = [];
    private SimLife _life;

    public NetNode(NetSim sim, int number)
        : base(sim, number)
    {
        _random = sim.RandomFor($"node{number}");
        _skew = TimeSpan.FromMilliseconds(_random.Between(-sim.Options.SkewMs, sim.Options.SkewMs));
        _disk = new SimDisk(sim.Schedule, _random);
        _life = new SimLife(sim.Schedule, $"node{number}");
        Payout = FreeShares.Payee(number);
        Start();
    }

    public override bool IsHonest => true;

    public ShareDesk Desk { get; private set; } = null!;

    public ChainPeers Links { get; private set; } = null!;

    public PayoutKey Payout { get; }

    public bool IsUp { get; private set; }

    public override PeerTip Tip => Desk.Tip;

    public SimDisk Disk => _disk;

    public void Start()
    {
        _life = new SimLife(Sim.Schedule, $"node{Number}");
        SkewedClock clock = new(new SimClock(Sim.Schedule, _life), _skew);
        PoolWorld world = new()
        {
            Time = clock,
            Random = _random,
            Transport = null!,
            Files = _disk,
            Nodes = null!,
            Loggers = NullLoggerFactory.Instance,
        };
        Desk = new ShareDesk(Sim.Parameters, NoProofs.Instance, world, Folder);
        Links = new ChainPeers(Desk, this, this, world, Sim.Options.GossipBudget);
        _steps = [Desk, Desk.Keeper, Links, Links.Sync];
        _turns = new int[_steps.Length];
        IsUp = true;
        Desk.Tell(new Heard(this));
        Desk.Coin.Note(Sim.Coin.Template(Sim.Schedule.Now - Sim.Options.CoinDelay.Ticks));
        Desk.Coin.Note(Sim.Coin.Template(Sim.Schedule.Now));
        Pump();
    }

    /// <summary>The process ends, with or without the power.</summary>
    public void End(bool powerCut)
    {
        IsUp = false;
        _life.End();
        _disk.End();
        Peers.ToList().ForEach(static peer => peer.Link.Cut());
        _disk = _disk.Next(powerCut);
    }

    public void OnCoinBlock(Template template)
    {
        Desk.Coin.Note(template);
        Desk.Wake.Set();
        Pump();
    }

    public ChainShare Mine(ulong number)
    {
        ulong now = (ulong)((DateTimeOffset.FromUnixTimeSeconds(1_900_000_000) + Sim.Schedule.Elapsed + _skew).ToUnixTimeMilliseconds());
        Template template = Sim.Coin.Template(Sim.Schedule.Now - Sim.Options.CoinDelay.Ticks);
        ChainShare share = Desk.Look(chain => EasyShares.Next(
            chain, Sim.Parameters, Payout, now, number, template.PreviousHash, (uint)template.Height, Sim.Options.CoinBits));
        Sim.Audit.OnMade(share);
        Arrival arrival = Desk.Arrive(share.Bytes.Span, ShareOrigin.Own);
        if (arrival.Kind != ArrivalKind.Taken)
        {
            Sim.Fail($"node {Number}: a share of its own is {arrival.Kind}: {arrival.Fault}");
        }
        if (EasyShares.IsBlock(share))
        {
            AssembledBlock block = new(share.Work.Header.Id, (int)share.Core.CoinHeight, HexOf(BlockOf(share)), default);
            Sim.Audit.OnBlock(Number, block);
            Links.Announce(block);
        }
        Pump();
        return share;
    }

    private byte[] BlockOf(ChainShare share) => Desk.Look(chain => EasyShares.BlockOf(
        share, Sim.Parameters, chain.SplitOn(share.Core.Parent, share.Core.CapClass, share.Core.CoinValue, share.Core.Payout)!));

    private static byte[] HexOf(byte[] bytes) => System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes));

    void ICoinBlockSink.Forward(AssembledBlock block, string from) => Sim.Audit.OnForwarded(Number, block);

    public override void OnJoined(NetPeer peer)
    {
        if (IsUp)
        {
            Links.OnJoined(peer);
            Pump();
        }
    }

    public override void OnLeft(NetPeer peer)
    {
        if (IsUp)
        {
            Links.OnLeft(peer);
            Pump();
        }
    }

    public override void OnFrame(NetPeer peer, PeerMessageRule rule, uint correlation, byte[] body)
    {
        if (IsUp)
        {
            Links.OnMessage(peer, new PeerFrame(rule, correlation, body));
            Sim.Audit.OnHeard(this);
            Pump();
        }
    }

    ValueTask<ICoinBlocks?> IBlockTimes.LookAsync(IEnumerable<Hash256> blocks, CancellationToken stop) => new(Sim.Coin);

    private sealed class Heard(NetNode node) : IShareListener
    {
        public void OnTaken(ChainShare share, ShareOrigin origin) => node.Sim.Audit.OnTaken(node.Number, share);

        public void OnNext(NextShare next)
        {
        }

        public void OnMissing(Hash256 id, long peer)
        {
        }
    }

    /// <summary>Plans a turn of every step that was woken.</summary>
    public void Pump()
    {
        for (int i = 0; i < _steps.Length; i++)
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
        Sim.Schedule.After(wait + TimeSpan.FromMilliseconds(_random.Fraction()), _life, () =>
        {
            if (IsUp && _turns[index] == turn)
            {
                TimeSpan pause = step.StepAsync(default).GetAwaiter().GetResult();
                if (pause != Timeout.InfiniteTimeSpan && _turns[index] == turn)
                {
                    Plan(index, pause);
                }
                Pump();
            }
        });
    }
}

/// <summary>SHA-256d shows its proof in the header; nobody asks this one.</summary>
internal sealed class NoProofs : IProofChecker
{
    public static NoProofs Instance { get; } = new();

    public void Check(Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results) =>
        throw new NotSupportedException("no proof but the header's");
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
