using System.Buffers.Binary;
using System.Globalization;
using Otedama.Core;

namespace Otedama.Asic;

/// <summary>
/// Tells what bytes on a chip's line mean, both ways. What is wrong with them is told, too: nothing throws.
/// </summary>
public static partial class FrameDecoder
{
    /// <summary>Frames of one call: a capture of minutes, and no file that somebody made long.</summary>
    public const int FramesMax = 100_000;

    private const int CommandShort = 7;

    private const string NoPreamble = "no preamble (55 AA to chips, AA 55 from them)";

    /// <summary>All frames and what lies between them. family: what chip it is, where that is known.</summary>
    public static IReadOnlyList<DecodedFrame> Decode(ReadOnlySpan<byte> bytes, ChipFamily? family = null)
    {
        if (family is { Framing.IsMarked: false })
        {
            return DecodeBare(bytes, family);
        }
        List<DecodedFrame> frames = [];
        int at = 0;
        while (at < bytes.Length && frames.Count < FramesMax)
        {
            int begin = NextPreamble(bytes, at);
            if (begin > at)
            {
                frames.Add(Rubbish(bytes[at..begin], at, NoPreamble));
                at = begin;
                continue;
            }
            ReadOnlySpan<byte> rest = bytes[at..];
            DecodedFrame frame = At(rest, at, family);
            // One byte of noise may read as half of a preamble: then the frame begins one byte later.
            if (!frame.IsGood && NextPreamble(rest, 1) == 1 && At(rest[1..], at + 1, family).IsGood)
            {
                frame = Rubbish(rest[..1], at, NoPreamble);
            }
            frames.Add(frame);
            at += frame.Hex.Length / 2;
        }
        return frames;
    }

    private static DecodedFrame At(ReadOnlySpan<byte> rest, int offset, ChipFamily? family) =>
        rest[0] == CommandFrame.First ? FromHost(rest, offset, family) : FromChip(rest, offset, family);

    private static int NextPreamble(ReadOnlySpan<byte> bytes, int from)
    {
        for (int i = from; i + 1 < bytes.Length; i++)
        {
            if ((bytes[i], bytes[i + 1]) is (0x55, 0xaa) or (0xaa, 0x55))
            {
                return i;
            }
        }
        return bytes.Length;
    }

    private static DecodedFrame Rubbish(ReadOnlySpan<byte> bytes, int offset, string problem) =>
        new(offset, "rubbish", Hex.Encode(bytes), problem, bytes.Length == 1 ? "1 byte" : $"{bytes.Length} bytes", []);

    /// <summary>As far as the next preamble, and no further than a frame can be.</summary>
    private static ReadOnlySpan<byte> UpToNext(ReadOnlySpan<byte> bytes, int most)
    {
        int next = NextPreamble(bytes, 2);
        return bytes[..Math.Min(next, most)];
    }

    private static DecodedFrame FromHost(ReadOnlySpan<byte> bytes, int offset, ChipFamily? family)
    {
        if (bytes.Length < 4)
        {
            return Rubbish(bytes, offset, "ends before header and length");
        }
        byte header = bytes[2];
        if (header == JobFrame.Header)
        {
            return Job(bytes, offset);
        }
        (string name, int length) = header switch
        {
            CommandFrame.SetAddressHeader => ("set address", CommandShort),
            CommandFrame.WriteOneHeader => ("write register of one chip", CommandFrame.LengthMax),
            CommandFrame.ReadOneHeader => ("read register of one chip", CommandShort),
            CommandFrame.WriteAllHeader => ("write register of all chips", CommandFrame.LengthMax),
            CommandFrame.ReadAllHeader => ("read register of all chips", CommandShort),
            CommandFrame.InactiveHeader => ("chain inactive", CommandShort),
            _ => ("", 0),
        };
        if (length == 0)
        {
            ReadOnlySpan<byte> unknown = UpToNext(bytes, bytes[3] >= 3 ? Math.Max(4, bytes[3] + 2) : 4);
            return new DecodedFrame(
                offset, "command", Hex.Encode(unknown), $"header {header:x2} is not known", "unknown command",
                [new DecodedField("header", $"{header:x2}", header, HeaderBits(header))]);
        }
        int there = Math.Min(bytes.Length, length);
        byte crc = Crc5.Compute(bytes[2..(there - 1)]);
        if (there == length && bytes[length - 1] != crc)
        {
            there = Math.Min(length, NextPreamble(bytes, 2)); // something is missing, and the next frame begins inside
        }
        if (there < length)
        {
            return new DecodedFrame(offset, "command", Hex.Encode(bytes[..there]),
                $"{there} bytes where \"{name}\" has {length}", name,
                [new DecodedField("header", $"{header:x2}", header, name)]);
        }
        ReadOnlySpan<byte> frame = bytes[..length];
        string? problem = frame[3] != length - 2 ? $"length byte {frame[3]:x2} where \"{name}\" has {length - 2:x2}"
            : frame[^1] != crc ? $"CRC-5 is {frame[^1]:x2}, should be {crc:x2}"
            : null;
        return new DecodedFrame(
            offset, "command", Hex.Encode(frame), problem, Summary(name, frame, family),
            CommandFields(name, frame, family));
    }

    private static string HeaderBits(byte header) =>
        $"type {header >> 5 & 3}, {((header & 0x10) != 0 ? "all chips" : "one chip")}, command {header & 15}";

    private static List<DecodedField> CommandFields(string name, ReadOnlySpan<byte> frame, ChipFamily? family)
    {
        byte header = frame[2], address = frame[4], register = frame[5];
        List<DecodedField> fields =
            [new("header", $"{header:x2}", header, name), new("length", $"{frame[3]:x2}", frame[3])];
        if ((header & 0x10) == 0)
        {
            fields.Add(new DecodedField("address", $"{address:x2}", address));
        }
        if (header is not (CommandFrame.SetAddressHeader or CommandFrame.InactiveHeader))
        {
            fields.Add(new DecodedField("register", $"{register:x2}", register, ChipRegisters.NameOf(register)));
        }
        if (frame.Length == CommandFrame.LengthMax)
        {
            uint value = BinaryPrimitives.ReadUInt32BigEndian(frame[6..]);
            fields.Add(new DecodedField("value", $"{value:x8}", value, ChipRegisters.Meaning(register, value, family)));
        }
        fields.Add(new DecodedField("crc5", $"{frame[^1]:x2}", frame[^1]));
        return fields;
    }

    private static string Summary(string name, ReadOnlySpan<byte> frame, ChipFamily? family)
    {
        byte header = frame[2], address = frame[4], register = frame[5];
        string what = ChipRegisters.NameOf(register) is { } known ? $"{register:x2} ({known})" : $"{register:x2}";
        string who = (header & 0x10) != 0 ? "" : $" at {address:x2}";
        if (frame.Length == CommandFrame.LengthMax)
        {
            uint value = BinaryPrimitives.ReadUInt32BigEndian(frame[6..]);
            string meaning = ChipRegisters.Meaning(register, value, family) is { } says ? $": {says}" : "";
            return $"{name}{who}: {what} = {value:x8}{meaning}";
        }
        return header switch
        {
            CommandFrame.InactiveHeader => name,
            CommandFrame.SetAddressHeader => $"{name} {address:x2}",
            _ => $"{name}{who}: {what}",
        };
    }

    private static DecodedFrame Job(ReadOnlySpan<byte> bytes, int offset)
    {
        int length = JobLength(bytes, out bool isGood);
        int there = Math.Min(bytes.Length, length);
        there = isGood ? there : Math.Min(there, NextPreamble(bytes, 2));
        if (there < length)
        {
            return new DecodedFrame(
                offset, "job", Hex.Encode(bytes[..there]), $"{there} bytes where such a job has {length}",
                "job, cut off", []);
        }
        ReadOnlySpan<byte> frame = bytes[..length];
        ushort crc = BinaryPrimitives.ReadUInt16BigEndian(frame[^2..]);
        string? problem = isGood ? null : $"CRC-16 is {crc:x4}, should be {Crc16.Compute(frame[2..^2]):x4}";
        ReadOnlySpan<byte> data = frame[JobFrame.Data..^2];
        uint time = BinaryPrimitives.ReadUInt32LittleEndian(data[10..]);
        uint bits = BinaryPrimitives.ReadUInt32LittleEndian(data[6..]);
        List<DecodedField> fields =
        [
            new("length", $"{frame[3]:x2}", frame[3]),
            new("job id", $"{data[0]:x2}", data[0]),
            new("midstates", $"{data[1]:x2}", data[1]),
            new("starting nonce", Hex.Encode(data[2..6])),
            new("bits", $"{bits:x8}", bits, Target.TryFromCompact(bits, out Target target)
                ? "network difficulty "
                + $"{target.ToDifficulty(Target.BitcoinOne).ToString("0.###", CultureInfo.InvariantCulture)}"
                : "no target"),
            new("time", $"{time:x8}", time,
                DateTimeOffset.FromUnixTimeSeconds(time).ToString("u", CultureInfo.InvariantCulture)),
        ];
        if (length == JobFrame.FullLength)
        {
            uint version = BinaryPrimitives.ReadUInt32LittleEndian(data[78..]);
            fields.Add(new DecodedField("merkle root", Turned(data[14..46]).ToString(), null, "display order"));
            fields.Add(new DecodedField("previous hash", Turned(data[46..78]).ToString(), null, "display order"));
            fields.Add(new DecodedField("version", $"{version:x8}", version));
        }
        else
        {
            fields.Add(new DecodedField(
                "merkle tail", Hex.Encode(data[14..18]), null, "last four bytes of the root in the header"));
            for (int i = 0; i < (data.Length - 18) / Hash256.Size; i++)
            {
                Hash256 state = Turned(data.Slice(18 + (Hash256.Size * i), Hash256.Size));
                fields.Add(new DecodedField(
                    $"midstate {i}", Hex.Encode(state.ToArray()), null, "SHA-256 state, first word first"));
            }
        }
        fields.Add(new DecodedField("crc16", $"{crc:x4}", crc));
        string form = length == JobFrame.FullLength ? "whole header" : $"{(length - 24) / Hash256.Size} midstates";
        return new DecodedFrame(offset, "job", Hex.Encode(frame), problem, $"job {data[0]:x2} with {form}", fields);
    }

    /// <summary>
    /// Which form it is, decided by the CRC: length bytes differ between firmwares, and a whole header is sent under
    /// the length of one midstate, too.
    /// </summary>
    private static int JobLength(ReadOnlySpan<byte> bytes, out bool isGood)
    {
        ReadOnlySpan<int> lengths =
            [JobFrame.FullLength, JobFrame.MidstateLength(1), JobFrame.MidstateLength(JobFrame.MidstatesMax)];
        foreach (int length in lengths)
        {
            if (bytes.Length >= length
                && Crc16.Compute(bytes[2..(length - 2)]) == BinaryPrimitives.ReadUInt16BigEndian(bytes[(length - 2)..]))
            {
                isGood = true;
                return length;
            }
        }
        isGood = false;
        return bytes[3] switch
        {
            0x96 => JobFrame.MidstateLength(JobFrame.MidstatesMax),
            0x36 when bytes.Length < JobFrame.FullLength => JobFrame.MidstateLength(1),
            _ => JobFrame.FullLength,
        };
    }

    private static Hash256 Turned(ReadOnlySpan<byte> words)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        JobFrame.TurnWords(words, bytes);
        return new Hash256(bytes);
    }

    private static DecodedFrame FromChip(ReadOnlySpan<byte> bytes, int offset, ChipFamily? family)
    {
        ReadOnlySpan<byte> frame = ReplyAt(bytes, family, out string? problem);
        if (frame.Length is not (ReplyReader.ShortLength or ReplyReader.LongLength))
        {
            return new DecodedFrame(offset, "rubbish", Hex.Encode(frame),
                $"{frame.Length} bytes where a reply has {ReplyReader.ShortLength} or {ReplyReader.LongLength}",
                "reply, cut off", []);
        }
        ChipReply reply = ChipReply.FromBody(frame[2..]);
        int type = frame[^1] >> 5;
        DecodedField[] ends =
        [
            new("type", $"{type}", type, type == ReplyReader.NonceType ? "nonce" : type == ReplyReader.RegisterType
                ? "register" : "not known"),
            new("crc5", $"{frame[^1] & 0x1f:x2}", frame[^1] & 0x1f),
        ];
        if (type is not (ReplyReader.NonceType or ReplyReader.RegisterType))
        {
            return new DecodedFrame(
                offset, "rubbish", Hex.Encode(frame), problem
                ?? $"type {type} is not known", "reply of an unknown type", ends);
        }
        if (!reply.IsNonce)
        {
            string what = ChipRegisters.NameOf(reply.Register) is { } name ? $"{reply.Register:x2} ({name})"
                : $"{reply.Register:x2}";
            string? meaning = ChipRegisters.Meaning(reply.Register, reply.Value, family);
            return new DecodedFrame(offset, "register", Hex.Encode(frame), problem,
                $"register {what} of chip {reply.Chip:x2} = {reply.Value:x8}{(meaning is null ? "" : $": {meaning}")}",
                [
                    new("value", $"{reply.Value:x8}", reply.Value, meaning),
                    new("chip", $"{reply.Chip:x2}", reply.Chip),
                    new("register", $"{reply.Register:x2}", reply.Register, ChipRegisters.NameOf(reply.Register)),
                    .. ends,
                ]);
        }
        return new DecodedFrame(
            offset, "nonce", Hex.Encode(frame), problem, $"nonce {reply.Nonce:x8}",
            [.. NonceParts(reply, family), .. ends]);
    }

    private static ReadOnlySpan<byte> ReplyAt(ReadOnlySpan<byte> bytes, ChipFamily? family, out string? problem)
    {
        bool isShort = IsGood(bytes, ReplyReader.ShortLength), isLong = IsGood(bytes, ReplyReader.LongLength);
        int next = NextPreamble(bytes, 2);
        problem = null;
        if (isShort && (!isLong || next == ReplyReader.ShortLength || family is { TakesMidstates: true }))
        {
            return bytes[..ReplyReader.ShortLength];
        }
        if (isLong)
        {
            return bytes[..ReplyReader.LongLength];
        }
        int length = next is ReplyReader.ShortLength || bytes.Length < ReplyReader.LongLength
            || family is { TakesMidstates: true }
            ? ReplyReader.ShortLength
            : ReplyReader.LongLength;
        length = Math.Min(length, next);
        if (length >= ReplyReader.ShortLength)
        {
            byte last = Crc5.Seal(bytes[2..(length - 1)], bytes[length - 1] >> 5);
            problem = $"CRC-5 is {bytes[length - 1] & 0x1f:x2}, should be {last & 0x1f:x2}";
        }
        return bytes[..length];
    }

    private static bool IsGood(ReadOnlySpan<byte> bytes, int length) =>
        bytes.Length >= length && bytes[length - 1] >> 5 is ReplyReader.RegisterType or ReplyReader.NonceType
        && Crc5.Compute(bytes[2..length]) == 0;

    private static List<DecodedField> NonceParts(ChipReply reply, ChipFamily? family)
    {
        uint big = reply.NonceBigEndian;
        List<DecodedField> fields =
        [
            new("nonce", $"{big:x8}", null, "as it lies in the header"),
            new("stratum nonce", $"{reply.Nonce:x8}", reply.Nonce),
            .. family is { CoreShift: null } ? Array.Empty<DecodedField>() : [new("core", $"{big >> 25}", big >> 25)],
            new("excess", $"{reply.Excess:x2}", reply.Excess, reply.IsLong ? "half bits beyond the ticket" : null),
            new("job byte", $"{reply.JobByte:x2}", reply.JobByte),
        ];
        ChipFamily[] families = family is not null ? [family]
            : reply.IsLong ? [ChipFamilies.Bm1370, ChipFamilies.Bm1366]
            : [ChipFamilies.Bm1397];
        foreach (ChipFamily one in families)
        {
            NonceFields parts = one.Decode(reply);
            string of = family is not null || !reply.IsLong ? "" : one == ChipFamilies.Bm1370 ? " (BM1368 and later)"
                : " (BM1362, BM1366)";
            int chip = one.ChipAddressIn(big);
            fields.Add(new DecodedField($"chip address{of}", $"{chip:x2}", chip, one.ChipCounted == 0
                ? "where the chip's address is part of its nonces" : "without its lowest bit, which is counted"));
            fields.Add(new DecodedField($"job id{of}", $"{parts.JobId:x2}", parts.JobId));
            fields.Add(one.TakesMidstates
                ? new DecodedField("midstate", $"{parts.Midstate}", parts.Midstate)
                : new DecodedField($"small core{of}", $"{parts.SmallCore}", parts.SmallCore));
        }
        if (reply.IsLong)
        {
            fields.Add(new DecodedField("version field", $"{reply.VersionField:x4}", reply.VersionField));
            fields.Add(new DecodedField("version bits", $"{(uint)reply.VersionField << ChipFamily.VersionShift:x8}"));
        }
        return fields;
    }
}
