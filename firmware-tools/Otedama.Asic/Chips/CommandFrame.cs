using System.Buffers.Binary;

namespace Otedama.Asic;

/// <summary>
/// Commands to chips: 55 AA, header, length (bytes behind the preamble), data, CRC-5. Each writer returns the bytes
/// used; framing says which headers the chips know (null = Marked), and the sender leaves out what it does not send.
/// </summary>
public static class CommandFrame
{
    /// <summary>The longest command.</summary>
    public const int LengthMax = 11;

    public const byte SetAddressHeader = 0x40, WriteOneHeader = 0x41, ReadOneHeader = 0x42, WriteAllHeader = 0x51,
        ReadAllHeader = 0x52, InactiveHeader = 0x53;

    internal const byte First = 0x55, Second = 0xaa;

    private const int ShortLength = 7;

    /// <summary>Each chip swallows the next set-address and forwards what follows.</summary>
    public static int Inactive(Span<byte> frame, ChipFraming? framing = null) =>
        Short(frame, (framing ?? ChipFraming.Marked).Inactive, 0, 0);

    public static int SetAddress(Span<byte> frame, byte address, ChipFraming? framing = null) =>
        Short(frame, (framing ?? ChipFraming.Marked).SetAddress, address, 0);

    public static int ReadAll(Span<byte> frame, byte register, ChipFraming? framing = null) =>
        Short(frame, (framing ?? ChipFraming.Marked).ReadAll, 0, register);

    public static int ReadOne(Span<byte> frame, byte address, byte register, ChipFraming? framing = null) =>
        Short(frame, (framing ?? ChipFraming.Marked).ReadOne, address, register);

    public static int WriteAll(Span<byte> frame, byte register, uint value, ChipFraming? framing = null) =>
        Long(frame, (framing ?? ChipFraming.Marked).WriteAll, 0, register, value);

    public static int WriteOne(
        Span<byte> frame, byte address, byte register, uint value, ChipFraming? framing = null) =>
        Long(frame, (framing ?? ChipFraming.Marked).WriteOne, address, register, value);

    private static int Short(Span<byte> frame, byte header, byte address, byte register)
    {
        frame[4] = address;
        frame[5] = register;
        return Seal(frame, header, ShortLength);
    }

    private static int Long(Span<byte> frame, byte header, byte address, byte register, uint value)
    {
        frame[4] = address;
        frame[5] = register;
        BinaryPrimitives.WriteUInt32BigEndian(frame[6..], value);
        return Seal(frame, header, LengthMax);
    }

    private static int Seal(Span<byte> frame, byte header, int length)
    {
        frame[0] = First;
        frame[1] = Second;
        frame[2] = header;
        frame[3] = (byte)(length - 2);
        frame[length - 1] = Crc5.Compute(frame[2..(length - 1)]);
        return length;
    }
}
