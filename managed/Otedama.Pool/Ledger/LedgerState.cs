using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The fold over the share log: accounts, window, balances, blocks. The running pool applies the same records as a
/// replay does, so both give the same state. Not thread-safe.
/// </summary>
internal sealed class LedgerState
{
    /// <summary>Shares kept for the PPLNS window: 100 MB at most. A window of more shares ends there.</summary>
    public const int WindowSharesMax = 1 << 22;

    /// <summary>Blocks kept for queries; older settled ones only count.</summary>
    public const int BlocksMax = 10_000;

    /// <summary>Payout entries kept for queries, 12 MB; older blocks lose theirs.</summary>
    public const int EntriesMax = 500_000;

    private readonly Dictionary<string, int> _accountIds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LedgerPayee> _payeesByScript = new(StringComparer.Ordinal);
    private readonly Dictionary<Hash256, LedgerBlock> _blocksByHash = [];
    private int _entriesKept;

    public List<LedgerAccount> Accounts { get; } = [];

    /// <summary>By payee number; null where an account has another's number as payee.</summary>
    public List<LedgerPayee?> Payees { get; } = [];

    /// <summary>In the order of finding.</summary>
    public LinkedList<LedgerBlock> Blocks { get; } = [];

    /// <summary>Blocks that are neither confirmed nor orphaned yet.</summary>
    public List<LedgerBlock> Pending { get; } = [];

    public ShareWindow Window { get; } = new(WindowSharesMax);

    public WorkMeter Meter { get; } = new();

    public long Shares { get; private set; }

    public UInt128 Work { get; private set; }

    public long BlocksFound { get; private set; }

    public long BlocksConfirmed { get; private set; }

    public long BlocksOrphaned { get; private set; }

    public static string KeyOf(ReadOnlySpan<byte> script, string worker) =>
        string.Concat(Convert.ToHexStringLower(script), "/", worker);

    public bool TryFindAccount(string key, out int id) => _accountIds.TryGetValue(key, out id);

    public bool Knows(Hash256 block) => _blocksByHash.ContainsKey(block);

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
        if (record.Id != Accounts.Count)
        {
            throw new LogException(
                $"share log: account {record.Id} where account {Accounts.Count} was expected. Restore the log from a backup.");
        }
        string script = Convert.ToHexStringLower(record.Script.Span);
        bool known = _payeesByScript.TryGetValue(script, out LedgerPayee? payee);
        payee ??= new LedgerPayee { Id = record.Id, Script = record.Script, Address = record.Address };
        if (!known && record.Id != 0)
        {
            _payeesByScript.Add(script, payee); // the operator's own script may change, so it is nobody else's payee
        }
        Payees.Add(known ? null : payee);
        Accounts.Add(new LedgerAccount { Id = record.Id, Payee = payee, Worker = record.Worker });
        if (record.Id != 0)
        {
            _accountIds[KeyOf(record.Script.Span, record.Worker)] = record.Id;
        }
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
        Shares++;
        Work += share.Work;
    }

    public void Apply(BlockRecord record)
    {
        var block = new LedgerBlock(record);
        if (!_blocksByHash.TryAdd(record.BlockHash, block))
        {
            return; // the same block twice pays once
        }
        BlocksFound++;
        Blocks.AddLast(block);
        Pending.Add(block);
        _entriesKept += record.Entries.Count;
        foreach (PayoutEntry entry in record.Entries)
        {
            LedgerPayee payee = PayeeOf(entry.Payee);
            payee.Earned += entry.Earned;
            payee.Paid += entry.Paid;
            payee.Payable += Min(entry.Earned - entry.Paid, Amount.Zero);
        }
        Forget();
    }

    public void Settle(BlockStatusRecord record, BlockStatus status)
    {
        if (!_blocksByHash.TryGetValue(record.BlockHash, out LedgerBlock? block) || block.Status != BlockStatus.Pending)
        {
            return;
        }
        block.Status = status;
        block.Reason = record.Reason;
        Pending.Remove(block);
        foreach (PayoutEntry entry in block.Entries)
        {
            LedgerPayee payee = PayeeOf(entry.Payee);
            Amount net = entry.Earned - entry.Paid;
            if (status == BlockStatus.Confirmed)
            {
                payee.Payable += net - Min(net, Amount.Zero);
            }
            else
            {
                payee.Earned -= entry.Earned;
                payee.Paid -= entry.Paid;
                payee.Payable -= Min(net, Amount.Zero);
            }
        }
        BlocksConfirmed += status == BlockStatus.Confirmed ? 1 : 0;
        BlocksOrphaned += status == BlockStatus.Orphaned ? 1 : 0;
    }

    private LedgerAccount AccountOf(int id) => (uint)id < (uint)Accounts.Count
        ? Accounts[id]
        : throw new LogException($"share log: account {id} was never made. Restore the log from a backup.");

    private LedgerPayee PayeeOf(int id) => (uint)id < (uint)Payees.Count && Payees[id] is { } payee
        ? payee
        : throw new LogException($"share log: payee {id} was never made. Restore the log from a backup.");

    /// <summary>Drops what is only for display from the oldest settled blocks.</summary>
    private void Forget()
    {
        LinkedListNode<LedgerBlock>? node = Blocks.First;
        while (node is not null && (Blocks.Count > BlocksMax || _entriesKept > EntriesMax))
        {
            LinkedListNode<LedgerBlock>? next = node.Next;
            LedgerBlock block = node.Value;
            if (block.Status != BlockStatus.Pending)
            {
                _entriesKept -= block.Entries.Count;
                block.Entries = [];
                if (Blocks.Count > BlocksMax)
                {
                    Blocks.Remove(node);
                    _blocksByHash.Remove(block.Record.BlockHash);
                }
            }
            node = next;
        }
    }

    private static Amount Min(Amount left, Amount right) => left < right ? left : right;
}
