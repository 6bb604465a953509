using System.Buffers.Binary;

namespace Otedama.Wire;

/// <summary>
/// The six bytes before a payload: u16 extension_type, whose bit 15 says that a channel is meant, u8 msg_type, u24
/// length of the payload; little-endian.
/// </summary>
/// <param name="Extension">Without bit 15: 0 = core, 1 = negotiation, from 0x4000 on experiments.</param>
/// <param name="HasChannelBit">For proxies. An endpoint goes by extension and type alone.</param>
public readonly record struct Sv2Header(ushort Extension, bool HasChannelBit, byte MessageType, int Length)
{
    public const int Size = 6, LengthMax = 0xffffff;

    private const ushort ChannelBit = 0x8000;

    /// <summary>The message, or null for one this codec does not have: to be dropped and counted.</summary>
    public Sv2Type? Type => Extension <= byte.MaxValue && Sv2Messages.Has((Sv2Type)((Extension << 8) | MessageType))
        ? (Sv2Type)((Extension << 8) | MessageType)
        : null;

    public static Sv2Header For(Sv2Type type, int length) =>
        new((ushort)((ushort)type >> 8), Sv2Messages.IsOfChannel(type), (byte)((ushort)type & 0xff), length);

    /// <summary>bytes has Size of them.</summary>
    public static Sv2Header Read(ReadOnlySpan<byte> bytes)
    {
        ushort extension = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        int length = bytes[3] | (bytes[4] << 8) | (bytes[5] << 16);
        return new Sv2Header((ushort)(extension & ~ChannelBit), (extension & ChannelBit) != 0, bytes[2], length);
    }

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)(Extension | (HasChannelBit ? ChannelBit : 0)));
        bytes[2] = MessageType;
        bytes[3] = (byte)(Length & 0xff);
        bytes[4] = (byte)((Length >> 8) & 0xff);
        bytes[5] = (byte)(Length >> 16);
    }
}
