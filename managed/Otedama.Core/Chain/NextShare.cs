namespace Otedama.Core;

/// <summary>What the next share on the tip has to say; its payouts are ShareChain.SplitFor.</summary>
public sealed record NextShare
{
    /// <summary>Id of the tip; the chain id where there is none. The seed of the split.</summary>
    public required Hash256 Parent { get; init; }

    public required uint Height { get; init; }

    public required ulong Sequence { get; init; }

    public required uint Bits { get; init; }

    /// <summary>What its hash must meet.</summary>
    public required Target Target { get; init; }

    /// <summary>What it weighs.</summary>
    public required UInt128 Work { get; init; }

    public required UInt128 CumulativeWork { get; init; }

    /// <summary>Ids as they are listed; all that may be, the oldest where there are too many.</summary>
    public required IReadOnlyList<Hash256> Uncles { get; init; }

    /// <summary>The earliest time it may have, ms since 1970.</summary>
    public required ulong TimeMinMs { get; init; }

    /// <summary>The lowest coin block it may be on.</summary>
    public required uint CoinHeightMin { get; init; }
}
