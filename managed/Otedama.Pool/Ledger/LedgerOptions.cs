using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Where the pool's truth lies and how rewards are split.</summary>
public sealed record LedgerOptions
{
    /// <summary>Directory of the log segments; created when missing.</summary>
    public required string Directory { get; init; }

    /// <summary>The operator's output script: takes the fee and what is withheld.</summary>
    public required ReadOnlyMemory<byte> OperatorScript { get; init; }

    /// <summary>Address text of the operator, for display.</summary>
    public string OperatorAddress { get; init; } = "";

    public PayoutScheme Scheme { get; init; } = PayoutScheme.Pplns;

    /// <summary>Fee of the operator.</summary>
    public FeeRate Fee { get; init; } = FeeRate.FromPercent(1);

    /// <summary>Smaller amounts are not put into a coinbase but owed until they reach it.</summary>
    public Amount PayoutMin { get; init; } = new(5_000);

    /// <summary>PPLNS window in units of the network difficulty.</summary>
    public int WindowFactor { get; init; } = 2;

    /// <summary>Blocks on top of one of ours before it counts as confirmed; 100 is coinbase maturity.</summary>
    public int ConfirmationDepth { get; init; } = 100;

    /// <summary>Addresses that can have an account, the operator's not counted, and as many further worker names.</summary>
    public int AddressesMax { get; init; } = 65_536;

    /// <summary>Worker names of one address that have an account of their own.</summary>
    public int WorkersMax { get; init; } = 1_000;

    /// <summary>Size of a log segment on disk, written in advance.</summary>
    public int SegmentBytes { get; init; } = 16 << 20;

    /// <summary>How long shares stay in the log once snapshots hold what they amount to; zero: for ever.</summary>
    public TimeSpan LogKeep { get; init; }

    /// <summary>Whether a commit waits for the disk.</summary>
    public LogSync Sync { get; init; } = LogSync.Group;

    /// <summary>The disk; another one in tests.</summary>
    public IFiles Files { get; init; } = new DiskFiles();
}
