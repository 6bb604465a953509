using System.Buffers.Binary;

namespace Otedama.Asic;

/// <summary>
/// A frame from a chip whose CRC is right: a register's value or a nonce. Fields are read out of the bytes as they lie.
/// </summary>
public readonly record struct ChipReply
{
    private readonly ulong _body; // the first eight bytes after the preamble, most significant first

    private ChipReply(ulong body, ushort tail, bool isNonce, bool isLong)
    {
        _body = body;
        VersionField = tail;
        IsNonce = isNonce;
        IsLong = isLong;
    }

    /// <summary>A nonce (type 4); else a register (type 0).</summary>
    public bool IsNonce { get; }

    /// <summary>11 bytes, with a version field or two bytes nobody knows; else 9.</summary>
    public bool IsLong { get; }

    /// <summary>Bytes 8-9, most significant first: a nonce's version bits, shifted right by 13. 0 in a short
    /// reply.</summary>
    public ushort VersionField { get; }

    /// <summary>A register's value.</summary>
    public uint Value => (uint)(_body >> 32);

    /// <summary>Address of the chip whose register it is.</summary>
    public byte Chip => unchecked((byte)(_body >> 24));

    public byte Register => unchecked((byte)(_body >> 16));

    /// <summary>The nonce's four bytes as they came, read most significant first: where core and chip are
    /// found.</summary>
    public uint NonceBigEndian => Value;

    /// <summary>The header's nonce as a number.</summary>
    public uint Nonce => BinaryPrimitives.ReverseEndianness(Value);

    /// <summary>Byte 6 of a nonce: excess difficulty in half bits (not on BM1397).</summary>
    public byte Excess => unchecked((byte)(_body >> 24));

    /// <summary>Byte 7 of a nonce: job id and what the family packs beside it.</summary>
    public byte JobByte => unchecked((byte)(_body >> 16));

    /// <summary>Reads what is behind the preamble of a frame whose CRC was checked: 7 or 9 bytes.</summary>
    internal static ChipReply FromBody(ReadOnlySpan<byte> bytes)
    {
        bool isLong = bytes.Length > ReplyReader.BareLength;
        ulong body = ((ulong)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 32)
            | ((ulong)bytes[4] << 24) | ((ulong)bytes[5] << 16);
        ushort tail = isLong ? BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]) : (ushort)0;
        return new ChipReply(body, tail, bytes[^1] >> 5 == ReplyReader.NonceType, isLong);
    }
}
