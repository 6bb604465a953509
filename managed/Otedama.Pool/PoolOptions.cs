using System.Globalization;
using System.Net;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Everything a pool needs to know. Values are checked by <see cref="Check"/> before anything is opened.</summary>
public sealed record PoolOptions
{
    public required CoinSpec Coin { get; init; }

    /// <summary>Coin nodes to take templates from and give blocks to; at least one.</summary>
    public required IReadOnlyList<PoolNode> Nodes { get; init; }

    /// <summary>
    /// The chain is made beside this pool: it has a genesis of its own and may be begun anew, where a node of the coin's public
    /// chain would be on another one, or far behind the pool's blocks.
    /// </summary>
    public bool OwnChain { get; init; }

    /// <summary>Where share log and ledger live; created when missing.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The operator's address: takes the fee and what cannot be paid out directly.</summary>
    public required string OperatorAddress { get; init; }

    /// <summary>Addresses miners connect to; port 0 takes a free one. Loopback unless told.</summary>
    public IReadOnlyList<IPEndPoint> Listen { get; init; } = [new IPEndPoint(IPAddress.Loopback, 3333)];

    /// <summary>Operator's part of a block's reward in percent, 0 to 100, at most six decimals.</summary>
    public decimal FeePercent { get; init; } = 1.0m;

    public Amount PayoutMin { get; init; } = new(5_000);

    /// <summary>Addresses that can have an account, and as many worker names besides; 1 to 100,000, which is what the
    /// record of a block has room for.</summary>
    public int AccountsMax { get; init; } = 65_536;

    /// <summary>Worker names of one address with an account of their own; further ones share one.</summary>
    public int WorkersMax { get; init; } = 1_000;

    public PayoutScheme Scheme { get; init; } = PayoutScheme.Pplns;

    /// <summary>What the rules of share chains allow a node to ask of its miners.</summary>
    public const decimal FeePercentMaxOnChain = 10;

    /// <summary>The share chain that says whom blocks pay; null = this pool's own ledger says it.</summary>
    public ChainParameters? Chain { get; init; }

    /// <summary>Other nodes of that chain; null = it is mined alone.</summary>
    public PeerNodeOptions? Peers { get; init; }

    /// <summary>The operator's pools by region, this one included or not; none: no miner is told of another.</summary>
    public IReadOnlyList<RegionPool> Regions { get; init; } = [];

    /// <summary>Name of the region this pool is in; empty: none.</summary>
    public string Region { get; init; } = "";

    /// <summary>Two bytes each of major and minor number, for the shares of a chain.</summary>
    public uint SoftwareVersion { get; init; }

    /// <summary>Text in the coinbase of our blocks, at most 40 bytes of UTF-8.</summary>
    public string Tag { get; init; } = "/Otedama/";

    /// <summary>Header version bits miners may roll (BIP 320); 0 = none.</summary>
    public uint VersionMask { get; init; } = 0x1fffe000;

    public VardiffOptions Vardiff { get; init; } = new();

    /// <summary>Ports of Listen whose connections have a difficulty of their own.</summary>
    public IReadOnlyDictionary<int, VardiffOptions> PortVardiff { get; init; } = new Dictionary<int, VardiffOptions>();

    /// <summary>The easiest difficulty a session of any port may have.</summary>
    public double DifficultyMin => PortVardiff.Values.Append(Vardiff).Min(vardiff => vardiff.MinFor(Coin));

    public StratumLimits Limits { get; init; } = new();

    public GuardOptions Guard { get; init; } = new();

    /// <summary>Addresses where only TLS is spoken; on Listen the first byte decides.</summary>
    public IReadOnlyList<IPEndPoint> ListenTls { get; init; } = [];

    /// <summary>Certificate with private key for TLS; null = TLS connections are closed.</summary>
    public TlsIdentity? Identity { get; init; }

    /// <summary>Load balancers whose PROXY header is believed.</summary>
    public IReadOnlyList<IPNetwork> ProxySources { get; init; } = [];

    /// <summary>
    /// What happens to a user name that is no address of the coin: false refuses it, true credits the operator under
    /// that worker name.
    /// </summary>
    public bool AcceptInvalidAddresses { get; init; }

    /// <summary>Whether an acknowledged share has reached the disk.</summary>
    public LogSync Sync { get; init; } = LogSync.Group;

    /// <summary>Threads that check shares; 0 = as many as suit the algorithm and the processor.</summary>
    public int Verifiers { get; init; }

    /// <summary>
    /// One thread checks a million cheap hashes a second, and more would only make its batches smaller; a KawPow proof takes
    /// ten milliseconds.
    /// </summary>
    public int VerifierCount => Verifiers > 0 ? Verifiers
        : Coin.Algorithm.Facts.IsCheapToCheck ? Math.Clamp(Environment.ProcessorCount / 8, 1, 4)
        : Math.Clamp(Environment.ProcessorCount, 1, 16);

    /// <summary>
    /// Shares are checked between the turns of the transport's loop, where it has one: cheap hashes, on the processor.
    /// </summary>
    public bool ChecksInTurn(IProofChecker checker) =>
        Verifiers == 0 && Coin.Algorithm.Facts.IsCheapToCheck && checker is NativeProofChecker or DatasetProofChecker;

    /// <summary>How long shares stay in the share log once snapshots hold what they amount to; zero: for ever.</summary>
    public TimeSpan LogKeep { get; init; }

    /// <summary>Size of a segment of the share log, written in advance.</summary>
    public int SegmentBytes { get; init; } = 16 << 20;

    /// <summary>Candidates that wait for one verifier; a power of two.</summary>
    public int QueueCapacity { get; init; } = 16_384;

    /// <summary>A job is sent again with a fresh coinbase when a session has seen none for this long.</summary>
    public TimeSpan RenotifyInterval { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Throws ArgumentException naming the first value that is out of range and what is allowed.</summary>
    public void Check()
    {
        Require(
            Nodes.Count is >= 1 and <= NodeClientGroupOptions.NodesMax,
            $"node.urls has {Nodes.Count} entries; 1 to {NodeClientGroupOptions.NodesMax} are allowed");
        Require(Listen.Count is >= 1 and <= 32, $"pool.listen has {Listen.Count} entries; 1 to 32 are allowed");
        Require(FeeRate.TryFromPercent(FeePercent, out _), string.Create(CultureInfo.InvariantCulture,
            $"pool.fee is {FeePercent} percent; 0 to 100 with at most {FeeRate.PercentDecimals} decimals is allowed"));
        Require(Chain is null || FeePercent <= FeePercentMaxOnChain, string.Create(CultureInfo.InvariantCulture,
            $"pool.fee is {FeePercent} percent; a share chain allows at most {FeePercentMaxOnChain}"));
        Require(Verifiers is >= 0 and <= 64, $"pool.verifiers is {Verifiers}; 0 to 64 is allowed, 0 = chosen for the processor");
        Require(PayoutMin.Units >= 0, $"pool.min_payout is {PayoutMin}; it cannot be negative");
        Require(AccountsMax is >= 1 and <= 100_000, $"pool.accounts_max is {AccountsMax}; 1 to 100000 is allowed");
        Require(WorkersMax is >= 1 and <= 65_536, $"pool.workers_max is {WorkersMax}; 1 to 65536 is allowed");
        int tagBytes = System.Text.Encoding.UTF8.GetByteCount(Tag);
        Require(tagBytes <= 40, $"pool.tag takes {tagBytes} bytes; at most 40 fit a coinbase");
        Require(RenotifyInterval >= TimeSpan.FromSeconds(1), $"renotify interval {RenotifyInterval} is below 1 second");
        Vardiff.Check();
        foreach ((int port, VardiffOptions vardiff) in PortVardiff)
        {
            Require(Listen.Count(endpoint => endpoint.Port == port) == 1, $"pool.ports: port {port} is taken by another of the pool's ports");
            vardiff.Check();
        }
        Limits.Check();
        Guard.Check();
        if (!Address.TryDecode(OperatorAddress, Coin, out _, out string error))
        {
            throw new ArgumentException($"pool.address: {error}");
        }
    }

    /// <summary>How difficulties of connections to this local port follow their speed.</summary>
    internal VardiffOptions VardiffAt(int port) => PortVardiff.GetValueOrDefault(port, Vardiff);

    internal static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ArgumentException(message);
        }
    }
}
