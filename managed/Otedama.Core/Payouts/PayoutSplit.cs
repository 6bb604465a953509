namespace Otedama.Core;

/// <summary>One coinbase output.</summary>
/// <param name="Script">Output script the amount is locked to.</param>
public readonly record struct PayoutOutput(ReadOnlyMemory<byte> Script, Amount Amount);

/// <summary>Who is paid what by the next block: outputs in order, summing to the reward exactly.</summary>
public sealed record PayoutSplit
{
    public required Amount Reward { get; init; }

    public required IReadOnlyList<PayoutOutput> Outputs { get; init; }
}
