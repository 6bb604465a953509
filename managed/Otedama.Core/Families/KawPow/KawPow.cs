using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>The proof after a KawPow header: nonce and mix. The mix's display order is what miners send.</summary>
public readonly record struct KawPowProof(ulong Nonce, Hash256 Mix);

/// <summary>
/// What KawPow needs without a dataset: the hash of a header whose mix is believed, which names the block, and the seed
/// of an epoch.
/// </summary>
public static class KawPow
{
    public const int EpochBlocks = 7_500;

    /// <summary>Of epoch 32,000, the last one datasets are made for: centuries away, so more is nonsense.</summary>
    public const int HeightMax = (32_001 * EpochBlocks) - 1;

    /// <summary>The 80 hashed bytes, nonce and mix.</summary>
    public const int HeaderSize = 120;

    public const int MixSize = 32;

    /// <summary>Leading nonce bytes that tell the connections of a pool apart.</summary>
    public const int PrefixLength = 2;

    /// <summary>Header hash and mix as miners see them, with the nonce between: what a check takes (otedama_algo.h).</summary>
    public const int DataSize = 72;

    private const int NonceOffset = 32, MixOffset = 40;

    private static readonly Lock s_gate = new();
    private static readonly List<byte[]> s_seeds = [new byte[32]];

    /// <summary>One word per character; the first letter is lower case.</summary>
    private static ReadOnlySpan<byte> Padding => "rAVENCOINKAWPOW"u8;

    /// <summary>Writes the 72 bytes a check takes.</summary>
    public static void WriteData(Hash256 headerHash, KawPowProof proof, Span<byte> destination)
    {
        headerHash.CopyTo(destination);
        destination[..NonceOffset].Reverse();
        BinaryPrimitives.WriteUInt64LittleEndian(destination[NonceOffset..], proof.Nonce);
        proof.Mix.CopyTo(destination[MixOffset..]);
        destination.Slice(MixOffset, MixSize).Reverse();
    }

    /// <summary>The proof inside 72 bytes of data.</summary>
    public static KawPowProof ReadProof(ReadOnlySpan<byte> data)
    {
        Span<byte> mix = stackalloc byte[MixSize];
        data.Slice(MixOffset, MixSize).CopyTo(mix);
        mix.Reverse();
        return new KawPowProof(BinaryPrimitives.ReadUInt64LittleEndian(data[NonceOffset..]), new Hash256(mix));
    }

    /// <summary>
    /// The hash, and so the block's id, if the mix is right: two permutations. That it is right only a dataset tells.
    /// </summary>
    public static Hash256 FinalHash(Hash256 headerHash, KawPowProof proof)
    {
        Span<byte> data = stackalloc byte[DataSize];
        WriteData(headerHash, proof, data);
        Span<uint> state = stackalloc uint[25];
        Load(data[..MixOffset], state);
        Pad(state, 10);
        Keccak.Permute(state);
        Load(data[MixOffset..], state[8..]);
        Pad(state, 16);
        Keccak.Permute(state);
        Span<byte> hash = stackalloc byte[Hash256.Size];
        for (int i = 0; i < 8; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(hash[(4 * i)..], state[i]);
        }
        hash.Reverse();
        return new Hash256(hash);
    }

    /// <summary>The seed of the epoch of this height, 0 to HeightMax; 32 bytes in the order it is shown.</summary>
    public static ReadOnlyMemory<byte> SeedHash(int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(height);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, HeightMax);
        int epoch = height / EpochBlocks;
        lock (s_gate)
        {
            while (s_seeds.Count <= epoch)
            {
                byte[] next = new byte[32];
                Keccak.Hash256Short(s_seeds[^1], next);
                s_seeds.Add(next);
            }
            return s_seeds[epoch];
        }
    }

    private static void Load(ReadOnlySpan<byte> bytes, Span<uint> words)
    {
        for (int i = 0; i < bytes.Length / 4; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * i)..]);
        }
    }

    private static void Pad(Span<uint> state, int from)
    {
        for (int i = from; i < state.Length; i++)
        {
            state[i] = Padding[i - from];
        }
    }
}
