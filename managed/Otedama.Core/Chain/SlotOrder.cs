using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>The order in which payees lie on the line, and where the first slot is: both from the seed.</summary>
internal readonly struct SlotOrder
{
    private readonly Hash256 _seed;
    private readonly int _keyFrom;

    /// <param name="keyFrom">
    /// The byte of keys that is hashed first: 0; the published vectors have keys without their type.
    /// </param>
    public SlotOrder(Hash256 seed, int keyFrom = 0)
    {
        _seed = seed;
        _keyFrom = keyFrom;
    }

    private static ReadOnlySpan<byte> OrderTag => "otdm-ord"u8;

    private static ReadOnlySpan<byte> OffsetTag => "otdm-off"u8;

    /// <summary>First 16 bytes of H2(tag + seed), most significant first, mod all.</summary>
    public UInt128 Offset(UInt128 all)
    {
        Span<byte> text = stackalloc byte[8 + Hash256.Size];
        OffsetTag.CopyTo(text);
        _seed.CopyTo(text[8..]);
        Span<byte> digest = stackalloc byte[Hash256.Size];
        Sha256d.Hash(text).CopyTo(digest);
        return BinaryPrimitives.ReadUInt128BigEndian(digest) % all;
    }

    /// <summary>By H2(tag + seed + key) as byte strings.</summary>
    public void Sort(Span<ChainPayee> payees)
    {
        ulong[] heads = Heads(payees);
        int[] order = new int[payees.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }
        Array.Sort(heads, order);
        ChainPayee[] sorted = new ChainPayee[payees.Length];
        for (int i = 0; i < order.Length; i++)
        {
            sorted[i] = payees[order[i]];
        }
        SlotOrder hashes = this;
        SortEqual(heads, sorted, (one, other) =>
            ChainShare.CompareIds(hashes.HashOf(one.Key), hashes.HashOf(other.Key)));
        sorted.CopyTo(payees);
    }

    /// <summary>
    /// Puts runs of equal heads, which somebody has to look for to make, into the order of the whole hashes.
    /// </summary>
    internal static void SortEqual(ReadOnlySpan<ulong> heads, Span<ChainPayee> payees, Comparison<ChainPayee> byHash)
    {
        for (int from = 0, to; from < heads.Length; from = to)
        {
            to = from + 1;
            while (to < heads.Length && heads[to] == heads[from])
            {
                to++;
            }
            if (to - from > 1)
            {
                payees[from..to].Sort(byHash);
            }
        }
    }

    /// <summary>The first 8 bytes of each payee's hash, most significant first.</summary>
    private ulong[] Heads(ReadOnlySpan<ChainPayee> payees)
    {
        const int Block = 128;
        ulong[] heads = new ulong[payees.Length];
        Span<byte> messages = stackalloc byte[Sha256Lanes.Lanes * Block];
        Span<int> lengths = stackalloc int[Sha256Lanes.Lanes];
        Span<ulong> some = stackalloc ulong[Sha256Lanes.Lanes];
        for (int from = 0; from < payees.Length; from += Sha256Lanes.Lanes)
        {
            int count = Math.Min(Sha256Lanes.Lanes, payees.Length - from);
            messages.Clear();
            for (int i = 0; i < Sha256Lanes.Lanes; i++)
            {
                int payee = from + Math.Min(i, count - 1); // lanes that are left over hash the last one again
                lengths[i] = Write(payees[payee].Key, messages.Slice(i * Block, Block));
            }
            Sha256Lanes.Heads(messages, lengths, some);
            some[..count].CopyTo(heads.AsSpan(from));
        }
        return heads;
    }

    private Hash256 HashOf(PayoutKey key)
    {
        Span<byte> text = stackalloc byte[Sha256Lanes.LengthMax];
        return Sha256d.Hash(text[..Write(key, text)]);
    }

    /// <summary>Tag, seed and key; returns their bytes: 60 to 73.</summary>
    private int Write(PayoutKey key, Span<byte> text)
    {
        OrderTag.CopyTo(text);
        _seed.CopyTo(text[8..]);
        Span<byte> bytes = stackalloc byte[PayoutKey.LengthMax];
        key.CopyTo(bytes);
        bytes[_keyFrom..key.Length].CopyTo(text[(8 + Hash256.Size)..]);
        return 8 + Hash256.Size + key.Length - _keyFrom;
    }
}
