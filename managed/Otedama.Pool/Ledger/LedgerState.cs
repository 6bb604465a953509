using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The fold over the share log: accounts, window, balances, blocks. The running pool applies the same records as a
/// replay does, so both give the same state. Not thread-safe.
/// </summary>
internal sealed partial class LedgerState
{
    private readonly Dictionary<string, int> _accountIds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LedgerPayee> _payeesByScript = new(StringComparer.Ordinal);

    private long _lastShareMs;

    public List<LedgerAccount> Accounts { get; } = [];

    /// <summary>By payee number; null where an account has another's number as payee.</summary>
    public List<LedgerPayee?> Payees { get; } = [];

    /// <summary>Addresses, the operator's included.</summary>
    public int PayeeCount { get; private set; }

    public WorkWindow Window { get; private set; } = new();

    /// <summary>What work earns at once; nothing before the first such record.</summary>
    public RateRecord Rate { get; private set; } = new(0, Amount.Zero, UInt128.One);

    public WorkMeter Meter { get; private set; } = new();

    public long Shares { get; private set; }

    public UInt128 Work { get; private set; }

    public static string KeyOf(ReadOnlySpan<byte> script, string worker) =>
        string.Concat(Convert.ToHexStringLower(script), "/", worker);

    public bool TryFindAccount(string key, out int id) => _accountIds.TryGetValue(key, out id);

    public LedgerPayee? FindPayee(ReadOnlySpan<byte> script) =>
        _payeesByScript.GetValueOrDefault(Convert.ToHexStringLower(script));

    /// <summary>One record of the log. Throws LogException for what this version cannot read.</summary>
    public void Apply(LogRecord record)
    {
        if (record.Version != 1)
        {
            throw new LogException(
                $"share log: record {record.Sequence} of type {(int)record.Type} has version {record.Version}; this otedama reads "
                + "version 1. Use the otedama that wrote it or a newer one.");
        }
        switch (record.Type)
        {
            case LogRecordType.Account:
                Apply(AccountRecord.Read(record.Payload));
                break;
            case LogRecordType.Share:
                Apply(ShareRecord.Read(record.Payload));
                break;
            case LogRecordType.BlockFound:
                Apply(BlockRecord.Read(record.Payload));
                break;
            case LogRecordType.BlockConfirmed:
                Settle(BlockStatusRecord.Read(record.Payload), BlockStatus.Confirmed);
                break;
            case LogRecordType.BlockOrphaned:
                Settle(BlockStatusRecord.Read(record.Payload), BlockStatus.Orphaned);
                break;
            case LogRecordType.BlockPending:
                Settle(BlockStatusRecord.Read(record.Payload), BlockStatus.Pending);
                break;
            case LogRecordType.Rate:
                Apply(RateRecord.Read(record.Payload));
                break;
            case LogRecordType.Window:
                Apply(WindowRecord.Read(record.Payload));
                break;
            case LogRecordType.Lost:
                ApplyLost(record);
                break;
            default:
                throw new LogException(
                    $"share log: record {record.Sequence} has the unknown type {(int)record.Type}. Use the otedama that wrote it "
                    + "or a newer one.");
        }
    }

    public void Apply(AccountRecord record)
    {
        if (record.Id == 0 && Accounts.Count > 0)
        {
            Payees[0]!.Script = record.Script;
            Payees[0]!.Address = record.Address;
            return;
        }
        if (!TryMakeLost(record.Id) || record.Id != Accounts.Count)
        {
            throw new LogException(
                $"share log: account {record.Id} where account {Accounts.Count} was expected. Restore the log from a backup.");
        }
        string script = Convert.ToHexStringLower(record.Script.Span);
        LedgerPayee? known = record.Id == 0 ? null : _payeesByScript.GetValueOrDefault(script);
        AddAccount(known ?? new LedgerPayee { Id = record.Id, Script = record.Script, Address = record.Address }, record.Worker);
    }

    public void Apply(in ShareRecord share)
    {
        LedgerAccount account = AccountOf(share.AccountId);
        double work = (double)share.Work;
        account.Shares++;
        account.Work += share.Work;
        account.LastShareMs = share.TimeMs;
        account.BestHashTop = Math.Min(account.BestHashTop, share.HashTop);
        (account.Meter ??= new WorkMeter()).Add(share.TimeMs, work);
        Meter.Add(share.TimeMs, work);
        Window.Add(account.Payee.Id, share.Work);
        Credit(account.Payee, share.Work);
        Shares++;
        Work += share.Work;
        _height = share.Height;
        _lastShareMs = share.TimeMs;
    }

    public void Apply(RateRecord record) => Rate = record;

    public void Apply(WindowRecord record) => Window.SetWindow(record.Work);

    /// <summary>The next account: one more worker of a payee, or the first of a new one.</summary>
    private LedgerAccount AddAccount(LedgerPayee payee, string worker)
    {
        int id = Accounts.Count;
        bool isNew = payee.Id == id;
        LedgerAccount account = new() { Id = id, Payee = payee, Worker = worker };
        payee.Workers++;
        Accounts.Add(account);
        Payees.Add(isNew ? payee : null);
        PayeeCount += isNew ? 1 : 0;
        if (id != 0) // the operator's own script may change, so it is nobody else's payee
        {
            if (isNew)
            {
                _payeesByScript.TryAdd(Convert.ToHexStringLower(payee.Script.Span), payee); // lost ones share a script
            }
            _accountIds[KeyOf(payee.Script.Span, worker)] = id;
        }
        return account;
    }

    private LedgerAccount AccountOf(int id) => id >= 0 && TryMakeLost(id + 1)
        ? Accounts[id]
        : throw new LogException($"share log: account {id} was never made. Restore the log from a backup.");

    private LedgerPayee PayeeOf(int id) => id >= 0 && TryMakeLost(id + 1) && Payees[id] is { } payee
        ? payee
        : throw new LogException($"share log: payee {id} was never made. Restore the log from a backup.");
}
