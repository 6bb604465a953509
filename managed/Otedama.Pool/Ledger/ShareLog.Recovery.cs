using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Otedama.Pool;

/// <summary>From segments back into memory.</summary>
public sealed partial class ShareLog
{
    private void Recover(LogVisitor replay)
    {
        File.Delete(LogDirectory.SparePath(_options.Directory));
        File.Delete(LogDirectory.SparePath(_options.Directory) + ".new");
        uint segments = LogDirectory.CountSegments(_options.Directory);
        if (segments == 0)
        {
            string first = LogDirectory.SegmentPath(_options.Directory, 1);
            _options.Storage.Create(first, _options.SegmentBytes);
            segments = 1;
        }
        var scanner = new LogScanner();
        uint sequence = 0;
        for (uint segment = 1; segment <= segments; segment++)
        {
            _file?.Dispose();
            string path = LogDirectory.SegmentPath(_options.Directory, segment);
            _file = _options.Storage.Open(path);
            RecoverSegment(path, segment, isLast: segment == segments, scanner, ref sequence, replay);
        }
        _nextSequence = sequence;
        _flushed = _end;
        _committed = _end;
    }

    private void RecoverSegment(
        string path, uint segment, bool isLast, LogScanner scanner, ref uint sequence, LogVisitor replay)
    {
        int length = (int)Math.Min(_file!.Length, int.MaxValue);
        _fileLength = length;
        if (!CheckHeader(path, segment, isLast, sequence))
        {
            WriteSegmentHeader(_file, segment, sequence);
        }
        int end = scanner.Scan(_file.Read, LogFormat.SegmentHeaderLength, length, ref sequence, replay);
        _end = new LogPosition(segment, end, sequence);
        int dirty = LastNonZero(end, length) + 1;
        if (dirty <= end)
        {
            return;
        }
        if (!isLast)
        {
            throw new LogException(
                $"share log: {path} is damaged at byte {end}, and later segments exist, so this is no torn tail. "
                + "Restore the file from a backup; nothing was changed.");
        }
        SetTailAside(path, end, dirty);
    }

    /// <summary>
    /// False when the header of the last segment was never written: the process died while it was being made.
    /// </summary>
    private bool CheckHeader(string path, uint segment, bool isLast, uint sequence)
    {
        Span<byte> header = stackalloc byte[LogFormat.SegmentHeaderLength];
        if (_file!.Read(header, 0) == header.Length
            && LogFormat.TryReadSegmentHeader(header, segment, out uint first)
            && first == sequence)
        {
            return true;
        }
        if (isLast && LastNonZero(0, (int)_file.Length) < LogFormat.SegmentHeaderLength && _file.Length >= header.Length)
        {
            return false;
        }
        throw new LogException(
            $"share log: the header of {path} does not belong to segment {segment} starting with record {sequence}. "
            + "Restore the file from a backup; nothing was changed.");
    }

    /// <summary>Position of the last byte that is not zero from `from` on; from - 1 when there is none.</summary>
    private int LastNonZero(int from, int length)
    {
        byte[] buffer = new byte[64 * 1024];
        int end = length;
        while (end > from)
        {
            int start = Math.Max(from, end - buffer.Length);
            int read = _file!.Read(buffer.AsSpan(0, end - start), start);
            int last = buffer.AsSpan(0, read).LastIndexOfAnyExcept((byte)0);
            if (last >= 0)
            {
                return start + last;
            }
            end = start;
        }
        return from - 1;
    }

    /// <summary>
    /// Bytes behind the last intact record were never acknowledged (or the disk lost them): kept for a look, then
    /// cleared, so that they cannot pass for records once new ones lie before them.
    /// </summary>
    private void SetTailAside(string path, int start, int end)
    {
        byte[] tail = new byte[end - start];
        int read = _file!.Read(tail, start);
        string aside = AsidePath(path, start);
        File.WriteAllBytes(aside, tail.AsSpan(0, read));
        _file.Write(new byte[tail.Length], start);
        _file.Flush();
        LogTornTail(path, start, tail.Length, aside);
    }

    private static string AsidePath(string path, int start)
    {
        for (int n = 0; ; n++)
        {
            string aside = string.Create(CultureInfo.InvariantCulture, $"{path}.{start}{(n == 0 ? "" : $"-{n}")}.torn");
            if (!File.Exists(aside))
            {
                return aside;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "log_torn_tail",
        Message = "{Path} ended with {Bytes} bytes from byte {Start} that are no whole record: the last write was "
            + "interrupted. They are kept in {Aside}; everything before is intact.")]
    private partial void LogTornTail(string path, int start, int bytes, string aside);
}
