using System.Buffers.Binary;

namespace Otedama.Asic;

/// <summary>
/// A reply of the ROM: 01, op, u16 length, u32 value, data, four bytes of status, of which the first is 0 for yes and
/// the second says why not.
/// </summary>
/// <param name="Data">Without the status.</param>
/// <param name="Error">0 = done.</param>
public sealed record EspReply(EspOp Op, uint Value, byte[] Data, byte Error)
{
    private const int Header = 8;

    /// <summary>Bytes of status of the ROM; a loader in RAM has two.</summary>
    private const int Status = 4;

    /// <summary>Null = no reply, or one whose length is not its own.</summary>
    /// <param name="inRam">A loader in RAM sent it.</param>
    public static EspReply? Read(ReadOnlySpan<byte> packet, bool inRam = false)
    {
        if (packet.Length < Header + 2 || packet[0] != 1
            || packet.Length - Header != BinaryPrimitives.ReadUInt16LittleEndian(packet[2..]))
        {
            return null;
        }
        ReadOnlySpan<byte> body = packet[Header..];
        int status = body.Length >= Status && !inRam ? Status : 2;
        ReadOnlySpan<byte> end = body[^status..];
        return new EspReply(
            (EspOp)packet[1], BinaryPrimitives.ReadUInt32LittleEndian(packet[4..]), body[..^status].ToArray(),
            end[0] == 0 ? (byte)0 : end[1] == 0 ? (byte)0xFF : end[1]);
    }

    /// <summary>What an error of the ROM means.</summary>
    public static string Meaning(byte error) => error switch
    {
        0x01 or (>= 0x64 and <= 0x69) => "a parameter it does not allow",
        0x02 => "it has no memory left",
        0x03 => "it could not send",
        0x04 => "it could not receive",
        0x05 => "a request it does not know",
        0x06 => "it failed",
        0x07 => "the checksum is not that of the data",
        0x08 => "the flash could not be written",
        0x09 => "the flash could not be read",
        0x0A => "a length it does not allow",
        0x0B => "it cannot inflate the data",
        0x0C => "the inflated data have another checksum",
        0x0D => "a parameter of inflating it does not allow",
        0x0E or 0x0F => "the image for its memory is not one",
        0xC0 => "a length it does not allow",
        0xC1 => "the checksum is not that of the data",
        0xC2 => "a block size it does not allow",
        0xC3 => "a request it does not take now",
        0xC4 => "the flash did not do what it was told",
        0xC5 => "the flash is protected",
        0xC6 => "data for the flash before their beginning",
        0xC7 => "it cannot inflate the data",
        0xC8 => "fewer data than were announced",
        0xC9 => "more data than were announced",
        _ => "an error without a name",
    };
}
