using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Node;

/// <summary>What came of an offered block.</summary>
internal enum BlockFate
{
    /// <summary>It is the new tip.</summary>
    Tip,

    /// <summary>Kept beside the best chain.</summary>
    Side,

    /// <summary>Known already, and fine.</summary>
    Duplicate,

    /// <summary>Refused; the reason says why.</summary>
    Refused,
}

internal readonly record struct BlockOutcome(BlockFate Fate, string? Reason)
{
    public static BlockOutcome Refuse(string reason) => new(BlockFate.Refused, reason);
}

/// <summary>
/// The block tree, the best chain by most work, and the coins at its tip. First seen wins between equals. Not
/// thread-safe: EmbeddedChain's lock guards it; only ReadBlock may run beside it.
/// </summary>
internal sealed class BlockStore : IDisposable
{
    /// <summary>Ids remembered as invalid; older ones would be checked again.</summary>
    private const int InvalidMax = 1000;

    private readonly ChainRules _rules;
    private readonly IProofChecker _proofs;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Dictionary<Hash256, ChainEntry> _entries = [];
    private readonly Dictionary<Hash256, BlockUndo> _undo = [];
    private readonly Queue<Hash256> _invalidOrder = [];
    private readonly HashSet<Hash256> _invalid = [];
    private readonly List<ChainEntry> _active = [];
    private readonly BlockReader _reader;
    private readonly Block _genesis;
    private readonly BlockFile _file;
    private bool _replaying;

    public BlockStore(string path, bool sync, ChainRules rules, IProofChecker proofs, TimeProvider time, ILogger logger)
    {
        (_rules, _proofs, _time, _logger) = (rules, proofs, time, logger);
        _reader = new BlockReader(rules, proofs);
        _genesis = rules.Genesis();
        ChainEntry genesis = new(_genesis.Id, _genesis.Header, null, 1, -1);
        Coins = new CoinSet(rules);
        _entries.Add(genesis.Id, genesis);
        _active.Add(genesis);
        _replaying = true;
        _file = BlockFile.Open(path, genesis.Id, sync);
        try
        {
            _file.Replay(logger, Replay);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
        _replaying = false;
    }

    public CoinSet Coins { get; }

    public ChainEntry Tip => _active[^1];

    public int SideBlocks => _entries.Count - _active.Count;

    /// <summary>Called per disconnected and per connected block while a tip changes.</summary>
    public Action<Block>? Disconnected { get; set; }

    public Action<Block>? Connected { get; set; }

    /// <summary>Tells which transactions' scripts were checked before: those of the mempool.</summary>
    public Func<Transaction, bool> IsKnownValid { get; set; } = _ => false;

    /// <summary>Parses a block from outside. Throws FormatException. Any thread.</summary>
    public Block Parse(ReadOnlySpan<byte> data) => _reader.Read(data);

    public ChainEntry? Find(Hash256 id) => _entries.GetValueOrDefault(id);

    public ChainEntry? AtHeight(int height) => height >= 0 && height < _active.Count ? _active[height] : null;

    public bool IsActive(ChainEntry entry) => ReferenceEquals(AtHeight(entry.Height), entry);

    public bool IsInvalid(Hash256 id) => _invalid.Contains(id);

    public Block ReadBlock(ChainEntry entry) => entry.Parent is null ? _genesis : _reader.Read(_file.Read(entry.Offset));

    public void Dispose() => _file.Dispose();

    /// <summary>
    /// Checks a block fully and, when it has most work, makes it the tip. Throws IOException when it is good but
    /// cannot be stored; nothing has changed then.
    /// </summary>
    public BlockOutcome Accept(Block block)
    {
        Hash256 id = block.Id;
        if (_entries.ContainsKey(id))
        {
            return new BlockOutcome(BlockFate.Duplicate, "duplicate");
        }
        if (_invalid.Contains(id))
        {
            return BlockOutcome.Refuse("duplicate-invalid");
        }
        if ((CheckHeight(block.Header) ?? BlockRules.CheckProof(block.Header, _rules, _proofs)) is string unproven)
        {
            return BlockOutcome.Refuse(unproven);
        }
        if ((BlockRules.CheckBody(block) ?? CheckAncestry(block.Header, out ChainEntry? parent)) is string reason)
        {
            return BlockOutcome.Refuse(reason);
        }
        parent = _entries[block.Header.PreviousHash];
        string? refusal = BlockRules.CheckHeader(block.Header, parent, Now(), _rules);
        if (refusal is null && BlockRules.CheckPlace(block, parent) is string misplaced)
        {
            Remember(id, misplaced);
            refusal = misplaced;
        }
        return refusal is null ? Add(block, parent) : BlockOutcome.Refuse(refusal);
    }

    /// <summary>A block on the tip without looking at its proof of work (BIP 23 proposals); nothing changes.</summary>
    public string? CheckProposal(Block block)
    {
        if (block.Header.PreviousHash != Tip.Id)
        {
            return "inconclusive-not-best-prevblk";
        }
        string? reason = BlockRules.CheckHeader(block.Header, Tip, Now(), _rules) ?? BlockRules.CheckBody(block) ?? BlockRules.CheckPlace(block, Tip);
        if (reason is not null)
        {
            return reason;
        }
        reason = Coins.Connect(block, Tip, checkScripts: true, IsKnownValid, out BlockUndo undo);
        if (reason is null)
        {
            Coins.Disconnect(block, undo);
        }
        return reason;
    }

    /// <summary>
    /// A KawPow header says its height, which chooses the dataset: believed only when it follows a known parent, so that
    /// nobody can have datasets made at will.
    /// </summary>
    private string? CheckHeight(BlockHeader header)
    {
        if (header.ClaimedHeight is null)
        {
            return null;
        }
        if (!_entries.TryGetValue(header.PreviousHash, out ChainEntry? parent))
        {
            return CheckAncestry(header, out _);
        }
        return header.ClaimedHeight == parent.Height + 1 ? null : "bad-height";
    }

    private string? CheckAncestry(BlockHeader header, out ChainEntry? parent)
    {
        if (!_entries.TryGetValue(header.PreviousHash, out parent))
        {
            return _invalid.Contains(header.PreviousHash) ? "bad-prevblk" : "prev-blk-not-found";
        }
        if (Fork(parent).Height < Tip.Height - ChainRules.ReorgDepthMax)
        {
            return "bad-fork-too-deep";
        }
        return parent != Tip && SideBlocks >= ChainRules.SideBlocksMax ? "too-many-side-blocks" : null;
    }

    private BlockOutcome Add(Block block, ChainEntry parent)
    {
        if (parent == Tip)
        {
            return Extend(block);
        }
        ChainEntry entry = new(block.Id, block.Header, parent, block.Transactions.Count, _file.Append(block.ToArray()));
        _entries.Add(entry.Id, entry);
        return entry.Work > Tip.Work ? Reorganise(entry) : new BlockOutcome(BlockFate.Side, null);
    }

    /// <summary>The common case: coins first, then the file, so that a bad block never reaches the disk.</summary>
    private BlockOutcome Extend(Block block)
    {
        if (Coins.Connect(block, Tip, checkScripts: true, IsKnownValid, out BlockUndo undo) is string reason)
        {
            Remember(block.Id, reason);
            return BlockOutcome.Refuse(reason);
        }
        long offset;
        try
        {
            offset = _file.Append(block.ToArray());
        }
        catch (IOException)
        {
            Coins.Disconnect(block, undo);
            throw;
        }
        ChainEntry entry = new(block.Id, block.Header, Tip, block.Transactions.Count, offset);
        _entries.Add(entry.Id, entry);
        Push(entry, block, undo);
        return new BlockOutcome(BlockFate.Tip, null);
    }

    private BlockOutcome Reorganise(ChainEntry best)
    {
        ChainEntry oldTip = Tip;
        ChainEntry fork = Fork(best);
        List<(ChainEntry Entry, Block Block)> old = [];
        while (Tip != fork)
        {
            old.Add((Tip, Pop()));
        }
        foreach (ChainEntry entry in PathTo(best, fork))
        {
            Block block = ReadBlock(entry);
            if (Coins.Connect(block, Tip, checkScripts: true, IsKnownValid, out BlockUndo undo) is string reason)
            {
                Forget(entry, reason);
                Restore(fork, old);
                return BlockOutcome.Refuse(reason);
            }
            Push(entry, block, undo);
        }
        if (!_replaying)
        {
            NodeLog.Reorganised(_logger, oldTip.Height, oldTip.Id.ToString(), best.Height, best.Id.ToString(), fork.Height);
        }
        return new BlockOutcome(BlockFate.Tip, null);
    }

    private void Restore(ChainEntry fork, List<(ChainEntry Entry, Block Block)> old)
    {
        while (Tip != fork)
        {
            Pop();
        }
        for (int i = old.Count - 1; i >= 0; i--)
        {
            string? reason = Coins.Connect(old[i].Block, Tip, checkScripts: false, IsKnownValid, out BlockUndo undo);
            if (reason is not null)
            {
                throw new InvalidOperationException($"block {old[i].Entry.Id} was connected before and is refused now: {reason}");
            }
            Push(old[i].Entry, old[i].Block, undo);
        }
    }

    private void Push(ChainEntry entry, Block block, BlockUndo undo)
    {
        _active.Add(entry);
        _undo[entry.Id] = undo;
        Prune();
        Connected?.Invoke(block);
    }

    private Block Pop()
    {
        ChainEntry entry = Tip;
        Block block = ReadBlock(entry);
        Coins.Disconnect(block, _undo[entry.Id]);
        _undo.Remove(entry.Id);
        _active.RemoveAt(_active.Count - 1);
        Disconnected?.Invoke(block);
        return block;
    }

    /// <summary>Undo data and side branches below the deepest allowed fork are dropped.</summary>
    private void Prune()
    {
        int floor = Tip.Height - ChainRules.ReorgDepthMax;
        if (floor <= 0)
        {
            return;
        }
        _undo.Remove(_active[floor].Id);
        if (SideBlocks > 0 && Tip.Height % 16 == 0)
        {
            foreach (ChainEntry entry in _entries.Values.Where(entry => entry.Height <= floor && !IsActive(entry)).ToList())
            {
                _entries.Remove(entry.Id);
            }
        }
    }

    private ChainEntry Fork(ChainEntry entry)
    {
        while (!IsActive(entry))
        {
            entry = entry.Parent!;
        }
        return entry;
    }

    private static List<ChainEntry> PathTo(ChainEntry best, ChainEntry fork)
    {
        List<ChainEntry> path = [];
        for (ChainEntry entry = best; entry != fork; entry = entry.Parent!)
        {
            path.Add(entry);
        }
        path.Reverse();
        return path;
    }

    /// <summary>Removes a block that failed and everything built on it.</summary>
    private void Forget(ChainEntry bad, string reason)
    {
        foreach (ChainEntry entry in _entries.Values.Where(entry => entry.Height >= bad.Height && entry.Ancestor(bad.Height) == bad).ToList())
        {
            _entries.Remove(entry.Id);
            Remember(entry.Id, reason);
        }
    }

    private void Remember(Hash256 id, string reason)
    {
        if (BlockRules.IsMutation(reason) || !_invalid.Add(id))
        {
            return;
        }
        _invalidOrder.Enqueue(id);
        if (_invalidOrder.Count > InvalidMax)
        {
            _invalid.Remove(_invalidOrder.Dequeue());
        }
    }

    /// <summary>
    /// Takes a stored block. Proof, body and place were checked before it was written and the record's checksum holds;
    /// spends are applied again. Scripts are checked again only when a reorganisation connects the block, as then.
    /// </summary>
    private void Replay(long offset, byte[] payload)
    {
        Block block = _reader.Read(payload);
        Hash256 id = block.Id;
        string? reason = "its parent is unknown";
        if (_entries.TryGetValue(block.Header.PreviousHash, out ChainEntry? parent))
        {
            reason = ReplayOn(parent, block, id, offset);
        }
        if (reason is not null)
        {
            NodeLog.ReplayRefused(_logger, id.ToString(), offset, reason);
        }
    }

    private string? ReplayOn(ChainEntry parent, Block block, Hash256 id, long offset)
    {
        ChainEntry entry = new(id, block.Header, parent, block.Transactions.Count, offset);
        if (parent != Tip)
        {
            _entries.TryAdd(id, entry);
            return entry.Work > Tip.Work ? Reorganise(entry).Reason : null;
        }
        if (Coins.Connect(block, Tip, checkScripts: false, IsKnownValid, out BlockUndo undo) is string reason)
        {
            return reason;
        }
        _entries.Add(id, entry);
        Push(entry, block, undo);
        return null;
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeSeconds();
}
