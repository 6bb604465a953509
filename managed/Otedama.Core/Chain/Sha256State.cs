using System.Buffers.Binary;
using System.Numerics;

namespace Otedama.Core;

/// <summary>
/// SHA-256 (FIPS 180-4) whose state between two blocks can be looked at and gone on from, which the runtime's cannot.
/// </summary>
public static class Sha256State
{
    public const int BlockLength = 64;

    private const int Rounds = 64;

    private static readonly uint[] s_initial = Roots(count: 8, power: 2);

    private static readonly uint[] s_constants = Roots(Rounds, power: 3);

    internal static ReadOnlySpan<uint> Initial => s_initial;

    internal static ReadOnlySpan<uint> Constants => s_constants;

    /// <summary>The state after these whole blocks from the beginning: eight words, each highest byte first.</summary>
    public static Hash256 After(ReadOnlySpan<byte> blocks)
    {
        Span<uint> state = stackalloc uint[8];
        s_initial.CopyTo(state);
        Take(state, blocks);
        return ToHash(state);
    }

    /// <summary>
    /// SHA-256 of a message of which only the state after its first blocks is known, and what follows. length: bytes of
    /// the whole message.
    /// </summary>
    public static Hash256 Finish(Hash256 after, ReadOnlySpan<byte> rest, ulong length)
    {
        Span<uint> state = stackalloc uint[8];
        Span<byte> words = stackalloc byte[Hash256.Size];
        after.CopyTo(words);
        for (int i = 0; i < state.Length; i++)
        {
            state[i] = BinaryPrimitives.ReadUInt32BigEndian(words[(4 * i)..]);
        }
        int whole = rest.Length / BlockLength * BlockLength;
        Take(state, rest[..whole]);
        ReadOnlySpan<byte> end = rest[whole..];
        Span<byte> padded = stackalloc byte[2 * BlockLength];
        padded.Clear();
        end.CopyTo(padded);
        padded[end.Length] = 0x80;
        padded = end.Length < BlockLength - sizeof(ulong) ? padded[..BlockLength] : padded;
        BinaryPrimitives.WriteUInt64BigEndian(padded[^sizeof(ulong)..], length * 8);
        Take(state, padded);
        return ToHash(state);
    }

    /// <summary>The words of a schedule behind its first 16.</summary>
    internal static void Extend(Span<uint> w)
    {
        for (int i = 16; i < w.Length; i++)
        {
            uint early = Turned(w[i - 15], 7, 18) ^ (w[i - 15] >> 3);
            uint late = Turned(w[i - 2], 17, 19) ^ (w[i - 2] >> 10);
            w[i] = unchecked(w[i - 16] + early + w[i - 7] + late);
        }
    }

    private static void Take(Span<uint> state, ReadOnlySpan<byte> blocks)
    {
        Span<uint> schedule = stackalloc uint[Rounds];
        for (; !blocks.IsEmpty; blocks = blocks[BlockLength..])
        {
            Compress(state, blocks[..BlockLength], schedule);
        }
    }

    private static void Compress(Span<uint> state, ReadOnlySpan<byte> block, Span<uint> w)
    {
        for (int i = 0; i < 16; i++)
        {
            w[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(4 * i)..]);
        }
        Extend(w);
        (uint a, uint b, uint c, uint d) = (state[0], state[1], state[2], state[3]);
        (uint e, uint f, uint g, uint h) = (state[4], state[5], state[6], state[7]);
        uint[] constants = s_constants;
        unchecked
        {
            for (int i = 0; i < w.Length; i++)
            {
                uint upper = Turned(e, 6, 11) ^ BitOperations.RotateRight(e, 25);
                uint first = h + upper + ((e & f) ^ (~e & g)) + constants[i] + w[i];
                uint lower = Turned(a, 2, 13) ^ BitOperations.RotateRight(a, 22);
                uint second = lower + ((a & b) ^ (a & c) ^ (b & c));
                (h, g, f, e) = (g, f, e, d + first);
                (d, c, b, a) = (c, b, a, first + second);
            }
            state[0] += a;
            state[1] += b;
            state[2] += c;
            state[3] += d;
            state[4] += e;
            state[5] += f;
            state[6] += g;
            state[7] += h;
        }
    }

    private static uint Turned(uint value, int one, int other) =>
        BitOperations.RotateRight(value, one) ^ BitOperations.RotateRight(value, other);

    private static Hash256 ToHash(ReadOnlySpan<uint> state)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        for (int i = 0; i < state.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes[(4 * i)..], state[i]);
        }
        return new Hash256(bytes);
    }

    /// <summary>The first 32 bits behind the point of the roots of the first primes: the standard's numbers.</summary>
    private static uint[] Roots(int count, int power)
    {
        uint[] roots = new uint[count];
        int found = 0;
        for (int number = 2; found < count; number++)
        {
            if (Enumerable.Range(2, number - 2).All(divisor => number % divisor != 0))
            {
                roots[found++] = FractionOfRoot(number, power);
            }
        }
        return roots;
    }

    /// <summary>The largest x with x^power at most number x 2^(32 power), of which the lowest 32 bits.</summary>
    private static uint FractionOfRoot(int number, int power)
    {
        BigInteger most = (BigInteger)number << (32 * power);
        BigInteger root = BigInteger.Zero;
        for (int bit = 40; bit >= 0; bit--)
        {
            BigInteger higher = root | (BigInteger.One << bit);
            root = BigInteger.Pow(higher, power) <= most ? higher : root;
        }
        return (uint)(root & uint.MaxValue);
    }
}
