using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Otedama.Wire;

/// <summary>
/// The name of a node: SHA-256 of its public key as SubjectPublicKeyInfo, 32 bytes. Shown as 64 hex digits and
/// compared as a byte string, first byte first.
/// </summary>
public readonly struct NodeId : IEquatable<NodeId>, IComparable<NodeId>
{
    public const int Size = 32;

    private readonly UInt128 _first, _last; // big-endian halves, so that numbers compare as the bytes do

    /// <summary>Reads 32 bytes; ArgumentException for any other number of them.</summary>
    public NodeId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"a node id has {Size} bytes, got {bytes.Length}", nameof(bytes));
        }
        _first = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _last = BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]);
    }

    /// <summary>The id of a key given as DER of its SubjectPublicKeyInfo.</summary>
    public static NodeId OfKey(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(subjectPublicKeyInfo, hash);
        return new NodeId(hash);
    }

    /// <summary>64 hex digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out NodeId id)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bool good = hex.Length == 2 * Size
            && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        id = good ? new NodeId(bytes) : default;
        return good;
    }

    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, _first);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], _last);
    }

    /// <summary>Equality whose time tells nothing about where two ids differ.</summary>
    public bool FixedTimeEquals(NodeId other)
    {
        Span<byte> ours = stackalloc byte[Size], theirs = stackalloc byte[Size];
        CopyTo(ours);
        other.CopyTo(theirs);
        return CryptographicOperations.FixedTimeEquals(ours, theirs);
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    public bool Equals(NodeId other) => _first == other._first && _last == other._last;

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is NodeId other && Equals(other);

    public override int GetHashCode() => _first.GetHashCode();

    public int CompareTo(NodeId other) =>
        _first != other._first ? _first.CompareTo(other._first) : _last.CompareTo(other._last);

    public static bool operator ==(NodeId left, NodeId right) => left.Equals(right);

    public static bool operator !=(NodeId left, NodeId right) => !left.Equals(right);

    public static bool operator <(NodeId left, NodeId right) => left.CompareTo(right) < 0;

    public static bool operator >(NodeId left, NodeId right) => left.CompareTo(right) > 0;

    public static bool operator <=(NodeId left, NodeId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(NodeId left, NodeId right) => left.CompareTo(right) >= 0;
}
