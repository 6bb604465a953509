using System.Buffers.Binary;
using System.Numerics;

namespace Otedama.Core;

/// <summary>
/// SipHash-2-4 (Aumasson and Bernstein, 2012): a hash that nobody can steer without the key. For tables that
/// strangers fill; 64 bits are no proof of anything.
/// </summary>
public readonly record struct SipHash(ulong K0, ulong K1)
{
    public const int KeySize = 16;

    /// <summary>The key in its order of bytes: two little-endian words.</summary>
    public static SipHash FromKey(ReadOnlySpan<byte> key) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadUInt64LittleEndian(key[8..]));

    public void CopyKey(Span<byte> key)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(key, K0);
        BinaryPrimitives.WriteUInt64LittleEndian(key[8..], K1);
    }

    public ulong Of(ReadOnlySpan<byte> message)
    {
        unchecked
        {
            ulong v0 = K0 ^ 0x736f6d6570736575, v1 = K1 ^ 0x646f72616e646f6d;
            ulong v2 = K0 ^ 0x6c7967656e657261, v3 = K1 ^ 0x7465646279746573;
            int whole = message.Length & ~7;
            for (int i = 0; i < whole; i += 8)
            {
                ulong word = BinaryPrimitives.ReadUInt64LittleEndian(message[i..]);
                v3 ^= word;
                Rounds(2, ref v0, ref v1, ref v2, ref v3);
                v0 ^= word;
            }
            ulong last = (ulong)message.Length << 56;
            for (int i = whole; i < message.Length; i++)
            {
                last |= (ulong)message[i] << (8 * (i - whole));
            }
            v3 ^= last;
            Rounds(2, ref v0, ref v1, ref v2, ref v3);
            v0 ^= last;
            v2 ^= 0xff;
            Rounds(4, ref v0, ref v1, ref v2, ref v3);
            return v0 ^ v1 ^ v2 ^ v3;
        }
    }

    private static void Rounds(int count, ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        unchecked
        {
            for (int i = 0; i < count; i++)
            {
                v0 += v1;
                v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
                v0 = BitOperations.RotateLeft(v0, 32);
                v2 += v3;
                v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
                v2 = BitOperations.RotateLeft(v2, 32);
            }
        }
    }
}
