using System.Buffers.Binary;
using System.Text;

namespace Otedama.Asic;

/// <summary>How a bitaxe-raw board frames its answers; requests are the same in both.</summary>
public enum RawVersion
{
    /// <summary>Length of the data alone, id, data.</summary>
    V0,

    /// <summary>Length of everything, id, status, data.</summary>
    V1,
}

/// <summary>One answer of a board.</summary>
/// <param name="Error">What it refused, in words; empty = it did as asked.</param>
public readonly record struct RawReply(byte Id, byte[] Data, string Error);

/// <summary>
/// Frames of the bitaxe-raw control protocol: lengths are least significant byte first. Source: specification section
/// 10.2.
/// </summary>
public static class RawFrame
{
    /// <summary>Of a board's buffer for an answer; longer ones are noise.</summary>
    public const int DataMax = 256;

    public const byte PageI2c = 0x05;
    public const byte PageGpio = 0x06;
    public const byte PageAdc = 0x07;
    public const byte PageLed = 0x08;
    public const byte PageSystem = 0x09;

    public const byte I2cHertz = 0x10;
    public const byte I2cWrite = 0x20;
    public const byte I2cRead = 0x30;
    public const byte I2cWriteRead = 0x40;
    public const byte AdcRead = 0x50;
    public const byte LedSet = 0x10;
    public const byte SystemReboot = 0x01;
    public const byte SystemLoader = 0x02;

    private const byte Ok = 0x00;
    private const byte Timeout = 0x10;
    private const byte Invalid = 0x11;
    private const byte Overflow = 0x12;
    private const byte InWords = 0xFF;

    /// <summary>Data without which a board does not restart.</summary>
    public static ReadOnlySpan<byte> RebootKey => [0xDE, 0xAD, 0xBE, 0xEF];

    public static ReadOnlySpan<byte> LoaderKey => [0xB0, 0x07, 0x10, 0xAD];

    /// <summary>What a page of commands is about.</summary>
    public static string? NameOf(byte page) => page switch
    {
        PageI2c => "I2C",
        PageGpio => "pins",
        PageAdc => "converter",
        PageLed => "lamp",
        PageSystem => "system",
        _ => null,
    };

    /// <summary>One that an answer of the second version may have.</summary>
    public static bool IsStatus(byte status) => status is Ok or Timeout or Invalid or Overflow or InWords;

    public static byte[] Request(byte id, byte page, byte command, params ReadOnlySpan<byte> data)
    {
        byte[] frame = new byte[6 + data.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(frame, (ushort)frame.Length);
        frame[2] = id;
        frame[4] = page;
        frame[5] = command;
        data.CopyTo(frame.AsSpan(6));
        return frame;
    }

    /// <summary>
    /// The answer at the head of what has come: its bytes in length, 0 while it is not whole, -1 when it cannot be one.
    /// Of the first version's answers an error can only be told by its size: expected is what a good one holds.
    /// </summary>
    public static int TryRead(ReadOnlySpan<byte> bytes, RawVersion version, int? expected, out RawReply reply)
    {
        reply = default;
        if (bytes.Length < 2)
        {
            return 0;
        }
        int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        int head = version == RawVersion.V0 ? 3 : 4;
        int whole = version == RawVersion.V0 ? length + head : length;
        if (whole < head || whole > head + DataMax)
        {
            return -1;
        }
        if (bytes.Length < whole)
        {
            return 0;
        }
        ReadOnlySpan<byte> data = bytes[head..whole];
        if (version == RawVersion.V1)
        {
            reply = bytes[3] == Ok ? new RawReply(bytes[2], data.ToArray(), "")
                : new RawReply(bytes[2], [], Words(bytes[3], data));
        }
        else
        {
            bool isError = data.Length >= 2 && data[0] == InWords && data.Length != expected
                && data[1] is Timeout or Invalid or Overflow or InWords;
            reply = isError ? new RawReply(bytes[2], [], Words(data[1], data[2..]))
                : new RawReply(bytes[2], data.ToArray(), "");
        }
        return whole;
    }

    private static string Words(byte status, ReadOnlySpan<byte> text) => status switch
    {
        Timeout => "timeout: the part does not answer",
        Invalid => "invalid command",
        Overflow => "more than its buffer holds",
        InWords => $"\"{Plain(text)}\"",
        _ => $"status {status:x2}",
    };

    /// <summary>What a device says may hold anything.</summary>
    private static string Plain(ReadOnlySpan<byte> text)
    {
        StringBuilder plain = new();
        foreach (byte letter in text[..Math.Min(text.Length, 80)])
        {
            plain.Append(letter is >= 0x20 and < 0x7F ? (char)letter : '?');
        }
        return plain.ToString();
    }
}
