using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Who worked, who is owed and who was paid: a fold over the share log, kept up to date while the pool runs. Safe from
/// any thread.
/// </summary>
public sealed partial class Ledger : IAccounts, IShareBook, ISplits, IDisposable
{
    /// <summary>Of the share log, in the pool's directory.</summary>
    public const string FolderName = "shares";

    /// <summary>A block is given up when another one lies at its height under this many more.</summary>
    private const int OrphanDepth = 6;

    private readonly LedgerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PayoutRules _rules;
    private readonly Lock _gate = new(); // guards _state, and keeps the log in the order of its changes
    private LedgerState _state = new(); // replaced only while opening
    private UInt128 _networkWork; // of the newest template, under _gate
    private int _accountCount; // written under _gate, read by anyone

    private Ledger(LedgerOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _rules = new PayoutRules
        {
            OperatorScript = options.OperatorScript,
            Fee = options.Fee,
            PayoutMin = options.PayoutMin,
        };
        Log = null!;
    }

    public ShareLog Log { get; private set; }

    /// <summary>The operator's part of every block.</summary>
    public FeeRate Fee => _rules.Fee;

    public int AccountCount => Volatile.Read(ref _accountCount);

    /// <summary>Opens or creates the log and replays it. Throws LogException when it cannot be used.</summary>
    public static Ledger Open(LedgerOptions options, TimeProvider time, ILogger logger)
    {
        if (options.OperatorScript.IsEmpty)
        {
            throw new ArgumentException("the ledger needs the operator's payout script; set pool.address", nameof(options));
        }
        Ledger ledger = new(options, time, logger);
        long start = time.GetTimestamp();
        LedgerFold fold = new();
        ledger.Log = ShareLog.Open(LogOf(options, time), logger, fold, static () => new LedgerFold());
        ledger._state = fold.State;
        try
        {
            ledger.SetOperator();
            ledger.Log.Commit();
        }
        catch
        {
            ledger.Log.Dispose();
            throw;
        }
        LogOpened(
            logger, options.Directory, ledger._state.Shares, ledger._state.BlocksFound, time.GetElapsedTime(start).TotalMilliseconds);
        return ledger;
    }

    private static ShareLogOptions LogOf(LedgerOptions options, TimeProvider time) => new()
    {
        Directory = options.Directory,
        SegmentBytes = options.SegmentBytes,
        Sync = options.Sync,
        Keep = options.LogKeep,
        Time = time,
        Files = options.Files,
    };

    /// <summary>
    /// Appends shares for the next commit and counts them. False when the disk does not keep up; then none was taken.
    /// Their accounts exist (below AccountCount).
    /// </summary>
    public bool TryAppend(ReadOnlySpan<ShareRecord> shares)
    {
        lock (_gate)
        {
            if (!Log.TryAppend(shares))
            {
                return false;
            }
            foreach (ref readonly ShareRecord share in shares)
            {
                _state.Apply(share);
            }
            return true;
        }
    }

    /// <summary>
    /// Books a block of ours for the next commit. At once in memory, so that the next job's split knows what this one
    /// pays. Returns what was booked.
    /// </summary>
    public BlockBooking BlockFound(PoolJob job, Hash256 blockHash, int finderAccount)
    {
        lock (_gate)
        {
            BlockRecord record = new()
            {
                TimeMs = NowMs,
                Height = job.Job.Height,
                Finder = finderAccount,
                BlockHash = blockHash,
                JobId = job.Job.Id,
                Algorithm = job.Job.Algorithm,
                Scheme = _options.Scheme,
                Reward = job.Split.Reward,
                NetworkWork = job.Job.NetworkTarget.ToWork(),
                Entries = PayoutPlanner.EntriesFor(job.Split, _state.Accounts[finderAccount].Payee.Id),
            };
            Append(record);
            return BookingOf(record);
        }
    }

    public void BlockRefused(Hash256 blockHash, string reason)
    {
        if (Settle(blockHash, BlockStatus.Orphaned, reason))
        {
            Changed?.Invoke(); // what it paid is owed again
        }
    }

    /// <summary>What wants to be done beside the commits, each by a loop of its own.</summary>
    public IReadOnlyList<IStep> Upkeep => Log.Upkeep;

    /// <summary>Work here is not chained.</summary>
    public void ChainShare(PoolJob job, ReadOnlySpan<byte> header, in Candidate candidate, Hash256 hash)
    {
    }

    public bool HasPending => Log.PendingBytes > 0;

    public void Commit()
    {
        try
        {
            Log.Commit();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The share log in {_options.Directory} cannot be written: {e.Message}", e);
        }
    }

    public bool TryBeginCommit(ILoopDisk disk) => Log.TryBegin(disk);

    public void EndCommit(IOException? failure) => Log.End(failure);

    public void Dispose() => Log.Dispose();

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private void Append(BlockRecord record)
    {
        if (!Log.TryAppend(LogRecordType.BlockFound, BlockRecord.Version, record.ToBytes()))
        {
            LogBlockNotLogged(record.Height, record.BlockHash);
        }
        _state.Apply(record);
    }

    private void SetOperator()
    {
        _accountCount = Math.Max(1, _state.Accounts.Count);
        bool known = _state.Accounts.Count > 0 && _state.Payees[0]!.Script.Span.SequenceEqual(_options.OperatorScript.Span);
        if (known)
        {
            return;
        }
        AccountRecord record = new(0, _options.OperatorScript, CutTo(_options.OperatorAddress, 200), "");
        Log.TryAppend(LogRecordType.Account, AccountRecord.Version, record.ToBytes());
        _state.Apply(record);
    }

    [LoggerMessage(Level = LogLevel.Information, EventName = "ledger_open",
        Message = "Ledger {Directory}: {Shares} shares and {Blocks} blocks replayed in {Ms:f0} ms")]
    private static partial void LogOpened(ILogger logger, string directory, long shares, long blocks, double ms);

    [LoggerMessage(Level = LogLevel.Critical, EventName = "block_not_logged",
        Message = "The block found at height {Height} ({Hash}) could not be written to the share log: it is full of records "
            + "that wait for the disk. It counts until the next restart only. Free some disk space.")]
    private partial void LogBlockNotLogged(int height, Hash256 hash);
}
