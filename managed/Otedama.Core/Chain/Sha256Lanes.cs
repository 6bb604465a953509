using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Otedama.Core;

/// <summary>
/// Double SHA-256 of eight messages at once, one in each lane of a vector. The order of a thousand payees is two
/// thousand hashes for every share; one by one they would take most of the time a share may take.
/// </summary>
internal static class Sha256Lanes
{
    public const int Lanes = 8;

    /// <summary>
    /// The longest message that has two blocks once it is padded; those of less than 56 bytes have one.
    /// </summary>
    public const int LengthMax = 119;

    private const int BlockWords = 16, StateWords = 8;

    /// <summary>
    /// The first 8 bytes of H2 of each message, most significant first. messages: Lanes pieces of 128 bytes, each a
    /// message of 56 to LengthMax bytes with zeros behind; lengths: theirs. Writes the padding into them.
    /// </summary>
    public static void Heads(Span<byte> messages, ReadOnlySpan<int> lengths, Span<ulong> heads)
    {
        Span<Vector256<uint>> words = stackalloc Vector256<uint>[2 * BlockWords];
        Span<uint> numbers = MemoryMarshal.Cast<Vector256<uint>, uint>(words);
        for (int lane = 0; lane < Lanes; lane++)
        {
            Span<byte> message = messages.Slice(lane * 4 * words.Length, 4 * words.Length);
            message[lengths[lane]] = 0x80;
            BinaryPrimitives.WriteUInt64BigEndian(message[^sizeof(ulong)..], (ulong)lengths[lane] * 8);
            for (int i = 0; i < words.Length; i++)
            {
                numbers[(i * Lanes) + lane] = BinaryPrimitives.ReadUInt32BigEndian(message[(4 * i)..]);
            }
        }
        Span<Vector256<uint>> state = stackalloc Vector256<uint>[StateWords];
        Begin(state);
        Compress(state, words[..BlockWords]);
        Compress(state, words[BlockWords..]);
        Span<Vector256<uint>> second = words[..BlockWords];
        second.Clear();
        state.CopyTo(second);
        second[StateWords] = Vector256.Create(0x8000_0000u);
        second[^1] = Vector256.Create(8u * Hash256.Size);
        Begin(state);
        Compress(state, second);
        Span<uint> digest = MemoryMarshal.Cast<Vector256<uint>, uint>(state);
        for (int lane = 0; lane < Lanes; lane++)
        {
            heads[lane] = ((ulong)digest[lane] << 32) | digest[Lanes + lane];
        }
    }

    private static void Begin(Span<Vector256<uint>> state)
    {
        for (int i = 0; i < state.Length; i++)
        {
            state[i] = Vector256.Create(Sha256State.Initial[i]);
        }
    }

    private static void Compress(Span<Vector256<uint>> state, ReadOnlySpan<Vector256<uint>> block)
    {
        ReadOnlySpan<uint> constants = Sha256State.Constants;
        Span<Vector256<uint>> w = stackalloc Vector256<uint>[64];
        block.CopyTo(w);
        for (int i = BlockWords; i < w.Length; i++)
        {
            Vector256<uint> early = Turned(w[i - 15], 7) ^ Turned(w[i - 15], 18) ^ (w[i - 15] >>> 3);
            Vector256<uint> late = Turned(w[i - 2], 17) ^ Turned(w[i - 2], 19) ^ (w[i - 2] >>> 10);
            w[i] = w[i - 16] + early + w[i - 7] + late;
        }
        (Vector256<uint> a, Vector256<uint> b) = (state[0], state[1]);
        (Vector256<uint> c, Vector256<uint> d) = (state[2], state[3]);
        (Vector256<uint> e, Vector256<uint> f) = (state[4], state[5]);
        (Vector256<uint> g, Vector256<uint> h) = (state[6], state[7]);
        for (int i = 0; i < w.Length; i++)
        {
            Vector256<uint> upper = Turned(e, 6) ^ Turned(e, 11) ^ Turned(e, 25);
            Vector256<uint> first = h + upper + (((f ^ g) & e) ^ g) + Vector256.Create(constants[i]) + w[i];
            Vector256<uint> lower = Turned(a, 2) ^ Turned(a, 13) ^ Turned(a, 22);
            Vector256<uint> second = lower + ((a & b) | ((a | b) & c));
            (h, g, f, e) = (g, f, e, d + first);
            (d, c, b, a) = (c, b, a, first + second);
        }
        (state[0], state[1], state[2], state[3]) = (state[0] + a, state[1] + b, state[2] + c, state[3] + d);
        (state[4], state[5], state[6], state[7]) = (state[4] + e, state[5] + f, state[6] + g, state[7] + h);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // so that the counts are constants
    private static Vector256<uint> Turned(Vector256<uint> value, int right) =>
        (value >>> right) | (value << (32 - right));
}
