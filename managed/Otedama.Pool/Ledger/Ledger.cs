using System.Text;
using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Who worked, who is owed and who was paid: a fold over the share log, kept up to date while the pool runs. Safe from
/// any thread.
/// </summary>
public sealed partial class Ledger : IDisposable
{
    /// <summary>Of the share log, in the pool's directory.</summary>
    public const string FolderName = "shares";

    private const int WorkerBytesMax = 191;

    /// <summary>A block is given up when another one lies at its height under this many more.</summary>
    private const int OrphanDepth = 6;

    private readonly LedgerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PayoutRules _rules;
    private readonly Lock _lock = new(); // guards _state, and keeps the log in the order of its changes
    private LedgerState _state = new(); // replaced only while opening
    private int _accountCount; // written under _lock, read by anyone

    private Ledger(LedgerOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _rules = new PayoutRules
        {
            OperatorScript = options.OperatorScript,
            FeeBasisPoints = options.FeeBasisPoints,
            PayoutMin = options.PayoutMin,
        };
        Log = null!;
    }

    public ShareLog Log { get; private set; }

    /// <summary>Account numbers are below this. Never waits.</summary>
    public int AccountCount => Volatile.Read(ref _accountCount);

    /// <summary>Opens or creates the log and replays it. Throws LogException when it cannot be used.</summary>
    public static Ledger Open(LedgerOptions options, TimeProvider time, ILogger logger)
    {
        PayoutMath.Fee(Amount.Zero, options.FeeBasisPoints); // refuses a fee out of range
        if (options.OperatorScript.IsEmpty)
        {
            throw new ArgumentException("the ledger needs the operator's payout script; set pool.address", nameof(options));
        }
        var ledger = new Ledger(options, time, logger);
        long start = time.GetTimestamp();
        var fold = new LedgerFold();
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
        Storage = options.Storage,
    };

    /// <summary>
    /// Number of the account with this script and worker name, made when new. Throws LedgerFullException when
    /// AccountsMax accounts exist. Worker names are cut to 191 bytes of UTF-8.
    /// </summary>
    public int InternAccount(string address, ReadOnlySpan<byte> script, string worker)
    {
        if (script.IsEmpty || script.Length > 10_000)
        {
            throw new ArgumentException($"payout script of {script.Length} bytes; 1 to 10000 are allowed", nameof(script));
        }
        worker = CutTo(worker, WorkerBytesMax);
        string key = LedgerState.KeyOf(script, worker);
        lock (_lock)
        {
            if (_state.TryFindAccount(key, out int id))
            {
                return id;
            }
            if (_state.Accounts.Count >= _options.AccountsMax)
            {
                throw new LedgerFullException(
                    $"no room for account {CutTo(address, 100)}.{worker}: all {_options.AccountsMax} accounts are taken. "
                    + "Raise pool.accounts_max or use fewer worker names.");
            }
            var record = new AccountRecord(_state.Accounts.Count, script.ToArray(), CutTo(address, 200), worker);
            if (!Log.TryAppend(LogRecordType.Account, AccountRecord.Version, record.ToBytes()))
            {
                throw new LedgerFullException(
                    $"no room for account {CutTo(address, 100)}.{worker}: the share log waits for the disk. "
                    + "Free some space; the pool goes on by itself.");
            }
            _state.Apply(record);
            Volatile.Write(ref _accountCount, _state.Accounts.Count);
            return record.Id;
        }
    }

    /// <summary>
    /// Appends shares for the next commit and counts them. False when the disk does not keep up; then none was taken.
    /// Their accounts exist (below AccountCount).
    /// </summary>
    public bool TryAppend(ReadOnlySpan<ShareRecord> shares)
    {
        lock (_lock)
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
        lock (_lock)
        {
            var record = new BlockRecord
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

    /// <summary>Every node refused our block: its bookings are reverted.</summary>
    public void BlockRefused(Hash256 blockHash, string reason) => Settle(blockHash, BlockStatus.Orphaned, reason);

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
        var record = new AccountRecord(0, _options.OperatorScript, CutTo(_options.OperatorAddress, 200), "");
        Log.TryAppend(LogRecordType.Account, AccountRecord.Version, record.ToBytes());
        _state.Apply(record);
    }

    private static string CutTo(string text, int bytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= bytes)
        {
            return text;
        }
        var cut = new StringBuilder();
        int length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            length += rune.Utf8SequenceLength;
            if (length > bytes)
            {
                break;
            }
            cut.Append(rune.ToString());
        }
        return cut.ToString();
    }

    [LoggerMessage(Level = LogLevel.Information, EventName = "ledger_open",
        Message = "Ledger {Directory}: {Shares} shares and {Blocks} blocks replayed in {Ms:f0} ms")]
    private static partial void LogOpened(ILogger logger, string directory, long shares, long blocks, double ms);

    [LoggerMessage(Level = LogLevel.Critical, EventName = "block_not_logged",
        Message = "The block found at height {Height} ({Hash}) could not be written to the share log: it is full of records "
            + "that wait for the disk. It counts until the next restart only. Free some disk space.")]
    private partial void LogBlockNotLogged(int height, Hash256 hash);
}
