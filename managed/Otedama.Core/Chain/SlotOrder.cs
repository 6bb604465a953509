using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Otedama.Core;

/// <summary>The order in which payees lie on the line, and where the first slot is: both from the seed.</summary>
internal readonly struct SlotOrder
{
    private const int TagBytes = 8, HeadWords = (TagBytes + Hash256.Size) / sizeof(uint);

    /// <summary>A key of 21 bytes makes a message of 61, whose second block has nothing but its length in bits.</summary>
    private static readonly uint[] s_after61 = Sha256Lanes.Known(0, 8 * 61);

    private readonly Hash256 _seed;
    private readonly ISeedHashes? _hashes;
    private readonly int _keyFrom;

    /// <param name="hashes">Whoever is faster at it; null: it is done here.</param>
    /// <param name="keyFrom">
    /// The byte of keys that is hashed first: 0; the published vectors have keys without their type.
    /// </param>
    public SlotOrder(Hash256 seed, ISeedHashes? hashes = null, int keyFrom = 0)
    {
        _seed = seed;
        _hashes = hashes;
        _keyFrom = keyFrom;
    }

    private static ReadOnlySpan<byte> OrderTag => "otdm-ord"u8;

    private static ReadOnlySpan<byte> OffsetTag => "otdm-off"u8;

    /// <summary>First 16 bytes of H2(tag + seed), most significant first, mod all.</summary>
    public UInt128 Offset(UInt128 all)
    {
        Span<byte> text = stackalloc byte[TagBytes + Hash256.Size];
        OffsetTag.CopyTo(text);
        _seed.CopyTo(text[TagBytes..]);
        Span<byte> digest = stackalloc byte[Hash256.Size];
        Sha256d.Hash(text).CopyTo(digest);
        return BinaryPrimitives.ReadUInt128BigEndian(digest) % all;
    }

    /// <summary>Places of the payees by H2(tag + seed + key) as byte strings.</summary>
    public int[] Of(ChainPayee[] payees)
    {
        SlotOrder hashes = this;
        return InOrder(Heads(payees), (one, other) =>
            ChainShare.CompareIds(hashes.HashOf(payees[one].Key), hashes.HashOf(payees[other].Key)));
    }

    /// <summary>
    /// Places of these numbers, ascending; ofEqual: decides where two are equal, which somebody has to look for to make.
    /// Hashes lie evenly, so that about one falls into each of as many drawers, and nobody can choose it otherwise who
    /// does not know the seed.
    /// </summary>
    internal static int[] InOrder(ReadOnlySpan<ulong> numbers, Comparison<int> ofEqual)
    {
        int bits = 1 + BitOperations.Log2((uint)numbers.Length | 1);
        int[] counts = new int[1 << bits], starts = new int[1 << bits], order = new int[numbers.Length];
        foreach (ulong number in numbers)
        {
            counts[number >> (64 - bits)]++;
        }
        for (int drawer = 1; drawer < starts.Length; drawer++)
        {
            starts[drawer] = starts[drawer - 1] + counts[drawer - 1];
        }
        Array.Clear(counts);
        for (int i = 0; i < numbers.Length; i++)
        {
            int drawer = (int)(numbers[i] >> (64 - bits));
            int at = starts[drawer] + counts[drawer]++;
            for (; at > starts[drawer] && IsBefore(numbers, i, order[at - 1], ofEqual); at--)
            {
                order[at] = order[at - 1];
            }
            order[at] = i;
        }
        return order;
    }

    private static bool IsBefore(ReadOnlySpan<ulong> numbers, int one, int other, Comparison<int> ofEqual) =>
        numbers[one] != numbers[other] ? numbers[one] < numbers[other] : ofEqual(one, other) < 0;

    /// <summary>The first 8 bytes of each payee's hash, most significant first.</summary>
    private ulong[] Heads(ChainPayee[] payees)
    {
        ulong[] heads = new ulong[payees.Length];
        if (_hashes is { } hashes)
        {
            AskFor(hashes, payees, PayoutKey.LengthMin, heads);
            AskFor(hashes, payees, PayoutKey.LengthMax, heads);
            return heads;
        }
        Sha256Lanes.Block first = Head();
        Span<int> some = stackalloc int[Sha256Lanes.Lanes];
        foreach (bool isLong in (ReadOnlySpan<bool>)[false, true])
        {
            int count = 0;
            for (int i = 0; i < payees.Length; i++)
            {
                if (payees[i].Key.IsLong == isLong)
                {
                    some[count++] = i;
                }
                if (count == some.Length)
                {
                    HashSome(first, payees, some, heads);
                    count = 0;
                }
            }
            HashSome(first, payees, some[..count], heads);
        }
        return heads;
    }

    /// <summary>The heads of all payees whose keys have this length, in one call.</summary>
    private void AskFor(ISeedHashes hashes, ChainPayee[] payees, int keyLength, ulong[] heads)
    {
        Span<byte> start = stackalloc byte[TagBytes + Hash256.Size];
        OrderTag.CopyTo(start);
        _seed.CopyTo(start[TagBytes..]);
        byte[] keys = ArrayPool<byte>.Shared.Rent(payees.Length * keyLength);
        int count = 0;
        foreach (ref readonly ChainPayee payee in payees.AsSpan())
        {
            if (payee.Key.Length == keyLength)
            {
                payee.Key.CopyTo(keys.AsSpan(count++ * keyLength, keyLength));
            }
        }
        byte[] found = ArrayPool<byte>.Shared.Rent(count * Hash256.Size);
        hashes.Compute(start, keys.AsSpan(0, count * keyLength), keyLength, found.AsSpan(0, count * Hash256.Size));
        int next = 0;
        for (int i = 0; next < count; i++)
        {
            if (payees[i].Key.Length == keyLength)
            {
                heads[i] = BinaryPrimitives.ReadUInt64BigEndian(found.AsSpan(next++ * Hash256.Size));
            }
        }
        ArrayPool<byte>.Shared.Return(keys);
        ArrayPool<byte>.Shared.Return(found);
    }

    /// <summary>Keys of one length, as many as there are lanes or fewer.</summary>
    private void HashSome(Sha256Lanes.Block first, ChainPayee[] payees, ReadOnlySpan<int> some, ulong[] heads)
    {
        if (_keyFrom > 0)
        {
            foreach (int i in some)
            {
                heads[i] = BinaryPrimitives.ReadUInt64BigEndian(HashOf(payees[i].Key).ToArray());
            }
            return;
        }
        Sha256Lanes.Block second = default;
        bool isLong = false;
        Span<uint> ones = MemoryMarshal.Cast<Vector128<uint>, uint>((Span<Vector128<uint>>)first);
        Span<uint> twos = MemoryMarshal.Cast<Vector128<uint>, uint>((Span<Vector128<uint>>)second);
        Span<uint> words = stackalloc uint[PayoutKey.WordsMax];
        for (int lane = 0; lane < some.Length; lane++)
        {
            PayoutKey key = payees[some[lane]].Key;
            key.WriteWords(words);
            isLong = key.IsLong;
            for (int i = 0; i < words.Length; i++)
            {
                int at = ((HeadWords + i) * Sha256Lanes.Lanes) + lane;
                (at < ones.Length ? ref ones[at] : ref twos[at - ones.Length]) = words[i];
            }
        }
        Sha256Lanes.State state = default;
        Sha256Lanes.Begin(ref state);
        Sha256Lanes.Compress(ref state, ref first);
        if (isLong)
        {
            second[15] = Vector128.Create(8u * 73);
            Sha256Lanes.Compress(ref state, ref second);
        }
        else
        {
            Sha256Lanes.CompressKnown(ref state, s_after61);
        }
        Sha256Lanes.HashAgain(ref state);
        for (int lane = 0; lane < some.Length; lane++)
        {
            heads[some[lane]] = ((ulong)state[0].GetElement(lane) << 32) | state[1].GetElement(lane);
        }
    }

    /// <summary>Tag and seed in every lane.</summary>
    private Sha256Lanes.Block Head()
    {
        Span<byte> text = stackalloc byte[HeadWords * sizeof(uint)];
        OrderTag.CopyTo(text);
        _seed.CopyTo(text[TagBytes..]);
        Sha256Lanes.Block block = default;
        for (int lane = 0; lane < Sha256Lanes.Lanes; lane++)
        {
            Sha256Lanes.Put(block, 0, lane, text);
        }
        return block;
    }

    private Hash256 HashOf(PayoutKey key)
    {
        Span<byte> text = stackalloc byte[TagBytes + Hash256.Size + PayoutKey.LengthMax];
        OrderTag.CopyTo(text);
        _seed.CopyTo(text[TagBytes..]);
        Span<byte> bytes = stackalloc byte[PayoutKey.LengthMax];
        key.CopyTo(bytes);
        bytes[_keyFrom..key.Length].CopyTo(text[(TagBytes + Hash256.Size)..]);
        return Sha256d.Hash(text[..(TagBytes + Hash256.Size + key.Length - _keyFrom)]);
    }
}
