using Otedama.Core;

namespace Otedama.Pool;

/// <summary>The ledger in numbers. Work in expected hashes.</summary>
public sealed record LedgerTotals
{
    public required long Shares { get; init; }

    public required UInt128 Work { get; init; }

    public required int Accounts { get; init; }

    public required long BlocksFound { get; init; }

    public required long BlocksConfirmed { get; init; }

    public required long BlocksOrphaned { get; init; }

    public required HashRates HashRate { get; init; }

    /// <summary>Paid to others than the operator, in blocks that are not orphaned.</summary>
    public required Amount Paid { get; init; }

    /// <summary>Earned by others than the operator and not yet paid.</summary>
    public required Amount Owed { get; init; }
}

/// <summary>One account: a worker name of one address.</summary>
public sealed record AccountInfo
{
    public required int Id { get; init; }

    public required string Address { get; init; }

    public required string Worker { get; init; }

    public required HashRates HashRate { get; init; }

    public required long Shares { get; init; }

    public required UInt128 Work { get; init; }

    /// <summary>Null before the first accepted share.</summary>
    public required DateTimeOffset? LastShareAt { get; init; }

    /// <summary>Expected hashes of the luckiest share, 2^64 / (its top 64 bits + 1) at most; 0 before the first.</summary>
    public required double BestWork { get; init; }
}

/// <summary>The money of one address.</summary>
public sealed record PayeeInfo(int Id, string Address, Amount Earned, Amount Paid, Amount Owed);

/// <summary>One coinbase output of ours to one address.</summary>
public sealed record PayoutInfo(
    DateTimeOffset Time, string Address, Amount Amount, int Height, Hash256 BlockHash, BlockStatus Status);

/// <summary>One block of ours.</summary>
public sealed record BlockInfo(
    DateTimeOffset Time,
    int Height,
    Hash256 Hash,
    BlockStatus Status,
    string Reason,
    Amount Reward,
    int Finder,
    string FinderAddress,
    string FinderWorker);
