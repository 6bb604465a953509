using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Pool;

/// <summary>The hashes of a share chain's payees by native code, which has the processor's SHA extensions.</summary>
public sealed class NativeSeedHashes : ISeedHashes
{
    public void Compute(ReadOnlySpan<byte> start, ReadOnlySpan<byte> ends, int endLength, Span<byte> hashes) =>
        BitcoinHash.Sha256dMany(hashes, start, ends, endLength);
}
