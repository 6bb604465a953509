using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Otedama.Core;

/// <summary>
/// Double SHA-256 of four messages at once, one in each lane of a vector that every processor of today has. The order
/// of a thousand payees is a thousand hashes for every share, and a history is a dozen for each; one by one they would
/// take most of the time a share may take.
/// </summary>
internal static class Sha256Lanes
{
    public const int Lanes = 4;

    private const int Rounds = 64;

    /// <summary>What follows a message of 64 bytes, as CompressKnown takes it.</summary>
    private static readonly uint[] s_after64 = Known(0x8000_0000, 8 * 64);

    /// <summary>Eight words of four hashes or states: word by word, and within a word lane by lane.</summary>
    [InlineArray(8)]
    public struct State
    {
        private Vector128<uint> _first;
    }

    /// <summary>Sixteen words of four messages, in the same order.</summary>
    [InlineArray(16)]
    public struct Block
    {
        private Vector128<uint> _first;
    }

    /// <summary>The state before the first block.</summary>
    public static void Begin(ref State state)
    {
        for (int i = 0; i < 8; i++)
        {
            state[i] = Vector128.Create(Sha256State.Initial[i]);
        }
    }

    /// <summary>The hash whose words are in the state, hashed once more.</summary>
    public static void HashAgain(ref State state)
    {
        Block block = default;
        ((ReadOnlySpan<Vector128<uint>>)state).CopyTo(block);
        block[8] = Vector128.Create(0x8000_0000u);
        block[15] = Vector128.Create(8u * Hash256.Size);
        Begin(ref state);
        Compress(ref state, ref block);
    }

    /// <summary>Four merkle nodes: left becomes H2(left + right).</summary>
    public static void Pair(ref State left, ref State right)
    {
        Block block = default;
        ((ReadOnlySpan<Vector128<uint>>)left).CopyTo(block);
        ((ReadOnlySpan<Vector128<uint>>)right).CopyTo(((Span<Vector128<uint>>)block)[8..]);
        Begin(ref left);
        Compress(ref left, ref block);
        CompressKnown(ref left, s_after64);
        HashAgain(ref left);
    }

    /// <summary>Puts 32-bit words, most significant byte first in bytes, into a lane from a word on.</summary>
    public static void Put(Span<Vector128<uint>> words, int from, int lane, ReadOnlySpan<byte> bytes)
    {
        Span<uint> numbers = MemoryMarshal.Cast<Vector128<uint>, uint>(words);
        for (int i = 0; i < bytes.Length / sizeof(uint); i++)
        {
            numbers[((from + i) * Lanes) + lane] = BinaryPrimitives.ReadUInt32BigEndian(bytes[(sizeof(uint) * i)..]);
        }
    }

    /// <summary>The hash in a lane.</summary>
    public static Hash256 Take(in State state, int lane)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        for (int i = 0; i < 8; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes[(sizeof(uint) * i)..], state[i].GetElement(lane));
        }
        return new Hash256(bytes);
    }

    /// <summary>What CompressKnown takes for a block whose words are all zero but the first and the last.</summary>
    public static uint[] Known(uint first, uint last)
    {
        uint[] words = new uint[Rounds];
        (words[0], words[15]) = (first, last);
        Sha256State.Extend(words);
        for (int i = 0; i < Rounds; i++)
        {
            words[i] = unchecked(words[i] + Sha256State.Constants[i]);
        }
        return words;
    }

    /// <summary>One block of each message; the block's words are used up.</summary>
    public static void Compress(ref State state, ref Block w)
    {
        (Vector128<uint> a, Vector128<uint> b, Vector128<uint> c) = (state[0], state[1], state[2]);
        (Vector128<uint> d, Vector128<uint> e, Vector128<uint> f) = (state[3], state[4], state[5]);
        (Vector128<uint> g, Vector128<uint> h) = (state[6], state[7]);
        for (int i = 0; i < Rounds; i += 16)
        {
            if (i > 0)
            {
                Extend(ref w);
            }
            ReadOnlySpan<uint> k = Sha256State.Constants.Slice(i, 16);
            Round(a, b, c, ref d, e, f, g, ref h, w[0] + Vector128.Create(k[0])); // unrolled: the words change places
            Round(h, a, b, ref c, d, e, f, ref g, w[1] + Vector128.Create(k[1]));
            Round(g, h, a, ref b, c, d, e, ref f, w[2] + Vector128.Create(k[2]));
            Round(f, g, h, ref a, b, c, d, ref e, w[3] + Vector128.Create(k[3]));
            Round(e, f, g, ref h, a, b, c, ref d, w[4] + Vector128.Create(k[4]));
            Round(d, e, f, ref g, h, a, b, ref c, w[5] + Vector128.Create(k[5]));
            Round(c, d, e, ref f, g, h, a, ref b, w[6] + Vector128.Create(k[6]));
            Round(b, c, d, ref e, f, g, h, ref a, w[7] + Vector128.Create(k[7]));
            Round(a, b, c, ref d, e, f, g, ref h, w[8] + Vector128.Create(k[8]));
            Round(h, a, b, ref c, d, e, f, ref g, w[9] + Vector128.Create(k[9]));
            Round(g, h, a, ref b, c, d, e, ref f, w[10] + Vector128.Create(k[10]));
            Round(f, g, h, ref a, b, c, d, ref e, w[11] + Vector128.Create(k[11]));
            Round(e, f, g, ref h, a, b, c, ref d, w[12] + Vector128.Create(k[12]));
            Round(d, e, f, ref g, h, a, b, ref c, w[13] + Vector128.Create(k[13]));
            Round(c, d, e, ref f, g, h, a, ref b, w[14] + Vector128.Create(k[14]));
            Round(b, c, d, ref e, f, g, h, ref a, w[15] + Vector128.Create(k[15]));
        }
        (state[0], state[1], state[2]) = (state[0] + a, state[1] + b, state[2] + c);
        (state[3], state[4], state[5]) = (state[3] + d, state[4] + e, state[5] + f);
        (state[6], state[7]) = (state[6] + g, state[7] + h);
    }

    /// <summary>One block that is the same in all messages, of which Known made the sums.</summary>
    public static void CompressKnown(ref State state, ReadOnlySpan<uint> sums)
    {
        (Vector128<uint> a, Vector128<uint> b, Vector128<uint> c) = (state[0], state[1], state[2]);
        (Vector128<uint> d, Vector128<uint> e, Vector128<uint> f) = (state[3], state[4], state[5]);
        (Vector128<uint> g, Vector128<uint> h) = (state[6], state[7]);
        for (int i = 0; i < Rounds; i += 8)
        {
            ReadOnlySpan<uint> s = sums.Slice(i, 8);
            Round(a, b, c, ref d, e, f, g, ref h, Vector128.Create(s[0]));
            Round(h, a, b, ref c, d, e, f, ref g, Vector128.Create(s[1]));
            Round(g, h, a, ref b, c, d, e, ref f, Vector128.Create(s[2]));
            Round(f, g, h, ref a, b, c, d, ref e, Vector128.Create(s[3]));
            Round(e, f, g, ref h, a, b, c, ref d, Vector128.Create(s[4]));
            Round(d, e, f, ref g, h, a, b, ref c, Vector128.Create(s[5]));
            Round(c, d, e, ref f, g, h, a, ref b, Vector128.Create(s[6]));
            Round(b, c, d, ref e, f, g, h, ref a, Vector128.Create(s[7]));
        }
        (state[0], state[1], state[2]) = (state[0] + a, state[1] + b, state[2] + c);
        (state[3], state[4], state[5]) = (state[3] + d, state[4] + e, state[5] + f);
        (state[6], state[7]) = (state[6] + g, state[7] + h);
    }

    /// <summary>The next sixteen words of the schedule.</summary>
    private static void Extend(ref Block w)
    {
        for (int i = 0; i < 16; i++)
        {
            Vector128<uint> early = w[(i + 1) & 15], late = w[(i + 14) & 15];
            w[i] += (Turned(early, 7) ^ Turned(early, 18) ^ (early >>> 3)) + w[(i + 9) & 15]
                + (Turned(late, 17) ^ Turned(late, 19) ^ (late >>> 10));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // so that the words stay in registers
    private static void Round(
        Vector128<uint> a, Vector128<uint> b, Vector128<uint> c, ref Vector128<uint> d,
        Vector128<uint> e, Vector128<uint> f, Vector128<uint> g, ref Vector128<uint> h, Vector128<uint> sum)
    {
        Vector128<uint> first =
            h + sum + (((f ^ g) & e) ^ g) + (Turned(e, 6) ^ Turned(e, 11) ^ Turned(e, 25));
        d += first;
        h = first + (Turned(a, 2) ^ Turned(a, 13) ^ Turned(a, 22)) + ((a & b) | ((a | b) & c));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // so that the counts are constants
    private static Vector128<uint> Turned(Vector128<uint> value, int right) =>
        (value >>> right) | (value << (32 - right));
}
