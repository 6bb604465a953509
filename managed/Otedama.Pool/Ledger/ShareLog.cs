using Microsoft.Extensions.Logging;

namespace Otedama.Pool;

/// <summary>
/// The pool's truth: an append-only log of accounts, shares and blocks in segments of fixed size. Any thread appends
/// (into memory); Commit writes everything appended so far in one piece and waits for the disk once.
/// </summary>
/// <remarks>
/// A commit that fails keeps its bytes and is repeated at the same place by the next one, so a full disk delays records
/// but loses none. Nothing may be acknowledged before its commit has returned.
/// </remarks>
public sealed partial class ShareLog : IDisposable
{
    private readonly ShareLogOptions _options;
    private readonly ILogger _logger;
    private readonly IDisposable _held;

    private readonly Lock _appendGate = new(); // guards _pending, _pendingLength, _pendingRecords, _nextSequence
    private byte[] _pending = new byte[64 * 1024];
    private int _pendingLength;
    private int _pendingRecords;
    private uint _nextSequence;

    private readonly Lock _commitGate = new(); // guards everything below
    private byte[] _writing = new byte[64 * 1024];
    private int _writingLength;
    private int _writingDone; // bytes of _writing that are in a segment already
    private IFile? _file;
    private int _fileLength; // bytes of _file; those of an older configuration may differ from SegmentBytes
    private LogPosition _segmentStart; // the first frame of _file
    private LogPosition _end; // where the next frame goes
    private LogPosition _flushed; // _end and _writingDone when the disk last confirmed everything
    private int _flushedDone;
    private CommitMark? _mark;
    private uint _spareAskedFor; // the segment whose successor's file was asked for
    private uint _snapshotAskedFor; // the segment that began when the last snapshot was asked for

    private readonly Lock _spareGate = new(); // guards the file of the next segment; after the commit lock
    private readonly LogUpkeep _spares;
    private volatile bool _spareIsDue;

    private readonly Lock _committedGate = new();
    private LogPosition _committed;

    private ShareLog(ShareLogOptions options, ILogger logger, IDisposable held)
    {
        _options = options;
        _logger = logger;
        _held = held;
        _spares = new LogUpkeep(MakeSpare, options.Time);
        _snapshots = new LogUpkeep(TakeSnapshot, options.Time);
    }

    /// <summary>
    /// Opens or creates the log, replays every record and repairs a torn tail: bytes of an interrupted write behind the
    /// last intact record are kept in a .torn file and cleared. Throws LogException as described there.
    /// </summary>
    public static ShareLog Open(ShareLogOptions options, ILogger logger, LogVisitor replay) =>
        Open(options, logger, log => log.Recover(LogPosition.Start, replay));

    /// <summary>
    /// The same from the newest snapshot on, and takes snapshots while it runs, through folds that `shadow` makes.
    /// </summary>
    public static ShareLog Open(ShareLogOptions options, ILogger logger, ILogFold fold, Func<ILogFold> shadow) =>
        Open(options, logger, log =>
        {
            log._shadow = shadow;
            LogPosition from = log.LoadSnapshot(fold, LogDirectory.Segments(options.Files, options.Directory));
            log.Recover(from, fold.Apply);
        });

    private static ShareLog Open(ShareLogOptions options, ILogger logger, Action<ShareLog> recover)
    {
        if (options.SegmentBytes is < 4_096 or > (1 << 30))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), $"log segment size {options.SegmentBytes} is out of range 4096 to 1073741824 bytes");
        }
        options.Files.CreateFolder(options.Directory);
        ShareLog log = new(options, logger, LogDirectory.Lock(options.Files, options.Directory));
        try
        {
            LogDirectory.CheckVersion(options.Files, options.Directory);
            recover(log);
            return log;
        }
        catch
        {
            log.Close();
            throw;
        }
    }

    /// <summary>Everything before this is on disk (or with the system, by the sync policy) and never changes again.</summary>
    public LogPosition Committed
    {
        get
        {
            lock (_committedGate)
            {
                return _committed;
            }
        }
    }

    public string Directory => _options.Directory;

    /// <summary>
    /// What wants to be done beside the commits, each by a loop of its own: the file of the next segment, snapshots. Where nobody
    /// does it, a commit makes the file itself, and only closing takes a snapshot.
    /// </summary>
    public IReadOnlyList<IStep> Upkeep => [_spares, _snapshots];

    /// <summary>Bytes appended and not yet committed.</summary>
    public int PendingBytes
    {
        get
        {
            lock (_appendGate)
            {
                return _pendingLength;
            }
        }
    }

    /// <summary>Appends one record to the next commit. False when too much waits for a disk that does not keep up.</summary>
    public bool TryAppend(LogRecordType type, byte version, ReadOnlySpan<byte> payload)
    {
        if (payload.Length > MaxPayload)
        {
            throw new ArgumentException(
                $"a log record of {payload.Length} bytes; at most {MaxPayload} fit a segment of {_options.SegmentBytes}");
        }
        lock (_appendGate)
        {
            int length = LogFormat.FrameHeaderLength + payload.Length;
            if (!Reserve(length))
            {
                return false;
            }
            payload.CopyTo(_pending.AsSpan(_pendingLength + LogFormat.FrameHeaderLength));
            Seal(length, type, version);
            return true;
        }
    }

    /// <summary>Appends all of these shares, or none when too much waits.</summary>
    public bool TryAppend(ReadOnlySpan<ShareRecord> shares)
    {
        const int Length = LogFormat.FrameHeaderLength + ShareRecord.Length;
        lock (_appendGate)
        {
            // The last quarter is for accounts and blocks, which must not be lost to a flood of shares.
            if (_pendingLength > _options.PendingBytesMax / 4 * 3 || !Reserve(shares.Length * Length))
            {
                return false;
            }
            foreach (ref readonly ShareRecord share in shares)
            {
                share.Write(_pending.AsSpan(_pendingLength + LogFormat.FrameHeaderLength));
                Seal(Length, LogRecordType.Share, ShareRecord.Version);
            }
            return true;
        }
    }

    /// <summary>
    /// Writes everything appended before the call and waits for the disk once. Throws IOException when the disk refuses;
    /// the records stay and the next call tries again.
    /// </summary>
    public void Commit()
    {
        while (!TryCommit())
        {
            WaitForOther();
        }
    }

    /// <summary>False while a commit is with a loop.</summary>
    private bool TryCommit()
    {
        lock (_commitGate)
        {
            if (_isOut)
            {
                return false;
            }
            if (_writingLength > 0)
            {
                WriteAndFlush(); // what the last commit could not
            }
            TakePending();
            if (_writingLength > 0)
            {
                WriteAndFlush();
            }
            return true;
        }
    }

    /// <summary>Commits what waits, as far as the disk lets it, takes a snapshot when one is due, and closes.</summary>
    public void Dispose()
    {
        try
        {
            Commit();
        }
        catch (IOException e)
        {
            LogLeftBehind(PendingBytes, e.Message);
        }
        TakeSnapshot();
        Close();
    }

    private void Close()
    {
        lock (_snapshotGate)
            lock (_commitGate)
                lock (_spareGate)
                {
                    _spareIsDue = false;
                    _file?.Dispose();
                    _file = null;
                    _mark?.Dispose();
                    _mark = null;
                }
        _held.Dispose();
    }

    private int MaxPayload => Math.Min(
        LogFormat.PayloadMax,
        _options.SegmentBytes - LogFormat.SegmentHeaderLength - LogFormat.FrameHeaderLength);
}
