using Otedama.Core;

namespace Otedama.Pool;

/// <summary>What a node's shares say about the node.</summary>
public sealed record ChainBookOptions
{
    /// <summary>"OTMD" read as a number: in every share this program makes.</summary>
    public const uint SoftwareId = 0x4f54_444d;

    /// <summary>The operator: what miners without an account find is his, and the fee.</summary>
    public required PayoutKey Payout { get; init; }

    /// <summary>Hundredths of a percent of what its miners' shares earn that this node asks; at most 1,000.</summary>
    public required ushort FeeBasisPoints { get; init; }

    /// <summary>Two bytes each of major and minor number.</summary>
    public required uint SoftwareVersion { get; init; }
}
