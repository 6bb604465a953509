namespace Otedama.Core;

/// <summary>An allocator that can lend whole prefixes to those who count the rest of the extranonce themselves. Not thread-safe.</summary>
public interface IPrefixSource
{
    /// <summary>
    /// Lends extranonce 1 and the leading bytes of extranonce 2; rest is how many bytes are left to count in. False when
    /// extranonce 2 is too short to share or all prefixes are out.
    /// </summary>
    bool TryLeasePrefix(out ReadOnlyMemory<byte> prefix, out int rest);

    /// <summary>Takes a prefix back. Throws ArgumentException for one that is not out.</summary>
    void ReturnPrefix(ReadOnlySpan<byte> prefix);
}
