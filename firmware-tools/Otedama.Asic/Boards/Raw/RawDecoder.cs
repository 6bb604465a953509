using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Asic;

/// <summary>
/// Tells what recorded frames of a bitaxe-raw control port mean. They have no mark to find them by, so only bytes that
/// are whole frames from the first to the last are read. Source: specification section 10.2.
/// </summary>
public static class RawDecoder
{
    /// <summary>Frames of one file.</summary>
    public const int FramesMax = 10_000;

    private const int RequestHead = 6;

    /// <summary>
    /// All frames, or null when the bytes are anything else. A request reads as an answer of the second version, too,
    /// and is taken as a request where page, command and data fit one.
    /// </summary>
    public static IReadOnlyList<DecodedFrame>? Decode(ReadOnlySpan<byte> bytes) =>
        All(bytes, RawVersion.V1) ?? All(bytes, RawVersion.V0);

    private static List<DecodedFrame>? All(ReadOnlySpan<byte> bytes, RawVersion version)
    {
        List<DecodedFrame> frames = [];
        int at = 0;
        while (at < bytes.Length)
        {
            ReadOnlySpan<byte> rest = bytes[at..];
            DecodedFrame? frame = frames.Count == FramesMax ? null : Request(rest, at) ?? Answer(rest, at, version);
            if (frame is null)
            {
                return null;
            }
            frames.Add(frame);
            at += frame.Hex.Length / 2;
        }
        return frames.Count == 0 ? null : frames;
    }

    private static DecodedFrame? Request(ReadOnlySpan<byte> bytes, int offset)
    {
        int length = bytes.Length < RequestHead ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        if (length < RequestHead || length > Math.Min(bytes.Length, RequestHead + RawFrame.DataMax) || bytes[3] != 0)
        {
            return null;
        }
        (byte id, byte page, byte command) = (bytes[2], bytes[4], bytes[5]);
        ReadOnlySpan<byte> data = bytes[RequestHead..length];
        if (Wanted(page, command, data) is not { } wanted)
        {
            return null;
        }
        return new DecodedFrame(offset, "request", Hex.Encode(bytes[..length]), null, $"request {id}: {wanted}",
            [
                new("length", $"{length:x4}", length), new("id", $"{id:x2}", id), new("bus", "00", 0),
                new("page", $"{page:x2}", page, RawFrame.NameOf(page)), new("command", $"{command:x2}", command),
                new("data", Hex.Encode(data)),
            ]);
    }

    /// <summary>In words; null = a board knows no such request.</summary>
    private static string? Wanted(byte page, byte command, ReadOnlySpan<byte> data) =>
        (page, command, data.Length) switch
        {
            (RawFrame.PageI2c, RawFrame.I2cHertz, 4) =>
                $"I2C bus at {BinaryPrimitives.ReadUInt32LittleEndian(data)} Hz",
            (RawFrame.PageI2c, RawFrame.I2cWrite, >= 1) => $"I2C write to {data[0]:x2}: {Hex.Encode(data[1..])}",
            (RawFrame.PageI2c, RawFrame.I2cRead, 2) => $"I2C read {data[1]} bytes of {data[0]:x2}",
            (RawFrame.PageI2c, RawFrame.I2cWriteRead, >= 3) =>
                $"I2C write to {data[0]:x2}: {Hex.Encode(data[1..^1])}, then read {data[^1]} bytes",
            (RawFrame.PageGpio, _, 0) => $"read pin {command}{PinName(command)}",
            (RawFrame.PageGpio, _, 1) when data[0] <= 1 =>
                $"set pin {command}{PinName(command)} {(data[0] == 1 ? "high" : "low")}",
            (RawFrame.PageAdc, RawFrame.AdcRead, 0) => "read the converter",
            (RawFrame.PageLed, RawFrame.LedSet, 3) => $"lamp {Hex.Encode(data)} (red, green, blue)",
            (RawFrame.PageSystem, RawFrame.SystemReboot, 4) when data.SequenceEqual(RawFrame.RebootKey) => "reboot",
            (RawFrame.PageSystem, RawFrame.SystemLoader, 4) when data.SequenceEqual(RawFrame.LoaderKey) =>
                "reboot to the loader",
            _ => null,
        };

    private static string PinName(byte pin) => pin == RawControl.ResetPin ? " (reset of the chips, active low)" : "";

    private static DecodedFrame? Answer(ReadOnlySpan<byte> bytes, int offset, RawVersion version)
    {
        int whole = RawFrame.TryRead(bytes, version, null, out RawReply reply);
        if (whole <= 0)
        {
            return null;
        }
        bool isV1 = version == RawVersion.V1;
        if (isV1 && !RawFrame.IsStatus(bytes[3]))
        {
            return null;
        }
        int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        ReadOnlySpan<byte> data = bytes[(isV1 ? 4 : 3)..whole];
        string says = reply.Error.Length > 0 ? reply.Error : data.Length == 0 ? "done" : Hex.Encode(data);
        return new DecodedFrame(offset, isV1 ? "answer-v1" : "answer-v0", Hex.Encode(bytes[..whole]), null,
            $"answer to {reply.Id}: {says}",
            [
                new("length", $"{length:x4}", length, isV1 ? "of everything" : "of the data"),
                new("id", $"{reply.Id:x2}", reply.Id),
                .. isV1 ? (DecodedField[])[new("status", $"{bytes[3]:x2}", bytes[3], reply.Error.Length == 0 ? "ok"
                    : reply.Error)] : [],
                new("data", Hex.Encode(data)),
            ]);
    }
}
