using Otedama.Core;

namespace Otedama.Pool;

/// <summary>The ledger in numbers. Work in expected hashes.</summary>
public sealed record LedgerTotals
{
    public required long Shares { get; init; }

    public required UInt128 Work { get; init; }

    public required int Accounts { get; init; }

    /// <summary>Pending and confirmed ones; an orphan is none.</summary>
    public required long BlocksFound { get; init; }

    public required long BlocksConfirmed { get; init; }

    public required long BlocksOrphaned { get; init; }

    public required HashRates HashRate { get; init; }

    /// <summary>Blocks that all work so far finds on average.</summary>
    public required double BlocksExpected { get; init; }

    /// <summary>Work since the newest block in expected blocks; null before the first template.</summary>
    public required double? Effort { get; init; }

    /// <summary>The money of all but the operator.</summary>
    public required LedgerMoney Miners { get; init; }

    /// <summary>The operator's: earned is the fee, and what is owed is below zero while he holds what miners wait for.</summary>
    public required LedgerMoney Operator { get; init; }
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

/// <summary>Money over all blocks that are not orphaned: Earned = Pending + Paid + Owed.</summary>
/// <param name="Pending">In coinbases of blocks that have not matured.</param>
/// <param name="Paid">In coinbases of matured blocks.</param>
/// <param name="Owed">Earned and in no coinbase yet.</param>
public readonly record struct LedgerMoney(Amount Earned, Amount Pending, Amount Paid, Amount Owed);

/// <summary>The money of one address; number 0 is the operator.</summary>
public sealed record PayeeInfo(int Id, string Address, LedgerMoney Money);

/// <summary>What one block means for one payee.</summary>
/// <param name="Payee">Number of the payee; 0 = the operator, who takes the fee and what is withheld.</param>
/// <param name="Amount">In the block's coinbase.</param>
/// <param name="Earned">By the block's split; the rest of the amount was owed before, or is repaid later.</param>
public sealed record PayoutInfo(
    DateTimeOffset Time, int Payee, string Address, Amount Amount, Amount Earned, int Height, Hash256 BlockHash, BlockStatus Status);

/// <summary>One block of ours.</summary>
/// <param name="Effort">Work since the block before, in expected blocks.</param>
/// <param name="Fee">
/// What the operator earned by it; null when it is so old that only the log knows, and under PPS, where shares pay the fee.
/// </param>
/// <param name="PaidToMiners">In its coinbase; null as above.</param>
public sealed record BlockInfo(
    DateTimeOffset Time,
    int Height,
    Hash256 Hash,
    BlockStatus Status,
    string Reason,
    Amount Reward,
    double Effort,
    Amount? Fee,
    Amount? PaidToMiners,
    int Finder,
    string FinderAddress,
    string FinderWorker);
