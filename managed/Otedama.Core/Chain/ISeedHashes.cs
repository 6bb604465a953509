namespace Otedama.Core;

/// <summary>
/// SHA-256d of many short messages that begin the same, as the order of a tip's payees asks for: a thousand for every
/// share. Pure, any thread. A chain without one computes them itself, slower and to the same bytes.
/// </summary>
public interface ISeedHashes
{
    /// <summary>
    /// Message i is start, then the i-th endLength bytes of ends. Writes 32 bytes for each into hashes, in the order of the
    /// hash's bytes.
    /// </summary>
    void Compute(ReadOnlySpan<byte> start, ReadOnlySpan<byte> ends, int endLength, Span<byte> hashes);
}
