using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>Writes chain serialisation into a growing buffer.</summary>
public sealed class ByteWriter
{
    private byte[] _buffer;

    public ByteWriter(int capacity = 256) => _buffer = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, Length);

    public byte[] ToArray() => Span.ToArray();

    public ByteWriter Byte(byte value)
    {
        Grow(1)[0] = value;
        return this;
    }

    public ByteWriter UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(Grow(2), value);
        return this;
    }

    public ByteWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Grow(4), value);
        return this;
    }

    public ByteWriter Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Grow(4), value);
        return this;
    }

    public ByteWriter Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Grow(8), value);
        return this;
    }

    public ByteWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Grow(8), value);
        return this;
    }

    public ByteWriter UInt128(UInt128 value)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(Grow(16), value);
        return this;
    }

    public ByteWriter Hash(Hash256 value)
    {
        value.CopyTo(Grow(Hash256.Size));
        return this;
    }

    /// <summary>Raw bytes without a length.</summary>
    public ByteWriter Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Grow(bytes.Length));
        return this;
    }

    /// <summary>Bytes with their compactSize length.</summary>
    public ByteWriter Bytes(ReadOnlySpan<byte> bytes) => CompactSize((ulong)bytes.Length).Raw(bytes);

    public ByteWriter CompactSize(ulong value)
    {
        switch (value)
        {
            case < 0xfd:
                return Byte((byte)value);
            case <= 0xffff:
                BinaryPrimitives.WriteUInt16LittleEndian(Byte(0xfd).Grow(2), (ushort)value);
                return this;
            case <= 0xffff_ffff:
                return Byte(0xfe).UInt32((uint)value);
            default:
                BinaryPrimitives.WriteUInt64LittleEndian(Byte(0xff).Grow(8), value);
                return this;
        }
    }

    /// <summary>Writes the compactSize of a short value without a writer; returns its bytes, 1 or 3.</summary>
    public static int WriteCompactSize(ushort value, Span<byte> destination)
    {
        if (value < 0xfd)
        {
            destination[0] = (byte)value;
            return 1;
        }
        destination[0] = 0xfd;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[1..], value);
        return 3;
    }

    /// <summary>Bytes a compactSize of this value takes: 1, 3, 5 or 9.</summary>
    public static int CompactSizeLength(ulong value) => value < 0xfd ? 1 : value <= 0xffff ? 3 : value <= 0xffff_ffff ? 5 : 9;

    private Span<byte> Grow(int count)
    {
        int needed = Length + count;
        if (needed > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(needed, _buffer.Length * 2));
        }
        Span<byte> room = _buffer.AsSpan(Length, count);
        Length = needed;
        return room;
    }
}
