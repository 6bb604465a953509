using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama;

/// <summary>Everything outside the pool in one simulation, and what every part of it needs.</summary>
internal sealed class SimWorld
{
    /// <summary>One hash in 512 is a block.</summary>
    private const uint Bits = 0x1f7fffff;

    private readonly ulong _seed;
    private readonly Dictionary<ulong, SimFind> _finds = [];

    public SimWorld(ulong seed, bool keepTrace)
    {
        _seed = seed;
        Loggers = new SimLogs(this);
        Trace = new SimTrace(Schedule, keepTrace);
        SimClock clock = new(Schedule, new SimLife(Schedule, "world"));
        Clock = clock;
        Chain = new SimChain(s_coin, Bits, UnixTime - 600);
        Network = new SimNetwork(Schedule, RandomFor("network"));
        Nodes = [new SimNode(this, "north", longPolls: true), new SimNode(this, "south",
            longPolls: RandomFor("south").Chance(0.7))];
        (Nodes[0].Peer, Nodes[1].Peer) = (Nodes[1], Nodes[0]);
        Miners = [.. Enumerable.Range(0, 3).Select(number => new SimMiner(this, number,
            AddressOf((byte)(10 + number))))];
    }

    /// <summary>Coinbases mature soon, so that a run sees many blocks through.</summary>
    private static readonly CoinSpec s_coin = CoinCatalogue.BitcoinRegtest with
    {
        Genesis = Hash256.Zero,
        CoinbaseMaturity = 20
    };

    public SimSchedule Schedule { get; } = new();

    public SimTrace Trace { get; }

    public TimeProvider Clock { get; }

    public SimChain Chain { get; }

    public SimNetwork Network { get; }

    public IReadOnlyList<SimNode> Nodes { get; }

    public IReadOnlyList<SimMiner> Miners { get; }

    /// <summary>No block goes from one node to the other.</summary>
    public bool NodesArePartitioned { get; set; }

    /// <summary>What parts of the pool log to.</summary>
    public ILoggerFactory Loggers { get; }

    /// <summary>The pool's process has ended; what its code still says in its last step is nothing to go by.</summary>
    public bool IsPoolOver { get; set; }

    /// <summary>What went wrong first; null while all is well.</summary>
    public string? Broken { get; private set; }

    /// <summary>Every share and block that a miner was told is accepted.</summary>
    public List<SimFind> Accepted { get; } = [];

    public uint UnixTime => (uint)Clock.GetUtcNow().ToUnixTimeSeconds();

    public static string AddressOf(byte number) =>
        Address.TryEncode(Script.WitnessProgram(0, Enumerable.Repeat(number, 20).ToArray()), s_coin, out string text)
            ? text
            : throw new InvalidOperationException("a witness program without an address");

    public SeededRandom RandomFor(string actor) => SeededRandom.For(_seed, actor);

    public void Fail(string what)
    {
        if (Broken is null)
        {
            Broken = what;
            Trace.Note("FAILED", $"{what}");
        }
    }

    public void OnFound(SimFind find) => _finds.Add(find.HashTop, find);

    /// <summary>What hash the top of a share in the log belongs to; null when nobody ever had it.</summary>
    public SimFind? FindOf(ulong hashTop) => _finds.GetValueOrDefault(hashTop);

    public void OnAccepted(SimFind find)
    {
        if (find.Accepted > 1)
        {
            Fail($"{find.User} was told twice that {find.Hash} is accepted");
        }
        if (!find.IsShare && !find.IsBlock)
        {
            Fail($"{find.User} was told that {find.Hash} is accepted, which misses difficulty {find.Told.Difficulty}");
        }
        Accepted.Add(find);
    }

    public SimFind? OthersFind(SimMiner self, SeededRandom random)
    {
        SimMiner[] others = [.. Miners.Where(miner => miner != self)];
        return others[random.Below(others.Length)].AnyFind(random);
    }
}
