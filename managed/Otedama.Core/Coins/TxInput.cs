namespace Otedama.Core;

/// <summary>One input: what it spends, the unlocking script, and the witness items (empty list when none).</summary>
public sealed record TxInput(OutPoint Previous, ReadOnlyMemory<byte> Script, uint Sequence)
{
    public const uint SequenceFinal = 0xffff_ffff;

    public IReadOnlyList<ReadOnlyMemory<byte>> Witness { get; init; } = [];
}
