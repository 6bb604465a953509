using System.Buffers.Binary;
using System.Numerics;

namespace Otedama.Core;

/// <summary>
/// The Keccak permutations of 800 and 1600 bits and Keccak-256 with the padding from before the SHA-3 standard. Round
/// constants and rotations are derived, not listed. For block ids and epoch seeds; hashing for speed is native.
/// </summary>
internal static class Keccak
{
    private const int Lanes = 25;

    private const int Rounds800 = 22, Rounds1600 = 24;

    /// <summary>Bytes a 256-bit hash absorbs per permutation: 200 less twice its length.</summary>
    private const int Rate256 = 136;

    private static readonly ulong[] s_constants = Constants();

    /// <summary>Lane that step t of the combined rotate-and-move writes, and by how much it rotates.</summary>
    private static readonly (int Lane, int Rotation)[] s_path = Path();

    /// <summary>Hash of data shorter than one block of 136 bytes: all that seeds need.</summary>
    public static void Hash256Short(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(data.Length, Rate256);
        Span<byte> block = stackalloc byte[Rate256];
        block.Clear();
        data.CopyTo(block);
        block[data.Length] = 0x01;
        block[^1] |= 0x80;
        Span<ulong> state = stackalloc ulong[Lanes];
        state.Clear();
        for (int i = 0; i < Rate256 / 8; i++)
        {
            state[i] = BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        }
        Permute(state);
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination[(8 * i)..], state[i]);
        }
    }

    /// <summary>keccak-f[800]: 25 lanes of 32 bits.</summary>
    public static void Permute(Span<uint> state)
    {
        Span<uint> column = stackalloc uint[5];
        for (int round = 0; round < Rounds800; round++)
        {
            for (int x = 0; x < 5; x++)
            {
                column[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
            }
            for (int i = 0; i < Lanes; i++)
            {
                state[i] ^= column[(i + 4) % 5] ^ BitOperations.RotateLeft(column[(i + 1) % 5], 1);
            }
            uint moving = state[1];
            foreach ((int lane, int rotation) in s_path)
            {
                (state[lane], moving) = (BitOperations.RotateLeft(moving, rotation % 32), state[lane]);
            }
            for (int y = 0; y < Lanes; y += 5)
            {
                state.Slice(y, 5).CopyTo(column);
                for (int x = 0; x < 5; x++)
                {
                    state[y + x] = column[x] ^ (~column[(x + 1) % 5] & column[(x + 2) % 5]);
                }
            }
            state[0] ^= unchecked((uint)s_constants[round]);
        }
    }

    /// <summary>keccak-f[1600]: 25 lanes of 64 bits.</summary>
    public static void Permute(Span<ulong> state)
    {
        Span<ulong> column = stackalloc ulong[5];
        for (int round = 0; round < Rounds1600; round++)
        {
            for (int x = 0; x < 5; x++)
            {
                column[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
            }
            for (int i = 0; i < Lanes; i++)
            {
                state[i] ^= column[(i + 4) % 5] ^ BitOperations.RotateLeft(column[(i + 1) % 5], 1);
            }
            ulong moving = state[1];
            foreach ((int lane, int rotation) in s_path)
            {
                (state[lane], moving) = (BitOperations.RotateLeft(moving, rotation), state[lane]);
            }
            for (int y = 0; y < Lanes; y += 5)
            {
                state.Slice(y, 5).CopyTo(column);
                for (int x = 0; x < 5; x++)
                {
                    state[y + x] = column[x] ^ (~column[(x + 1) % 5] & column[(x + 2) % 5]);
                }
            }
            state[0] ^= s_constants[round];
        }
    }

    /// <summary>Bits of a linear feedback register at positions 2^j - 1.</summary>
    private static ulong[] Constants()
    {
        ulong[] constants = new ulong[Rounds1600];
        int register = 1;
        for (int round = 0; round < Rounds1600; round++)
        {
            for (int j = 0; j < 7; j++)
            {
                constants[round] |= (ulong)(register & 1) << ((1 << j) - 1);
                register = (register & 0x80) != 0 ? ((register << 1) ^ 0x71) & 0xff : register << 1;
            }
        }
        return constants;
    }

    private static (int Lane, int Rotation)[] Path()
    {
        (int, int)[] path = new (int, int)[Lanes - 1];
        (int x, int y) = (1, 0);
        for (int t = 0; t < path.Length; t++)
        {
            (x, y) = (y, ((2 * x) + (3 * y)) % 5);
            path[t] = ((5 * y) + x, (t + 1) * (t + 2) / 2 % 64);
        }
        return path;
    }
}
