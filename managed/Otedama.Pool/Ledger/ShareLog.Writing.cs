using Microsoft.Extensions.Logging;

namespace Otedama.Pool;

/// <summary>From memory into segments.</summary>
public sealed partial class ShareLog
{
    /// <summary>Room for `length` more bytes in the pending buffer. Under the append lock.</summary>
    private bool Reserve(int length)
    {
        int needed = _pendingLength + length;
        if (needed > _options.PendingBytesMax)
        {
            return false;
        }
        if (needed > _pending.Length)
        {
            Array.Resize(ref _pending, Math.Max(needed, Math.Min(_pending.Length * 2, _options.PendingBytesMax)));
        }
        return true;
    }

    private void Seal(int length, LogRecordType type, byte version)
    {
        int earlier = _options.Sync == LogSync.Group ? _pendingRecords : LogFormat.EarlierUnknown;
        LogFormat.SealFrame(_pending.AsSpan(_pendingLength, length), type, version, earlier, _nextSequence);
        _pendingLength += length;
        _pendingRecords++;
        _nextSequence = unchecked(_nextSequence + 1);
    }

    private void TakePending()
    {
        lock (_appendGate)
        {
            (_pending, _writing) = (_writing, _pending);
            _writingLength = _pendingLength;
            _pendingLength = 0;
            _pendingRecords = 0;
        }
        _writingDone = 0;
        _flushedDone = 0;
    }

    /// <summary>
    /// After a failure everything since the last confirmed flush is written again: the system may have dropped pages
    /// that it could not write, and a second flush would not say so.
    /// </summary>
    private void WriteAndFlush()
    {
        try
        {
            WriteOut();
            if (_options.Sync == LogSync.Group)
            {
                _file!.Flush();
            }
        }
        catch
        {
            _end = _flushed;
            _writingDone = _flushedDone;
            throw;
        }
        Confirm();
    }

    /// <summary>The disk has everything up to _end.</summary>
    private void Confirm()
    {
        _writingLength = 0;
        _writingDone = 0;
        _flushed = _end;
        _flushedDone = 0;
        lock (_committedGate)
        {
            _committed = _end;
        }
        MarkCommitted();
        AskForUpkeep();
    }

    /// <summary>A mark that fails takes nothing from the commit: it only says less than is there.</summary>
    private void MarkCommitted()
    {
        if (_options.Sync != LogSync.Group)
        {
            return;
        }
        try
        {
            _mark!.Write(_end);
        }
        catch (IOException e)
        {
            LogNoMark(e.Message);
        }
    }

    private void WriteOut()
    {
        while (true)
        {
            int length = FramesThatFit(out uint frames);
            if (length > 0)
            {
                _file!.Write(_writing.AsSpan(_writingDone, length), _end.Offset);
                _end = new LogPosition(_end.Segment, _end.Offset + length, unchecked(_end.Sequence + frames));
                _writingDone += length;
            }
            if (_writingDone == _writingLength)
            {
                return;
            }
            NextSegment();
        }
    }

    /// <summary>Bytes of whole frames from _writingDone that the current segment still takes.</summary>
    private int FramesThatFit(out uint frames)
    {
        int room = _fileLength - _end.Offset;
        int length = 0;
        frames = 0;
        while (_writingDone + length < _writingLength)
        {
            int frame = LogFormat.FrameLength(_writing.AsSpan(_writingDone + length));
            if (length + frame > room)
            {
                break;
            }
            length += frame;
            frames++;
        }
        return length;
    }

    /// <summary>
    /// The full segment is on disk before the next one exists, whatever the policy: only the last segment can be torn.
    /// The next one's name and the mark that it exists are on disk before it takes a record.
    /// </summary>
    private void NextSegment()
    {
        _file!.Flush();
        _flushed = _end;
        _flushedDone = _writingDone;
        uint segment = _end.Segment + 1;
        IFile next = MakeSegment(segment, _end.Sequence);
        LogPosition start = new(segment, LogFormat.SegmentHeaderLength, _end.Sequence);
        try
        {
            _mark!.Write(start);
            _mark.Flush();
        }
        catch
        {
            next.Dispose();
            throw;
        }
        _file.Dispose();
        _file = next;
        _fileLength = (int)next.Length;
        _segmentStart = start;
        _end = start;
        _flushed = _end;
    }

    /// <summary>
    /// Renamed with its header in it, so that a segment without one is damage and a spare with one is a segment. A
    /// second try after a failure replaces a segment that no record was written to yet.
    /// </summary>
    private IFile MakeSegment(uint segment, uint firstSequence)
    {
        IFiles files = _options.Files;
        string spare = LogDirectory.SparePath(_options.Directory);
        string path = LogDirectory.SegmentPath(_options.Directory, segment);
        lock (_spareGate)
        {
            _spareIsDue = false;
            if (!files.Exists(spare))
            {
                files.Create(spare, _options.SegmentBytes);
            }
            using (IFile file = files.Open(spare))
            {
                WriteSegmentHeader(file, segment, firstSequence);
            }
            files.Rename(spare, path);
        }
        files.SyncFolder(_options.Directory);
        return files.Open(path);
    }

    private static void WriteSegmentHeader(IFile file, uint segment, uint firstSequence)
    {
        Span<byte> header = stackalloc byte[LogFormat.SegmentHeaderLength];
        LogFormat.WriteSegmentHeader(header, segment, firstSequence);
        file.Write(header, 0);
        file.Flush();
    }

    /// <summary>After a commit, under its lock: the next segment's file is wanted once the current one is half full.</summary>
    private void AskForUpkeep()
    {
        if (_end.Offset >= _fileLength / 2 && _spareAskedFor != _end.Segment)
        {
            _spareAskedFor = _end.Segment;
            _spareIsDue = true;
            _spares.Wake.Set();
        }
        if (IsSnapshotDue && _snapshotAskedFor != _segmentStart.Segment)
        {
            _snapshotAskedFor = _segmentStart.Segment;
            _snapshots.Wake.Set();
        }
    }

    private void MakeSpare()
    {
        lock (_spareGate)
        {
            if (!_spareIsDue)
            {
                return;
            }
            _spareIsDue = false;
            try
            {
                _options.Files.Create(LogDirectory.SparePath(_options.Directory), _options.SegmentBytes);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogNoSpare(e.Message); // the commit that needs it tries again and reports
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "log_no_spare",
        Message = "Could not prepare the next segment of the share log: {Reason}. Free some disk space.")]
    private partial void LogNoSpare(string reason);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "log_no_mark",
        Message = "Could not note how far the share log is committed: {Reason}. The records themselves are on disk.")]
    private partial void LogNoMark(string reason);

    [LoggerMessage(Level = LogLevel.Error, EventName = "log_left_behind",
        Message = "The share log closed with {Bytes} bytes that the disk did not take: {Reason}. "
            + "None of them was acknowledged.")]
    private partial void LogLeftBehind(int bytes, string reason);
}
