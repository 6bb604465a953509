namespace Otedama.Core;

/// <summary>
/// A coinbase up to its last output as far as it takes to hash the rest: whoever has this and the last output knows the
/// coinbase's id without seeing its payees.
/// </summary>
/// <param name="State">SHA-256 after the whole blocks of the prefix: eight words, each most significant byte first.</param>
/// <param name="PrefixLength">Bytes of the prefix.</param>
/// <param name="Rest">The prefix's bytes behind its last whole block: PrefixLength mod 64.</param>
public readonly record struct TailLink(Hash256 State, ushort PrefixLength, ReadOnlyMemory<byte> Rest)
{
    public const int BlockLength = 64;
}
