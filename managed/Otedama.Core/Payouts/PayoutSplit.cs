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

    /// <summary>Earned by whoever finds the block (SOLO with a shared coinbase); zero otherwise.</summary>
    public Amount FinderEarned { get; init; }
}
