using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>The order in which payees lie on the line, and where the first slot is: both from the seed.</summary>
internal readonly struct SlotOrder
{
    private readonly Hash256 _seed;
    private readonly int _keyFrom;

    /// <param name="keyFrom">The byte of keys that is hashed first: 0; the published vectors have keys without their type.</param>
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
        ulong[] heads = new ulong[payees.Length];
        ChainPayee[] sorted = payees.ToArray();
        for (int i = 0; i < heads.Length; i++)
        {
            heads[i] = HeadOf(HashOf(sorted[i].Key));
        }
        Array.Sort(heads, sorted);
        SlotOrder order = this;
        SortEqual(heads, sorted, (one, other) => ChainShare.CompareIds(order.HashOf(one.Key), order.HashOf(other.Key)));
        sorted.CopyTo(payees);
    }

    /// <summary>Puts runs of equal heads, which somebody has to look for to make, into the order of the whole hashes.</summary>
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

    private Hash256 HashOf(PayoutKey key)
    {
        Span<byte> text = stackalloc byte[8 + Hash256.Size + PayoutKey.LengthMax];
        OrderTag.CopyTo(text);
        _seed.CopyTo(text[8..]);
        Span<byte> bytes = stackalloc byte[PayoutKey.LengthMax];
        key.CopyTo(bytes);
        bytes[_keyFrom..key.Length].CopyTo(text[(8 + Hash256.Size)..]);
        return Sha256d.Hash(text[..(8 + Hash256.Size + key.Length - _keyFrom)]);
    }

    private static ulong HeadOf(Hash256 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        hash.CopyTo(bytes);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }
}
