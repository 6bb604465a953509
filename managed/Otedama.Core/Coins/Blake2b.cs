using System.Buffers.Binary;
using System.Numerics;

namespace Otedama.Core;

/// <summary>
/// BLAKE2b (RFC 7693) without key or salt, with a personalisation: identifiers of Zcash-like and Verus chains. Hashing
/// for speed is native.
/// </summary>
public static class Blake2b
{
    private const int BlockSize = 128, Rounds = 12;

    private static readonly ulong[] s_iv =
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    /// <summary>Order in which each round takes the message words; rounds 10 and 11 begin again.</summary>
    private static readonly byte[][] s_order =
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
        [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
        [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
        [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
        [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
    ];

    /// <summary>Writes destination.Length bytes (1 to 64). personal: exactly 16 bytes.</summary>
    public static void Hash(ReadOnlySpan<byte> data, ReadOnlySpan<byte> personal, Span<byte> destination)
    {
        if (personal.Length != 16 || destination.Length is 0 or > 64)
        {
            throw new ArgumentException(
                $"BLAKE2b with a personalisation of {personal.Length} bytes and {destination.Length} of output; 16 and 1 to 64 are needed");
        }
        Span<ulong> state = stackalloc ulong[8];
        s_iv.CopyTo(state);
        state[0] ^= 0x0101_0000UL | (uint)destination.Length; // fan-out 1, depth 1, no key
        state[6] ^= BinaryPrimitives.ReadUInt64LittleEndian(personal);
        state[7] ^= BinaryPrimitives.ReadUInt64LittleEndian(personal[8..]);
        ulong total = 0;
        while (data.Length > BlockSize)
        {
            total += BlockSize;
            Compress(state, data[..BlockSize], total, last: false);
            data = data[BlockSize..];
        }
        Span<byte> block = stackalloc byte[BlockSize];
        block.Clear();
        data.CopyTo(block);
        Compress(state, block, total + (ulong)data.Length, last: true);
        Span<byte> digest = stackalloc byte[64];
        for (int i = 0; i < state.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(digest[(8 * i)..], state[i]);
        }
        digest[..destination.Length].CopyTo(destination);
    }

    /// <summary>32 bytes as a hash in chain order. personal: 16 bytes.</summary>
    public static Hash256 Hash256(ReadOnlySpan<byte> data, ReadOnlySpan<byte> personal)
    {
        Span<byte> digest = stackalloc byte[Core.Hash256.Size];
        Hash(data, personal, digest);
        return new Hash256(digest);
    }

    private static void Compress(Span<ulong> state, ReadOnlySpan<byte> block, ulong total, bool last)
    {
        Span<ulong> m = stackalloc ulong[16];
        for (int i = 0; i < m.Length; i++)
        {
            m[i] = BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        }
        Span<ulong> v = stackalloc ulong[16];
        state.CopyTo(v);
        s_iv.CopyTo(v[8..]);
        v[12] ^= total;
        v[14] = last ? ~v[14] : v[14];
        for (int round = 0; round < Rounds; round++)
        {
            byte[] s = s_order[round % s_order.Length];
            for (int i = 0; i < 4; i++)
            {
                Mix(v, i, 4 + i, 8 + i, 12 + i, m[s[2 * i]], m[s[(2 * i) + 1]]);
            }
            for (int i = 0; i < 4; i++)
            {
                Mix(v, i, 4 + ((i + 1) & 3), 8 + ((i + 2) & 3), 12 + ((i + 3) & 3), m[s[8 + (2 * i)]], m[s[9 + (2 * i)]]);
            }
        }
        for (int i = 0; i < state.Length; i++)
        {
            state[i] ^= v[i] ^ v[i + 8];
        }
    }

    private static void Mix(Span<ulong> v, int a, int b, int c, int d, ulong x, ulong y)
    {
        unchecked
        {
            v[a] += v[b] + x;
            v[d] = BitOperations.RotateRight(v[d] ^ v[a], 32);
            v[c] += v[d];
            v[b] = BitOperations.RotateRight(v[b] ^ v[c], 24);
            v[a] += v[b] + y;
            v[d] = BitOperations.RotateRight(v[d] ^ v[a], 16);
            v[c] += v[d];
            v[b] = BitOperations.RotateRight(v[b] ^ v[c], 63);
        }
    }
}
