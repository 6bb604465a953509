using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Asic;

/// <summary>Jobs to chips: 55 AA 21, length, data, CRC-16. Header material as in the header, hashes and midstates with
/// their words turned round.</summary>
public static class JobFrame
{
    public const byte Header = 0x21;

    /// <summary>Bytes of a job with the whole header.</summary>
    public const int FullLength = 88;

    /// <summary>Midstates a job of that form has at most.</summary>
    public const int MidstatesMax = 4;

    /// <summary>The longest job.</summary>
    public const int LengthMax = 24 + (32 * MidstatesMax);

    /// <summary>Data behind header and length.</summary>
    internal const int Data = 4;

    /// <summary>Bytes of a job with midstates.</summary>
    public static int MidstateLength(int midstates) => 24 + (Hash256.Size * midstates);

    /// <summary>The whole header. version: with the bits that the chip rolls at zero. Returns FullLength.</summary>
    public static int WriteFull(Span<byte> frame, byte id, ChipJob job, uint version)
    {
        Span<byte> header = stackalloc byte[BlockHeader.Size];
        job.HeaderWith(version, 0).CopyTo(header);
        Begin(frame, id, 1, header);
        TurnWords(header[36..68], frame[(Data + 14)..]);
        TurnWords(header[4..36], frame[(Data + 46)..]);
        header[..4].CopyTo(frame[(Data + 78)..]);
        return Seal(frame, FullLength);
    }

    /// <summary>One midstate for each version, in that order; 1 or 4. Returns the length.</summary>
    public static int WriteMidstates(Span<byte> frame, byte id, ChipJob job, ReadOnlySpan<uint> versions)
    {
        Span<byte> header = stackalloc byte[BlockHeader.Size];
        Span<byte> state = stackalloc byte[Hash256.Size];
        for (int i = 0; i < versions.Length; i++)
        {
            job.HeaderWith(versions[i], 0).CopyTo(header);
            Sha256State.After(header[..Sha256State.BlockLength]).CopyTo(state);
            TurnWords(state, frame[(Data + 18 + (Hash256.Size * i))..]);
        }
        Begin(frame, id, (byte)versions.Length, header);
        header[64..68].CopyTo(frame[(Data + 14)..]);
        return Seal(frame, MidstateLength(versions.Length));
    }

    /// <summary>Eight words of four bytes in the opposite order; its own inverse.</summary>
    public static void TurnWords(ReadOnlySpan<byte> from, Span<byte> to)
    {
        for (int i = 0; i < Hash256.Size; i += 4)
        {
            from.Slice(Hash256.Size - 4 - i, 4).CopyTo(to[i..]);
        }
    }

    private static void Begin(Span<byte> frame, byte id, byte midstates, ReadOnlySpan<byte> header)
    {
        frame[Data] = id;
        frame[Data + 1] = midstates;
        frame.Slice(Data + 2, 4).Clear();
        header[72..76].CopyTo(frame[(Data + 6)..]);
        header[68..72].CopyTo(frame[(Data + 10)..]);
    }

    private static int Seal(Span<byte> frame, int length)
    {
        frame[0] = CommandFrame.First;
        frame[1] = CommandFrame.Second;
        frame[2] = Header;
        frame[3] = (byte)(length - 2);
        BinaryPrimitives.WriteUInt16BigEndian(frame[(length - 2)..], Crc16.Compute(frame[2..(length - 2)]));
        return length;
    }
}
