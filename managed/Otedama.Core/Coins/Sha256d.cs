using System.Security.Cryptography;

namespace Otedama.Core;

/// <summary>SHA-256 applied twice: block ids, transaction ids, merkle nodes.</summary>
public static class Sha256d
{
    public static Hash256 Hash(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(data, digest);
        SHA256.HashData(digest, digest);
        return new Hash256(digest);
    }

    /// <summary>The second of the two, over the first.</summary>
    public static Hash256 OfDigest(Hash256 first)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        first.CopyTo(digest);
        SHA256.HashData(digest, digest);
        return new Hash256(digest);
    }

    /// <summary>Hash of left followed by right, both in chain order: one merkle node.</summary>
    public static Hash256 Pair(Hash256 left, Hash256 right)
    {
        Span<byte> both = stackalloc byte[64];
        left.CopyTo(both);
        right.CopyTo(both[32..]);
        return Hash(both);
    }
}
