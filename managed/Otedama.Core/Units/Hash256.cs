using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Otedama.Core;

/// <summary>
/// A 256-bit hash: 32 bytes in chain order (as stored in a header). Explorers and JSON-RPC show the
/// reverse, the display order. Compared as a little-endian number, as proof of work does.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Hash256 : IEquatable<Hash256>, IComparable<Hash256>
{
    public const int Size = 32;

    private readonly ulong _w0, _w1, _w2, _w3; // little-endian words, _w3 most significant

    /// <summary>Reads 32 bytes in chain order.</summary>
    public Hash256(ReadOnlySpan<byte> chainOrder)
    {
        if (chainOrder.Length != Size)
        {
            throw new ArgumentException($"a hash has 32 bytes, got {chainOrder.Length}", nameof(chainOrder));
        }
        _w0 = BinaryPrimitives.ReadUInt64LittleEndian(chainOrder);
        _w1 = BinaryPrimitives.ReadUInt64LittleEndian(chainOrder[8..]);
        _w2 = BinaryPrimitives.ReadUInt64LittleEndian(chainOrder[16..]);
        _w3 = BinaryPrimitives.ReadUInt64LittleEndian(chainOrder[24..]);
    }

    public static Hash256 Zero => default;

    public bool IsZero => (_w0 | _w1 | _w2 | _w3) == 0;

    /// <summary>Parses 64 hex digits in display order, as JSON-RPC writes hashes.</summary>
    public static Hash256 FromDisplay(string hex)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (hex.Length != 2 * Size || !Hex.TryDecode(hex, bytes, out _))
        {
            throw new FormatException($"expected 64 hex digits, got \"{Hex.Shorten(hex)}\"");
        }
        bytes.Reverse();
        return new Hash256(bytes);
    }

    /// <summary>Writes the 32 bytes in chain order.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, _w0);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], _w1);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], _w2);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], _w3);
    }

    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>The value as a number; proof of work compares this with a target.</summary>
    public UInt256 ToNumber() => new(_w0, _w1, _w2, _w3);

    /// <summary>64 lower-case hex digits in display order.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        bytes.Reverse();
        return Convert.ToHexStringLower(bytes);
    }

    public bool Equals(Hash256 other) => _w0 == other._w0 && _w1 == other._w1 && _w2 == other._w2 && _w3 == other._w3;

    public override bool Equals(object? obj) => obj is Hash256 other && Equals(other);

    public override int GetHashCode() => unchecked((int)_w0 ^ (int)(_w1 >> 32));

    public int CompareTo(Hash256 other) => ToNumber().CompareTo(other.ToNumber());

    public static bool operator ==(Hash256 left, Hash256 right) => left.Equals(right);

    public static bool operator !=(Hash256 left, Hash256 right) => !left.Equals(right);
}
