using Otedama.Core;

namespace Otedama.Interop;

/// <summary>SHA-256d and what is built on it, in native code. Pure, any thread, allocates nothing.</summary>
public static unsafe class BitcoinHash
{
    /// <summary>SHA-256 of SHA-256 of data.</summary>
    public static Hash256 Sha256d(ReadOnlySpan<byte> data)
    {
        Native.Open();
        byte* hash = stackalloc byte[Hash256.Size];
        fixed (byte* bytes = data)
        {
            NativeException.ThrowIfFailed(Otd.otd_sha256d(hash, bytes, (uint)data.Length), "sha256d");
        }
        return new Hash256(new ReadOnlySpan<byte>(hash, Hash256.Size));
    }

    /// <summary>
    /// Merkle roots of coinbases that differ only in the extranonce: coinbase i is prefix, extranonce i, suffix
    /// (stripped), folded with the branches (32 bytes each, deepest first). Writes 32 bytes per extranonce into roots,
    /// header order. extranonces holds roots.Length / 32 values of extranonceLength bytes.
    /// </summary>
    public static void MerkleRoots(Span<byte> roots, ReadOnlySpan<byte> extranonces, int extranonceLength,
        ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> suffix, ReadOnlySpan<byte> branches)
    {
        Native.Open();
        int count = roots.Length / Hash256.Size;
        if (roots.Length % Hash256.Size != 0 || extranonces.Length != count * extranonceLength)
        {
            throw new ArgumentException($"{count} roots of 32 bytes need {count} extranonces of {extranonceLength}, "
                + $"got buffers of {roots.Length} and {extranonces.Length} bytes");
        }
        if (branches.Length % Hash256.Size != 0)
        {
            throw new ArgumentException($"branches are 32 bytes each, got {branches.Length} bytes");
        }
        fixed (byte* root = roots)
        fixed (byte* extranonce = extranonces)
        fixed (byte* start = prefix)
        fixed (byte* end = suffix)
        fixed (byte* branch = branches)
        {
            int status = Otd.otd_merkle_roots(root, extranonce, (uint)extranonceLength, (uint)count, start,
                (uint)prefix.Length, end, (uint)suffix.Length, branch, (uint)(branches.Length / Hash256.Size));
            NativeException.ThrowIfFailed(status, "merkle roots");
        }
    }

    /// <summary>
    /// SHA-256d of messages that begin the same: message i is start, then the i-th endLength bytes of ends (at most 64).
    /// Writes 32 bytes for each into hashes, in chain order.
    /// </summary>
    public static void Sha256dMany(Span<byte> hashes, ReadOnlySpan<byte> start, ReadOnlySpan<byte> ends, int endLength) =>
        MerkleRoots(hashes, ends, endLength, start, [], []); // a coinbase without siblings is its own root

    /// <summary>The merkle root of one coinbase.</summary>
    public static Hash256 MerkleRoot(ReadOnlySpan<byte> extranonce, ReadOnlySpan<byte> prefix,
        ReadOnlySpan<byte> suffix, ReadOnlySpan<byte> branches)
    {
        Span<byte> root = stackalloc byte[Hash256.Size];
        MerkleRoots(root, extranonce, extranonce.Length, prefix, suffix, branches);
        return new Hash256(root);
    }
}
