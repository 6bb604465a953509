using System.IO.MemoryMappedFiles;

namespace Otedama.Pool;

/// <summary>
/// Reads what was committed when it was made, through a memory map, beside the writer and without disturbing it.
/// </summary>
public sealed class LogReader
{
    private readonly string _directory;
    private readonly LogPosition _end;
    private readonly LogScanner _scanner = new();

    public LogReader(ShareLog log)
    {
        _directory = log.Directory;
        _end = log.Committed;
    }

    /// <summary>Visits all records from the beginning of the log.</summary>
    public void ReadAll(LogVisitor visit) => Read(LogPosition.Start, visit);

    /// <summary>
    /// Visits the records from a position (ShareLog.Committed of an earlier moment); returns the position after them.
    /// </summary>
    public LogPosition Read(LogPosition from, LogVisitor visit)
    {
        uint sequence = from.Sequence;
        int offset = from.Offset;
        for (uint segment = from.Segment; segment <= _end.Segment; segment++)
        {
            string path = LogDirectory.SegmentPath(_directory, segment);
            int length = (int)new FileInfo(path).Length;
            int limit = segment == _end.Segment ? _end.Offset : length;
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1);
            using MemoryMappedFile map = MemoryMappedFile.CreateFromFile(
                file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            using MemoryMappedViewAccessor view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            SegmentRead read = (bytes, at) => Copy(view, length, bytes, at);
            _scanner.Scan(read, offset, limit, ref sequence, visit);
            offset = LogFormat.SegmentHeaderLength;
        }
        return _end;
    }

    /// <summary>Segments have their full length from the start, so the map never ends before the file.</summary>
    private static int Copy(MemoryMappedViewAccessor view, int length, Span<byte> bytes, long offset)
    {
        int count = (int)Math.Min(bytes.Length, length - offset);
        view.SafeMemoryMappedViewHandle.ReadSpan((ulong)(view.PointerOffset + offset), bytes[..count]);
        return count;
    }
}
