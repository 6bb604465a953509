using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>
/// Reads chain serialisation from a span. Every length is checked against what is left before anything is
/// allocated, so hostile counts cost nothing. Throws FormatException saying where and what.
/// </summary>
public ref struct ByteReader
{
    private readonly ReadOnlySpan<byte> _data;

    public ByteReader(ReadOnlySpan<byte> data) => _data = data;

    public int Position { get; private set; }

    public readonly int Left => _data.Length - Position;

    /// <summary>The next byte without consuming it; -1 at the end.</summary>
    public readonly int Peek(int ahead = 0) => ahead < Left ? _data[Position + ahead] : -1;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public UInt128 UInt128() => BinaryPrimitives.ReadUInt128LittleEndian(Take(16));

    public Hash256 Hash() => new(Take(Hash256.Size));

    public Hash256[] Hashes(int count)
    {
        ReadOnlySpan<byte> all = Take(count * Hash256.Size);
        Hash256[] hashes = count == 0 ? [] : new Hash256[count];
        for (int i = 0; i < count; i++)
        {
            hashes[i] = new Hash256(all.Slice(i * Hash256.Size, Hash256.Size));
        }
        return hashes;
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > Left)
        {
            throw new FormatException($"data ends at byte {_data.Length}: {count} more wanted at {Position}");
        }
        ReadOnlySpan<byte> taken = _data.Slice(Position, count);
        Position += count;
        return taken;
    }

    /// <summary>A compactSize number in its shortest form; longer forms are refused as consensus does.</summary>
    public ulong CompactSize()
    {
        byte first = Byte();
        (ulong value, ulong least) = first switch
        {
            < 0xfd => (first, 0UL),
            0xfd => (BinaryPrimitives.ReadUInt16LittleEndian(Take(2)), 0xfdUL),
            0xfe => (UInt32(), 0x1_0000UL),
            _ => (BinaryPrimitives.ReadUInt64LittleEndian(Take(8)), 0x1_0000_0000UL),
        };
        return value >= least ? value : throw new FormatException($"compactSize {value} before byte {Position} is not in its shortest form");
    }

    /// <summary>A count of items of at least itemBytes each; refused when they cannot fit in what is left.</summary>
    public int Count(int itemBytes)
    {
        ulong count = CompactSize();
        return count <= (ulong)(Left / itemBytes)
            ? (int)count
            : throw new FormatException($"count {count} before byte {Position} exceeds the {Left} bytes left");
    }

    /// <summary>A byte string with its compactSize length.</summary>
    public byte[] Bytes() => Take(Count(1)).ToArray();
}
