using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Blocks and balances. What a block means for a payee depends on its status alone, and a change of status takes back the
/// one and books the other, so a block may be given up and found again any number of times.
/// </summary>
internal sealed partial class LedgerState
{
    /// <summary>Blocks kept for queries; older settled ones only count.</summary>
    public const int BlocksMax = 10_000;

    /// <summary>Payout entries kept for queries, 12 MB; older blocks lose theirs.</summary>
    public const int EntriesMax = 500_000;

    /// <summary>An orphaned block under this many more is given up for good: above the maturity of every coin we know.</summary>
    public const int WatchDepth = 1_000;

    private readonly Dictionary<Hash256, LedgerBlock> _blocksByHash = [];
    private int _entriesKept;
    private int _height; // of the newest share or block
    private UInt128 _workAtBlock;

    /// <summary>In the order of finding.</summary>
    public LinkedList<LedgerBlock> Blocks { get; } = [];

    /// <summary>Blocks whose status may change, in the order of finding: the pending, and the orphaned of the last 1,000 heights.</summary>
    public List<LedgerBlock> Watched { get; } = [];

    /// <summary>Balances of all but the operator.</summary>
    public LedgerBalance Miners { get; } = new();

    /// <summary>Pending and confirmed ones.</summary>
    public long BlocksFound { get; private set; }

    public long BlocksConfirmed { get; private set; }

    public long BlocksOrphaned { get; private set; }

    /// <summary>
    /// Blocks that the work up to the newest of ours finds on average, orphaned or not; a floating number, for display.
    /// </summary>
    public double BlocksExpected { get; private set; }

    /// <summary>Work since the newest block of ours.</summary>
    public UInt128 WorkSinceBlock => Work - _workAtBlock;

    public LedgerBlock? FindBlock(Hash256 hash) => _blocksByHash.GetValueOrDefault(hash);

    public void Apply(BlockRecord record)
    {
        LedgerBlock block = new(record with { Entries = [] })
        {
            Entries = record.Entries,
            Effort = (double)WorkSinceBlock / Math.Max(1, (double)record.NetworkWork),
        };
        if (!_blocksByHash.TryAdd(record.BlockHash, block))
        {
            return; // the same block twice pays once
        }
        _workAtBlock = Work;
        _height = record.Height;
        BlocksExpected += block.Effort;
        Blocks.AddLast(block);
        Watched.Add(block);
        _entriesKept += block.Entries.Count;
        Book(block, 1);
        Forget();
    }

    public void Settle(BlockStatusRecord record, BlockStatus status)
    {
        if (!_blocksByHash.TryGetValue(record.BlockHash, out LedgerBlock? block) || block.Status == status || block.IsFinal)
        {
            return;
        }
        Book(block, -1);
        block.Status = status;
        block.Reason = record.Reason;
        Book(block, 1);
        if (block.IsFinal)
        {
            Watched.Remove(block);
        }
    }

    /// <summary>Under PPS: the operator owes the payee for the work from now on, and takes the block when there is one.</summary>
    private void Credit(LedgerPayee payee, UInt128 work)
    {
        if (Rate.Reward == Amount.Zero || payee.Id == PayoutPlanner.Operator)
        {
            return;
        }
        Amount amount = PayoutMath.PayPerShare(payee.WorkCredited, work, Rate.Reward, Rate.NetworkWork);
        payee.WorkCredited += work;
        payee.Balance.Credit(amount);
        Miners.Credit(amount);
        Payees[PayoutPlanner.Operator]!.Balance.Credit(Amount.Zero - amount);
    }

    /// <summary>Adds what the block means for everybody, or (sign -1) takes it back.</summary>
    private void Book(LedgerBlock block, int sign)
    {
        BlocksFound += block.Status != BlockStatus.Orphaned ? sign : 0;
        BlocksConfirmed += block.Status == BlockStatus.Confirmed ? sign : 0;
        BlocksOrphaned += block.Status == BlockStatus.Orphaned ? sign : 0;
        foreach (PayoutEntry entry in block.Entries)
        {
            PayeeOf(entry.Payee).Balance.Book(entry, block.Status, sign);
            if (entry.Payee != PayoutPlanner.Operator)
            {
                Miners.Book(entry, block.Status, sign);
            }
        }
    }

    /// <summary>Ends the watch over old orphans, and drops what is only for display from the oldest final blocks.</summary>
    private void Forget()
    {
        foreach (LedgerBlock block in Watched)
        {
            block.IsGivenUp |= block.Status == BlockStatus.Orphaned && _height - WatchDepth > block.Record.Height;
        }
        Watched.RemoveAll(static block => block.IsFinal);
        LinkedListNode<LedgerBlock>? node = Blocks.First;
        while (node is not null && (Blocks.Count > BlocksMax || _entriesKept > EntriesMax))
        {
            LinkedListNode<LedgerBlock>? next = node.Next;
            LedgerBlock block = node.Value;
            if (block.IsFinal)
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
}
