namespace Otedama.Pool;

/// <summary>
/// One reading of a share log from a position to its end that changes nothing: visits every intact record in order and
/// finds what is damaged. Opening, checking and repairing a log all see it through this.
/// </summary>
/// <remarks>
/// Bytes at the end of the last segment that are no record are an interrupted write, unless an intact record behind them
/// was written after they had been confirmed, or the mark of what was acknowledged lies behind them.
/// </remarks>
internal sealed class LogWalk(IFiles files, string directory)
{
    /// <summary>
    /// Acknowledged records at the very end that may be gone without stopping the pool: what a disk that confirms too
    /// early loses of its last writes.
    /// </summary>
    private const int LostAtEndMax = 1_024;

    private readonly LogScanner _scanner = new();
    private readonly LogPosition? _confirmed = CommitMark.TryRead(files, directory, out _);
    private uint _sequence;
    private uint _segments;

    /// <summary>False when only some closed segments are read, so that their end is not the log's.</summary>
    public bool IsWhole { get; init; } = true;

    public List<LogDamage> Damages { get; } = [];

    /// <summary>Where the records of the last segment begin.</summary>
    public LogPosition LastStart { get; private set; }

    /// <summary>Where the next record goes; without damage that is the end of the log.</summary>
    public LogPosition End { get; private set; }

    /// <summary>Bytes from End on that are an interrupted write.</summary>
    public int TornBytes { get; private set; }

    /// <summary>Acknowledged records among those or behind, few enough to go on.</summary>
    public int LostAtEnd { get; private set; }

    /// <summary>The last segment was made and never written; its header is to be written.</summary>
    public bool IsUnstarted { get; private set; }

    /// <summary>
    /// Reads segments from.Segment to `segments`. `visit` sees nothing behind the first damage, `every` all intact
    /// records.
    /// </summary>
    public void Run(LogPosition from, uint segments, LogVisitor visit, LogVisitor? every = null)
    {
        _sequence = from.Sequence;
        _segments = segments;
        LogVisitor visitIntact = record =>
        {
            every?.Invoke(record);
            if (Damages.Count == 0)
            {
                visit(record);
            }
        };
        int offset = from.Offset;
        for (uint segment = from.Segment; segment <= segments; segment++)
        {
            string path = LogDirectory.SegmentPath(directory, segment);
            if (!files.Exists(path))
            {
                Damages.Add(new LogDamage(LogFault.MissingSegment, segment, path, 0, 0, _sequence, 0));
            }
            else
            {
                using IFile file = files.Open(path, forWriting: false);
                ReadHeader(file, path, segment);
                LastStart = new LogPosition(segment, LogFormat.SegmentHeaderLength, _sequence);
                ReadRecords(file, path, segment, offset, visitIntact);
            }
            offset = LogFormat.SegmentHeaderLength;
        }
        CheckEnd();
    }

    /// <summary>A first number that is higher than expected says how many records the segment before has lost.</summary>
    private void ReadHeader(IFile file, string path, uint segment)
    {
        Span<byte> header = stackalloc byte[LogFormat.SegmentHeaderLength];
        if (LogFormat.TryReadSegmentHeader(header[..file.Read(header, 0)], out uint index, out uint first)
            && index == segment)
        {
            int lost = LogFormat.Distance(_sequence, first);
            if (lost >= 0)
            {
                AddLost((uint)lost, segment);
                _sequence = first;
                return;
            }
        }
        if (IsLast(segment) && file.Length >= header.Length && file.LastNonZero(0, (int)file.Length) < header.Length
            && !(_confirmed?.Segment >= segment))
        {
            IsUnstarted = true;
            return;
        }
        Damages.Add(new LogDamage(LogFault.Header, segment, path, 0, LogFormat.SegmentHeaderLength, _sequence, 0));
    }

    private void AddLost(uint lost, uint segment)
    {
        if (lost == 0)
        {
            return;
        }
        LogDamage? open = Damages.Count > 0 ? Damages[^1] : null;
        if (open is { RecordsLost: 0 } && open.FirstLost == _sequence && open.Fault != LogFault.Header)
        {
            Damages[^1] = open with { RecordsLost = lost };
            return;
        }
        string path = LogDirectory.SegmentPath(directory, segment - 1);
        Damages.Add(new LogDamage(LogFault.Records, segment - 1, path, End.Offset, 0, _sequence, lost));
    }

    private void ReadRecords(IFile file, string path, uint segment, int offset, LogVisitor visit)
    {
        int length = (int)Math.Min(file.Length, int.MaxValue);
        byte[] bytes = []; // from the first damage to the last byte that is not zero
        int start = 0;
        while (true)
        {
            int end = _scanner.Scan(file.Read, offset, length, ref _sequence, visit);
            End = new LogPosition(segment, end, _sequence);
            if (bytes.Length == 0)
            {
                bytes = new byte[file.LastNonZero(end, length) + 1 - end];
                file.Read(bytes, end);
                start = end;
            }
            ReadOnlySpan<byte> rest = bytes.AsSpan(Math.Min(end - start, bytes.Length));
            if (rest.IsEmpty)
            {
                return;
            }
            int next = LogScanner.FindNext(rest, _sequence);
            if (IsLast(segment) && IsInterruptedWrite(rest, next))
            {
                TornBytes = rest.Length;
                return;
            }
            uint lost = next < 0 ? 0 : (uint)LogFormat.Distance(_sequence, LogFormat.Sequence(rest[next..]));
            Damages.Add(new LogDamage(
                LogFault.Records, segment, path, end, next < 0 ? rest.Length : next, _sequence, lost));
            if (next < 0)
            {
                return;
            }
            _sequence = unchecked(_sequence + lost);
            offset = end + next;
        }
    }

    private bool IsInterruptedWrite(ReadOnlySpan<byte> rest, int next)
    {
        if (next < 0)
        {
            return true; // CheckEnd looks at how much of it had been acknowledged
        }
        bool wasConfirmed = _confirmed is { } mark && LogFormat.Distance(_sequence, mark.Sequence) > 0;
        return !wasConfirmed && !LogScanner.ProveConfirmed(rest[next..], _sequence);
    }

    private bool IsLast(uint segment) => IsWhole && segment == _segments;

    private void CheckEnd()
    {
        if (!IsWhole || _confirmed is not { } mark)
        {
            return;
        }
        int lost = LogFormat.Distance(_sequence, mark.Sequence);
        if (mark.Segment > _segments)
        {
            string path = LogDirectory.SegmentPath(directory, mark.Segment);
            Damages.Add(new LogDamage(
                LogFault.MissingSegment, mark.Segment, path, 0, 0, _sequence, (uint)Math.Max(lost, 0)));
        }
        else if (lost > LostAtEndMax)
        {
            string path = LogDirectory.SegmentPath(directory, End.Segment);
            Damages.Add(new LogDamage(LogFault.MissingEnd, End.Segment, path, End.Offset, 0, _sequence, (uint)lost));
        }
        LostAtEnd = Math.Max(lost, 0);
    }
}
