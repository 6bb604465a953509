namespace Otedama.Core;

/// <summary>A whole block as hex in ASCII, in two parts so that the big one is shared and never copied.</summary>
/// <param name="HeadHex">Header, transaction count and coinbase with witness.</param>
/// <param name="TailHex">The other transactions and what the coin wants after them.</param>
public sealed record AssembledBlock(
    Hash256 Id, int Height, ReadOnlyMemory<byte> HeadHex, ReadOnlyMemory<byte> TailHex)
{
    /// <summary>Identifies the template to the node that asked for it; empty when none did.</summary>
    public string WorkId { get; init; } = "";
}
