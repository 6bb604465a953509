using System.Buffers.Binary;
using System.Numerics;

namespace Otedama.Wire;

/// <summary>
/// 20 bytes that name a node of the Mainline DHT or a key in it, first byte first; near means a small XOR (BEP 5).
/// </summary>
public readonly record struct DhtId : IComparable<DhtId>
{
    /// <summary>Bytes.</summary>
    public const int Size = 20;

    public const int Bits = Size * 8;

    private readonly ulong _first;
    private readonly ulong _middle;
    private readonly uint _last;

    private DhtId(ulong first, ulong middle, uint last) => (_first, _middle, _last) = (first, middle, last);

    /// <summary>Takes the first 20 bytes; ArgumentOutOfRangeException when there are fewer.</summary>
    public DhtId(ReadOnlySpan<byte> bytes)
        : this(
            BinaryPrimitives.ReadUInt64BigEndian(bytes),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]))
    {
    }

    /// <summary>How far the two lie apart, as a number to compare with others.</summary>
    public DhtId DistanceTo(DhtId other) => new(_first ^ other._first, _middle ^ other._middle, _last ^ other._last);

    /// <summary>Leading bits both have, 0 to 160.</summary>
    public int CommonBits(DhtId other)
    {
        DhtId apart = DistanceTo(other);
        return apart._first != 0 ? BitOperations.LeadingZeroCount(apart._first)
            : apart._middle != 0 ? 64 + BitOperations.LeadingZeroCount(apart._middle)
            : 128 + BitOperations.LeadingZeroCount(apart._last);
    }

    /// <summary>As big-endian numbers.</summary>
    public int CompareTo(DhtId other)
    {
        int first = _first.CompareTo(other._first);
        int middle = first != 0 ? first : _middle.CompareTo(other._middle);
        return middle != 0 ? middle : _last.CompareTo(other._last);
    }

    /// <summary>Writes 20 bytes; ArgumentOutOfRangeException when there is less room.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _first);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _middle);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _last);
    }

    /// <summary>40 hexadecimal digits, of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out DhtId id)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bool good = hex.Length == 2 * Size
            && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        id = good ? new DhtId(bytes) : default;
        return good;
    }

    public override string ToString() => $"{_first:x16}{_middle:x16}{_last:x8}";
}
