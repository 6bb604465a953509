namespace Otedama.Core;

/// <summary>The operator's terms.</summary>
public sealed record PayoutRules
{
    public required ReadOnlyMemory<byte> OperatorScript { get; init; }

    /// <summary>The operator's part of the reward.</summary>
    public required FeeRate Fee { get; init; }

    /// <summary>Smaller amounts are owed instead of being put into the coinbase.</summary>
    public required Amount PayoutMin { get; init; }

    /// <summary>
    /// The smallest part of a larger debt that is worth an output of its own, when the operator's part does not cover
    /// all: what nodes call dust. Without effect above PayoutMin.
    /// </summary>
    public Amount OutputMin { get; init; } = new(546);
}
