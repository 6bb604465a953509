namespace Otedama.Core;

/// <summary>
/// A coinbase up to its last output as far as it takes to hash the rest: whoever has this and the last output knows the
/// coinbase's id without seeing its payees.
/// </summary>
/// <param name="State">SHA-256 after the whole blocks of the prefix: eight words, each highest byte first.</param>
/// <param name="PrefixLength">Bytes of the prefix.</param>
/// <param name="Rest">The prefix's bytes behind its last whole block: PrefixLength mod 64.</param>
public readonly record struct TailLink(Hash256 State, ushort PrefixLength, ReadOnlyMemory<byte> Rest)
{
    public const int BlockLength = Sha256State.BlockLength;

    /// <summary>Throws OverflowException for more than 65,535 bytes.</summary>
    public static TailLink Of(ReadOnlySpan<byte> prefix)
    {
        int whole = prefix.Length / BlockLength * BlockLength;
        Hash256 state = Sha256State.After(prefix[..whole]);
        return new TailLink(state, checked((ushort)prefix.Length), prefix[whole..].ToArray());
    }

    /// <summary>The coinbase's id. tail: its bytes behind the prefix, a block at most.</summary>
    public Hash256 TransactionId(ReadOnlySpan<byte> tail) => Sha256d.OfDigest(InnerHash(tail));

    /// <summary>Of which the id is the hash.</summary>
    internal Hash256 InnerHash(ReadOnlySpan<byte> tail)
    {
        Span<byte> end = stackalloc byte[2 * BlockLength];
        Rest.Span.CopyTo(end);
        tail.CopyTo(end[Rest.Length..]);
        end = end[..(Rest.Length + tail.Length)];
        return Sha256State.Finish(State, end, (ulong)PrefixLength + (ulong)tail.Length);
    }

    public bool Equals(TailLink other) =>
        State == other.State && PrefixLength == other.PrefixLength && Rest.Span.SequenceEqual(other.Rest.Span);

    public override int GetHashCode() => HashCode.Combine(State, PrefixLength);
}
