using System.Buffers.Binary;
using Microsoft.Extensions.Logging;

namespace Otedama.Pool;

/// <summary>
/// Keeps the start short and the folder small: a snapshot of everything before a segment now and then, made beside the
/// running log from closed segments alone, and the removal of segments that are older than they must be kept.
/// </summary>
public sealed partial class ShareLog
{
    /// <summary>So that the loss of one leaves a start that still reads only a part of the log.</summary>
    private const int SnapshotsKept = 2;

    /// <summary>Where the first record with a time lies; accounts before it have none.</summary>
    private const int FirstTimeBytesMax = 64 * 1024;

    private Func<ILogFold>? _shadow; // makes an empty fold; null when this log takes no snapshots
    private uint _snapshotSegment = 1; // the newest one ends before this segment
    private readonly LogUpkeep _snapshots;
    private readonly Lock _snapshotGate = new(); // one at a time; before the commit lock

    /// <summary>
    /// Where the newest usable snapshot ends, the fold filled from it. Throws LogException when neither a snapshot nor the
    /// segments before it are there.
    /// </summary>
    private LogPosition LoadSnapshot(ILogFold fold, IReadOnlyList<uint> found)
    {
        LogSnapshots snapshots = new(_options.Files, _options.Directory);
        LogPosition from = snapshots.LoadNewest(fold, LogSnapshotRefused);
        if (found.Count > 0 && found[0] > from.Segment)
        {
            throw new LogException(
                $"share log {_options.Directory}: it begins with segment {found[0]}, and no snapshot of what was before can be "
                + "read. Restore a snapshot file or the segments from a backup. Nothing was changed.");
        }
        if (from.Segment > 1 && (found.Count == 0 || found[^1] < from.Segment))
        {
            throw new LogException(
                $"share log: {LogDirectory.SegmentPath(_options.Directory, from.Segment)} is missing, and "
                + $"{snapshots.PathOf(from.Segment)} shows that it was there. Restore it from a backup. Nothing was changed.");
        }
        _snapshotSegment = from.Segment;
        return from;
    }

    /// <summary>Under the commit lock.</summary>
    private bool IsSnapshotDue =>
        _shadow is not null && _file is not null && _segmentStart.Segment - _snapshotSegment >= _options.SnapshotSegments;

    private void TakeSnapshot()
    {
        lock (_snapshotGate)
        {
            LogPosition position;
            lock (_commitGate)
            {
                if (!IsSnapshotDue)
                {
                    return;
                }
                position = _segmentStart;
                _snapshotSegment = position.Segment;
            }
            MakeSnapshot(position);
        }
    }

    private void MakeSnapshot(LogPosition position)
    {
        try
        {
            ILogFold fold = _shadow!();
            LogSnapshots snapshots = new(_options.Files, _options.Directory);
            LogPosition from = snapshots.LoadNewest(fold, LogSnapshotRefused);
            LogWalk walk = new(_options.Files, _options.Directory) { IsWhole = false };
            walk.Run(from, position.Segment - 1, fold.Apply);
            if (walk.Damages.Count > 0 || walk.End.Sequence != position.Sequence)
            {
                LogNoSnapshot(walk.Damages.Count > 0 ? walk.Damages[0].Text : $"it ends at record {walk.End.Sequence}");
                return;
            }
            snapshots.Write(position, fold);
            Prune(snapshots);
        }
        catch (Exception e) when (e is IOException or LogException or UnauthorizedAccessException or OutOfMemoryException)
        {
            LogNoSnapshot(e.Message);
        }
    }

    /// <summary>
    /// Removes older snapshots, and the segments before the oldest one kept whose records are all older than Keep. The
    /// next segment's first time bounds those of a segment.
    /// </summary>
    private void Prune(LogSnapshots snapshots)
    {
        snapshots.SetDamagedAside(static _ => { }); // said when they were refused; they are none to rely on
        IReadOnlyList<uint> all = snapshots.List();
        foreach (uint old in all.Skip(SnapshotsKept))
        {
            snapshots.Delete(old);
        }
        if (_options.Keep <= TimeSpan.Zero || all.Count < SnapshotsKept)
        {
            return;
        }
        long before = (_options.Time.GetUtcNow() - _options.Keep).ToUnixTimeMilliseconds();
        uint firstKept = all[SnapshotsKept - 1];
        uint removed = 0;
        foreach (uint segment in LogDirectory.Segments(_options.Files, _options.Directory))
        {
            if (segment >= firstKept || !(FirstTimeMs(segment + 1) < before))
            {
                break;
            }
            _options.Files.Delete(LogDirectory.SegmentPath(_options.Directory, segment));
            removed++;
        }
        if (removed > 0)
        {
            LogPruned(removed, _options.Keep.TotalDays);
        }
    }

    /// <summary>Milliseconds since 1970 of a segment's first record that has a time; null when none begins early in it.</summary>
    private long? FirstTimeMs(uint segment)
    {
        string path = LogDirectory.SegmentPath(_options.Directory, segment);
        ReadOnlySpan<byte> bytes = _options.Files.ReadWhole(path, FirstTimeBytesMax).AsSpan(LogFormat.SegmentHeaderLength..);
        while (bytes.Length >= LogFormat.FrameHeaderLength)
        {
            int length = LogFormat.FrameLength(bytes);
            if (length > bytes.Length || !LogFormat.IsIntact(bytes[..length]))
            {
                break;
            }
            if (LogFormat.TypeOf(bytes) is LogRecordType.Share or LogRecordType.BlockFound)
            {
                return BinaryPrimitives.ReadInt64LittleEndian(bytes[LogFormat.FrameHeaderLength..]);
            }
            bytes = bytes[length..];
        }
        return null;
    }

    [LoggerMessage(Level = LogLevel.Error, EventName = "log_snapshot_refused",
        Message = "{Reason} An older snapshot or the whole log is read instead; nothing is lost.")]
    private partial void LogSnapshotRefused(string reason);

    [LoggerMessage(Level = LogLevel.Error, EventName = "log_no_snapshot",
        Message = "No snapshot of the share log was made: {Reason}. The pool goes on; its next start reads more of the log.")]
    private partial void LogNoSnapshot(string reason);

    [LoggerMessage(Level = LogLevel.Information, EventName = "log_pruned",
        Message = "{Segments} segments of the share log were removed: everything in them is older than {Days} days")]
    private partial void LogPruned(uint segments, double days);
}
