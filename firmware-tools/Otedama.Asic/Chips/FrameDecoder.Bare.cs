using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Asic;

/// <summary>Frames without a preamble (BM1387): they are found by header, length and CRC, or not at all.</summary>
public static partial class FrameDecoder
{
    private static List<DecodedFrame> DecodeBare(ReadOnlySpan<byte> bytes, ChipFamily family)
    {
        const string Problem = "no frame of this chip with a right CRC";
        List<DecodedFrame> frames = [];
        int at = 0, rubbish = 0;
        while (at < bytes.Length && frames.Count < FramesMax)
        {
            if (BareAt(bytes[at..], at, family) is not { } frame)
            {
                at++;
                continue;
            }
            if (at > rubbish)
            {
                frames.Add(Rubbish(bytes[rubbish..at], rubbish, Problem));
            }
            frames.Add(frame);
            at += frame.Hex.Length / 2;
            rubbish = at;
        }
        if (at > rubbish)
        {
            frames.Add(Rubbish(bytes[rubbish..at], rubbish, Problem));
        }
        return frames;
    }

    private static DecodedFrame? BareAt(ReadOnlySpan<byte> rest, int offset, ChipFamily family)
    {
        int length = BareLength(rest, family.Framing);
        if (length > 0 && IsWhole(rest[..length]))
        {
            return FromBareHost(rest[..length], offset, family);
        }
        return rest.Length >= ReplyReader.BareLength && Crc5.Compute(rest[..ReplyReader.BareLength]) == 0
            && rest[ReplyReader.BareLength - 1] >> 5 is ReplyReader.RegisterType or ReplyReader.NonceType
            ? FromChip([ReplyReader.First, ReplyReader.Second, .. rest[..ReplyReader.BareLength]], offset, family)
                with
            { Hex = Hex.Encode(rest[..ReplyReader.BareLength]) }
            : null;
    }

    /// <summary>The second byte is the length of all of it; 0 = no such frame begins here.</summary>
    private static int BareLength(ReadOnlySpan<byte> rest, ChipFraming framing)
    {
        if (rest.Length < 2 || rest[1] > rest.Length)
        {
            return 0;
        }
        byte header = rest[0];
        int unsent = framing.Unsent;
        bool isRight = header == JobFrame.Header
            ? rest[1] == JobFrame.MidstateLength(1) - unsent
                || rest[1] == JobFrame.MidstateLength(JobFrame.MidstatesMax) - unsent
            : header == framing.WriteOne || header == framing.WriteAll ? rest[1] == CommandFrame.LengthMax - unsent
            : (header == framing.SetAddress || header == framing.ReadOne || header == framing.ReadAll
                || header == framing.Inactive) && rest[1] == CommandShort - unsent;
        return isRight ? rest[1] : 0;
    }

    private static bool IsWhole(ReadOnlySpan<byte> frame) => frame[0] == JobFrame.Header
        ? Crc16.Compute(frame[..^2]) == BinaryPrimitives.ReadUInt16BigEndian(frame[^2..])
        : Crc5.Compute(frame[..^1]) == frame[^1];

    /// <summary>Read as the frame of a later chip that says the same; header and CRC are shown as they came.</summary>
    private static DecodedFrame FromBareHost(ReadOnlySpan<byte> frame, int offset, ChipFamily family)
    {
        ChipFraming bare = family.Framing, marked = ChipFraming.Marked;
        byte header = frame[0], crc = frame[^1];
        byte[] same = [CommandFrame.First, CommandFrame.Second, .. frame];
        if (header != JobFrame.Header)
        {
            same[2] = header == bare.SetAddress ? marked.SetAddress : header == bare.WriteOne ? marked.WriteOne
                : header == bare.ReadOne ? marked.ReadOne : header == bare.WriteAll ? marked.WriteAll
                : header == bare.ReadAll ? marked.ReadAll : marked.Inactive;
            same[^1] = Crc5.Compute(same.AsSpan(2..^1));
        }
        DecodedFrame read = FromHost(same, offset, family);
        return read with
        {
            Hex = Hex.Encode(frame),
            Fields = [.. read.Fields.Select(field => field.Name switch
            {
                "header" => field with { Value = $"{header:x2}", Number = header },
                "crc5" => field with { Value = $"{crc:x2}", Number = crc },
                _ => field,
            })],
        };
    }
}
