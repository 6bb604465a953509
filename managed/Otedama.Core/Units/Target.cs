using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Otedama.Core;

/// <summary>
/// A proof-of-work target: a hash meets it when hash &lt;= target, both read as little-endian numbers.
/// Converts to and from compact bits (nBits), pool difficulty and expected work.
/// </summary>
public readonly struct Target : IEquatable<Target>, IComparable<Target>
{
    /// <summary>Difficulty 1 of Bitcoin: 0xffff * 2^208.</summary>
    public static readonly Target BitcoinOne = FromCompact(0x1d00ffff);

    public Target(UInt256 value) => Value = value;

    public UInt256 Value { get; }

    public static Target Max => new(UInt256.MaxValue);

    public bool IsZero => Value == UInt256.Zero;

    /// <summary>
    /// Expands nBits as consensus does: mantissa * 256^(exponent - 3). Throws FormatException for a negative,
    /// zero or overflowing value, which no valid header carries.
    /// </summary>
    public static Target FromCompact(uint bits) => TryFromCompact(bits, out Target target)
        ? target
        : throw new FormatException($"nBits {bits:x8} is not a target: negative, zero or over 256 bits");

    public static bool TryFromCompact(uint bits, out Target target)
    {
        target = default;
        int exponent = (int)(bits >> 24);
        uint mantissa = bits & 0x007fffff;
        bool negative = mantissa != 0 && (bits & 0x00800000) != 0;
        bool overflow = mantissa != 0
            && (exponent > 34 || (mantissa > 0xff && exponent > 33) || (mantissa > 0xffff && exponent > 32));
        if (negative || overflow)
        {
            return false;
        }
        if (exponent <= 3)
        {
            target = new Target(new UInt256(mantissa >> (8 * (3 - exponent))));
        }
        else
        {
            Span<byte> bytes = stackalloc byte[32 + sizeof(uint)]; // what goes beyond 32 bytes is zero
            bytes.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[Math.Min(32, exponent - 3)..], mantissa);
            target = new Target(UInt256.FromLittleEndian(bytes));
        }
        return !target.IsZero;
    }

    /// <summary>The nBits of this target, rounded towards zero as consensus does.</summary>
    public uint ToCompact()
    {
        BigInteger value = Value.ToBigInteger();
        int size = (int)((value.GetBitLength() + 7) / 8);
        uint mantissa = size <= 3
            ? (uint)value << (8 * (3 - size))
            : (uint)(value >> (8 * (size - 3)));
        if ((mantissa & 0x00800000) != 0)
        {
            mantissa >>= 8;
            size++;
        }
        return mantissa | ((uint)size << 24);
    }

    /// <summary>
    /// floor(one / difficulty) with `one` the dialect's difficulty-1 target, capped at 2^256 - 1.
    /// The double is taken exactly as the binary fraction it is, so that all sides agree on the result.
    /// </summary>
    public static Target FromDifficulty(double difficulty, Target one)
    {
        if (!(difficulty > 0) || double.IsInfinity(difficulty))
        {
            string text = difficulty.ToString(CultureInfo.InvariantCulture);
            throw new ArgumentOutOfRangeException(nameof(difficulty), $"difficulty must be above 0, got {text}");
        }
        long bits = BitConverter.DoubleToInt64Bits(difficulty);
        int exponent = (int)((bits >> 52) & 0x7ff);
        long fraction = bits & 0xfffffffffffffL;
        BigInteger mantissa = exponent == 0 ? fraction : fraction | (1L << 52);
        int shift = (exponent == 0 ? 1 : exponent) - 1075; // difficulty = mantissa * 2^shift
        BigInteger numerator = one.Value.ToBigInteger();
        BigInteger value = shift >= 0 ? numerator / (mantissa << shift) : (numerator << -shift) / mantissa;
        BigInteger max = (BigInteger.One << 256) - 1;
        return new Target(UInt256.FromBigInteger(BigInteger.Min(value, max)));
    }

    /// <summary>one / target as a double, for display and Stratum.</summary>
    public double ToDifficulty(Target one) => IsZero ? double.PositiveInfinity : one.Value.ToDouble() / Value.ToDouble();

    /// <summary>Expected hashes to meet the target: floor(2^256 / (target + 1)), at least 1; saturates at 2^128 - 1.</summary>
    public UInt128 ToWork()
    {
        BigInteger work = (BigInteger.One << 256) / (Value.ToBigInteger() + 1);
        BigInteger max = (BigInteger)UInt128.MaxValue;
        return (UInt128)BigInteger.Min(work, max);
    }

    /// <summary>True when the hash, read as a little-endian number, is at most this target.</summary>
    public bool IsMetBy(Hash256 hash) => hash.ToNumber() <= Value;

    public int CompareTo(Target other) => Value.CompareTo(other.Value);

    public bool Equals(Target other) => Value == other.Value;

    public override bool Equals(object? obj) => obj is Target other && Equals(other);

    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>64 hex digits, most significant first.</summary>
    public override string ToString() => Value.ToString();

    public static bool operator ==(Target left, Target right) => left.Equals(right);

    public static bool operator !=(Target left, Target right) => !left.Equals(right);

    public static bool operator <(Target left, Target right) => left.CompareTo(right) < 0;

    public static bool operator >(Target left, Target right) => left.CompareTo(right) > 0;

    public static bool operator <=(Target left, Target right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Target left, Target right) => left.CompareTo(right) >= 0;
}
