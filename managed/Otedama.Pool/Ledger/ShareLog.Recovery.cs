using Microsoft.Extensions.Logging;

namespace Otedama.Pool;

/// <summary>From segments back into memory.</summary>
public sealed partial class ShareLog
{
    private void Recover(LogPosition from, LogVisitor replay)
    {
        WholeFiles.DeleteUnfinished(_options.Files, _options.Directory);
        IReadOnlyList<uint> found = LogDirectory.Segments(_options.Files, _options.Directory);
        uint segments = found.Count == 0 ? 0 : found[^1];
        segments += TakeUpSpare(segments);
        if (segments == 0 && CommitMark.TryRead(_options.Files, _options.Directory, out _) is null)
        {
            segments = 1;
            MakeSegment(segments, 0).Dispose();
        }
        LogWalk walk = new(_options.Files, _options.Directory);
        walk.Run(from, segments, replay);
        if (walk.Damages.Count > 0)
        {
            throw Damaged(walk.Damages);
        }
        Continue(walk);
    }

    private void Continue(LogWalk walk)
    {
        _segmentStart = walk.LastStart;
        _end = walk.End;
        string path = LogDirectory.SegmentPath(_options.Directory, _end.Segment);
        _file = _options.Files.Open(path);
        _fileLength = (int)Math.Min(_file.Length, int.MaxValue);
        if (walk.IsUnstarted)
        {
            WriteSegmentHeader(_file, _end.Segment, _end.Sequence);
        }
        if (walk.TornBytes > 0)
        {
            SetTailAside(path, _end.Offset, walk.TornBytes);
        }
        _nextSequence = _end.Sequence;
        _flushed = _end;
        _committed = _end;
        _mark = CommitMark.Open(_options.Files, _options.Directory);
        if (walk.LostAtEnd > 0)
        {
            LogLostAtEnd(path, walk.LostAtEnd);
            _mark.Write(_end);
        }
    }

    private LogException Damaged(List<LogDamage> damages) => new(
        $"share log: {damages[0].Text}{(damages.Count > 1 ? $"; {damages.Count - 1} more places are damaged" : "")}. This is "
        + "no interrupted write, because later or acknowledged records exist. See all of it with \"otedama ledger check\", "
        + "then restore the files from a backup, or have exactly the damaged places skipped with \"otedama ledger repair\". "
        + "Nothing was changed.");

    /// <summary>
    /// A spare with the header of the next segment is that segment: its rename was lost with the power, its records may
    /// be acknowledged. Any other spare holds nothing. Returns how many segments that adds.
    /// </summary>
    private uint TakeUpSpare(uint segments)
    {
        string spare = LogDirectory.SparePath(_options.Directory);
        if (!_options.Files.Exists(spare))
        {
            return 0;
        }
        byte[] header = _options.Files.ReadWhole(spare, LogFormat.SegmentHeaderLength);
        if (!LogFormat.TryReadSegmentHeader(header, out uint segment, out _))
        {
            _options.Files.Delete(spare);
            return 0;
        }
        if (segment != segments + 1)
        {
            throw new LogException(
                $"share log: {spare} has the header of segment {segment}, but the last segment is number {segments}. Restore "
                + "the segments between from a backup, or move the file away if it is of another log. Nothing was changed.");
        }
        _options.Files.Rename(spare, LogDirectory.SegmentPath(_options.Directory, segment));
        _options.Files.SyncFolder(_options.Directory);
        return 1;
    }

    /// <summary>
    /// Bytes behind the last intact record were never acknowledged (or the disk lost them): kept for a look, then
    /// cleared, so that they cannot pass for records once new ones lie before them.
    /// </summary>
    private void SetTailAside(string path, int start, int length)
    {
        byte[] tail = new byte[length];
        int read = _file!.Read(tail, start);
        string aside = Keep($"{path}.{start}", tail.AsSpan(0, read));
        _file.Write(new byte[length], start);
        _file.Flush();
        LogTornTail(path, start, length, aside);
    }

    /// <summary>On a full disk the copy is given up, not the start: nothing in it was acknowledged.</summary>
    private string Keep(string path, ReadOnlySpan<byte> tail)
    {
        try
        {
            return _options.Files.KeepCopy(path, "torn", tail);
        }
        catch (IOException e)
        {
            return $"no file, because of: {e.Message}";
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "log_torn_tail",
        Message = "{Path} ended with {Bytes} bytes from byte {Start} that are no whole record: the last write was "
            + "interrupted. They are kept in {Aside}; everything before is intact.")]
    private partial void LogTornTail(string path, int start, int bytes, string aside);

    [LoggerMessage(Level = LogLevel.Error, EventName = "log_lost_at_end",
        Message = "{Path} ends before what the disk had confirmed: {Records} acknowledged records are lost. "
            + "Check that disk and whether its write cache survives a power cut.")]
    private partial void LogLostAtEnd(string path, int records);
}
