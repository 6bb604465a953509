using System.Buffers.Binary;
using System.IO.Hashing;

namespace Otedama.Pool;

/// <summary>
/// How far the disk has confirmed the log, in a file of its own: there the absence of a last segment or of acknowledged
/// records shows. Under the log's commit lock.
/// </summary>
/// <remarks>
/// Two places written in turn, each in a sector of its own, so that one whole one is always there. Written after the
/// flush it tells of, and itself flushed only when the segment changes: after a power cut it may be behind the log, never
/// ahead of it. All integers little-endian:
/// <code>
/// 0  u64 magic   8  u64 count of marks   16  u32 segment   20  u32 offset   24  u32 sequence   28  u32 CRC-32 of these
/// </code>
/// </remarks>
internal sealed class CommitMark : IDisposable
{
    private const int SectorBytes = 512;
    private const int SlotBytes = 32;

    /// <summary>"OTDMARK" and a zero.</summary>
    private const ulong Magic = 0x004b52414d44544f;

    private readonly IFile _file;
    private ulong _count;

    private CommitMark(IFile file, ulong count) => (_file, _count) = (file, count);

    public static string PathIn(string directory) => Path.Combine(directory, "COMMITTED");

    /// <summary>Null when there is none: the log is new, of an older version, or the file is lost.</summary>
    public static LogPosition? TryRead(IFiles files, string directory, out ulong count)
    {
        count = 0;
        string path = PathIn(directory);
        if (!files.Exists(path))
        {
            return null;
        }
        byte[] bytes = files.ReadWhole(path, 2 * SectorBytes);
        LogPosition? newest = null;
        for (int at = 0; at + SlotBytes <= bytes.Length; at += SectorBytes)
        {
            ReadOnlySpan<byte> slot = bytes.AsSpan(at, SlotBytes);
            ulong number = BinaryPrimitives.ReadUInt64LittleEndian(slot[8..]);
            if (BinaryPrimitives.ReadUInt64LittleEndian(slot) != Magic
                || BinaryPrimitives.ReadUInt32LittleEndian(slot[28..]) != Crc32.HashToUInt32(slot[..28])
                || number <= count)
            {
                continue;
            }
            count = number;
            newest = new LogPosition(
                BinaryPrimitives.ReadUInt32LittleEndian(slot[16..]),
                BinaryPrimitives.ReadInt32LittleEndian(slot[20..]),
                BinaryPrimitives.ReadUInt32LittleEndian(slot[24..]));
        }
        return newest;
    }

    /// <summary>Opens the mark for writing; made when missing.</summary>
    public static CommitMark Open(IFiles files, string directory)
    {
        TryRead(files, directory, out ulong count);
        string path = PathIn(directory);
        if (!files.Exists(path))
        {
            files.WriteWhole(path, new byte[2 * SectorBytes]);
        }
        return new CommitMark(files.Open(path), count);
    }

    /// <summary>Says that everything before this position is on disk. Does not wait.</summary>
    public void Write(LogPosition position)
    {
        Span<byte> slot = stackalloc byte[SlotBytes];
        ulong count = _count + 1;
        BinaryPrimitives.WriteUInt64LittleEndian(slot, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(slot[8..], count);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[16..], position.Segment);
        BinaryPrimitives.WriteInt32LittleEndian(slot[20..], position.Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[24..], position.Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[28..], Crc32.HashToUInt32(slot[..28]));
        _file.Write(slot, (long)(count % 2) * SectorBytes);
        _count = count;
    }

    public void Flush() => _file.Flush();

    public void Dispose() => _file.Dispose();
}
