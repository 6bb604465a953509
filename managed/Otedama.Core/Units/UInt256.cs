using System.Buffers.Binary;
using System.Numerics;

namespace Otedama.Core;

/// <summary>An unsigned 256-bit number: targets and chain work. Arithmetic that leaves the range throws.</summary>
public readonly struct UInt256 : IEquatable<UInt256>, IComparable<UInt256>
{
    private const double TwoTo64 = 18446744073709551616.0;

    private readonly ulong _w0, _w1, _w2, _w3; // _w3 most significant

    public UInt256(ulong w0, ulong w1, ulong w2, ulong w3) => (_w0, _w1, _w2, _w3) = (w0, w1, w2, w3);

    public UInt256(ulong value) => _w0 = value;

    public static UInt256 Zero => default;

    public static UInt256 One => new(1);

    public static UInt256 MaxValue => new(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    /// <summary>Throws OverflowException below zero or above 2^256 - 1.</summary>
    public static UInt256 FromBigInteger(BigInteger value)
    {
        Span<byte> bytes = stackalloc byte[32];
        if (value.Sign < 0 || !value.TryWriteBytes(bytes, out int written, isUnsigned: true))
        {
            throw new OverflowException($"{value} does not fit 256 bits");
        }
        bytes[written..].Clear();
        return FromLittleEndian(bytes);
    }

    public static UInt256 FromLittleEndian(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));

    public BigInteger ToBigInteger()
    {
        Span<byte> bytes = stackalloc byte[32];
        CopyTo(bytes);
        return new BigInteger(bytes, isUnsigned: true);
    }

    /// <summary>Writes 32 bytes, least significant first.</summary>
    public void CopyTo(Span<byte> littleEndian)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(littleEndian, _w0);
        BinaryPrimitives.WriteUInt64LittleEndian(littleEndian[8..], _w1);
        BinaryPrimitives.WriteUInt64LittleEndian(littleEndian[16..], _w2);
        BinaryPrimitives.WriteUInt64LittleEndian(littleEndian[24..], _w3);
    }

    /// <summary>The nearest double; for display and statistics only.</summary>
    public double ToDouble() => (((((_w3 * TwoTo64) + _w2) * TwoTo64) + _w1) * TwoTo64) + _w0;

    /// <summary>64 hex digits, most significant first.</summary>
    public override string ToString() => $"{_w3:x16}{_w2:x16}{_w1:x16}{_w0:x16}";

    public int CompareTo(UInt256 other)
    {
        if (_w3 != other._w3)
        {
            return _w3.CompareTo(other._w3);
        }
        if (_w2 != other._w2)
        {
            return _w2.CompareTo(other._w2);
        }
        return _w1 != other._w1 ? _w1.CompareTo(other._w1) : _w0.CompareTo(other._w0);
    }

    public bool Equals(UInt256 other) => _w0 == other._w0 && _w1 == other._w1 && _w2 == other._w2 && _w3 == other._w3;

    public override bool Equals(object? obj) => obj is UInt256 other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_w0, _w1, _w2, _w3);

    public static UInt256 operator +(UInt256 left, UInt256 right) => FromBigInteger(left.ToBigInteger() + right.ToBigInteger());

    public static UInt256 operator -(UInt256 left, UInt256 right) => FromBigInteger(left.ToBigInteger() - right.ToBigInteger());

    public static bool operator ==(UInt256 left, UInt256 right) => left.Equals(right);

    public static bool operator !=(UInt256 left, UInt256 right) => !left.Equals(right);

    public static bool operator <(UInt256 left, UInt256 right) => left.CompareTo(right) < 0;

    public static bool operator >(UInt256 left, UInt256 right) => left.CompareTo(right) > 0;

    public static bool operator <=(UInt256 left, UInt256 right) => left.CompareTo(right) <= 0;

    public static bool operator >=(UInt256 left, UInt256 right) => left.CompareTo(right) >= 0;
}
