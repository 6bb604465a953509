namespace Otedama.Core;

/// <summary>One coinbase output.</summary>
/// <param name="Script">Output script the amount is locked to.</param>
public readonly record struct PayoutOutput(ReadOnlyMemory<byte> Script, Amount Amount);

/// <summary>
/// What one block means for one payee: what it earned and what the coinbase pays it at once. The difference is owed,
/// or was owed before.
/// </summary>
/// <param name="Payee">Account number of the first account with this script; 0 = the operator.</param>
public readonly record struct PayoutEntry(int Payee, Amount Earned, Amount Paid);

/// <summary>Who is paid what by the next block: outputs in order, summing to the reward exactly.</summary>
public sealed record PayoutSplit
{
    public required Amount Reward { get; init; }

    public required IReadOnlyList<PayoutOutput> Outputs { get; init; }

    /// <summary>
    /// What the ledger books when a block with this split is found. Earned and Paid each sum to the reward, less what
    /// FinderEarned holds back. Empty for splits that no ledger made.
    /// </summary>
    public IReadOnlyList<PayoutEntry> Entries { get; init; } = [];

    /// <summary>
    /// Script of a last output of the coinbase that is worth nothing: what blocks and shares of this split commit to. Empty =
    /// nothing.
    /// </summary>
    public ReadOnlyMemory<byte> Commitment { get; init; }

    /// <summary>The share that work on this split builds on; null where work is not chained.</summary>
    public Hash256? Parent { get; init; }

    /// <summary>What a hash must meet to extend the chain; zero where work is not chained.</summary>
    public Target ChainTarget { get; init; }

    /// <summary>
    /// How the coinbase is laid out; null = the pool's own way. A fixed form leaves a job no counter of its own: then the
    /// commitment has to differ from one split to the next, or two jobs would be the same work.
    /// </summary>
    public CoinbaseForm? Form { get; init; }

    /// <summary>Earned by whoever finds the block (SOLO with a shared coinbase); zero otherwise.</summary>
    public Amount FinderEarned { get; init; }
}
