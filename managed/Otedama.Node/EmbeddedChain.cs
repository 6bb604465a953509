using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Node;

/// <summary>
/// Block store, mempool and wallet behind one lock, and the signals long polls wait for. All members may be called
/// from any thread.
/// </summary>
internal sealed class EmbeddedChain : IDisposable
{
    /// <summary>Nonces tried per call of the proof checker while generating.</summary>
    private const int GenerateBatch = 256;

    private readonly Lock _gate = new();
    private readonly BlockStore _store;
    private readonly TransactionPool _pool;
    private readonly NodeWallet _wallet;
    private readonly IProofChecker _proofs;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly List<Block> _disconnected = [];
    private BlockTemplate? _template;
    private TaskCompletionSource _tipChanged = NewSignal();
    private TaskCompletionSource _poolChanged = NewSignal();

    public EmbeddedChain(NodeDirectory directory, EmbeddedNodeOptions options, IProofChecker proofs, TimeProvider time, ILogger logger)
    {
        (_proofs, _time, _logger) = (proofs, time, logger);
        Rules = new ChainRules(options.Coin, options.Retarget, options.BlockSeconds);
        _wallet = NodeWallet.Open(directory.File("wallet.key"));
        _store = new BlockStore(directory.File("blocks.dat"), options.SyncToDisk, Rules, proofs, time, logger);
        _pool = new TransactionPool(_store, Rules, options.MinRelayFeePerKvb, options.MempoolBytesMax, time);
        _store.IsKnownValid = _pool.Knows;
        _store.Connected = _pool.RemoveConfirmed;
        _store.Disconnected = _disconnected.Add;
    }

    public ChainRules Rules { get; }

    public ReadOnlyMemory<byte> WalletScript => _wallet.Script;

    /// <summary>
    /// Runs a read of several parts without a change in between. The function must not keep what it is given.
    /// </summary>
    public T Read<T>(Func<BlockStore, TransactionPool, T> read)
    {
        lock (_gate)
        {
            return read(_store, _pool);
        }
    }

    public Hash256 GenesisId => Read((store, _) => store.AtHeight(0)!.Id);

    public ChainEntry Tip => Read((store, _) => store.Tip);

    /// <summary>Throws FormatException.</summary>
    public Block Parse(ReadOnlySpan<byte> data) => _store.Parse(data);

    public Block ReadBlock(ChainEntry entry) => _store.ReadBlock(entry);

    public void Dispose() => _store.Dispose();

    /// <summary>Takes a block from outside. Throws IOException when it is good but cannot be stored.</summary>
    public BlockOutcome Submit(Block block)
    {
        lock (_gate)
        {
            BlockOutcome outcome;
            try
            {
                outcome = _store.Accept(block);
            }
            catch (IOException error)
            {
                NodeLog.StoreFailed(_logger, error, block.Id.ToString());
                throw;
            }
            if (_disconnected.Count > 0)
            {
                _pool.Rebuild(_disconnected.AsEnumerable().Reverse());
                _disconnected.Clear();
            }
            Announce(block, outcome);
            return outcome;
        }
    }

    /// <summary>BIP 23 proposal: null or the reason.</summary>
    public string? Propose(Block block)
    {
        lock (_gate)
        {
            Hash256 id = block.Id;
            if (_store.Find(id) is not null)
            {
                return "duplicate";
            }
            return _store.IsInvalid(id) ? "duplicate-invalid" : _store.CheckProposal(block);
        }
    }

    public MempoolRefusal? Submit(Transaction transaction)
    {
        lock (_gate)
        {
            long before = _pool.Generation;
            MempoolRefusal? refusal = _pool.Add(transaction);
            if (_pool.Generation != before)
            {
                Fire(ref _poolChanged);
            }
            return refusal;
        }
    }

    public BlockTemplate Template()
    {
        lock (_gate)
        {
            if (_template is null || _template.Tip != _store.Tip || _template.PoolGeneration != _pool.Generation)
            {
                _template = BlockTemplate.Build(_store, _pool, Rules);
            }
            return _template;
        }
    }

    /// <summary>
    /// Waits until the template differs from the one of this long poll id: at once for a new tip, delay after a
    /// mempool change. Returns after max at the latest.
    /// </summary>
    public async Task WaitForTemplateAsync(string longPollId, TimeSpan delay, TimeSpan max, CancellationToken cancellation)
    {
        using CancellationTokenSource timers = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            await WaitForTemplateAsync(longPollId, delay, Task.Delay(max, _time, timers.Token), timers.Token);
            cancellation.ThrowIfCancellationRequested();
        }
        finally
        {
            await timers.CancelAsync(); // timers that did not fire end with the wait
        }
    }

    private async Task WaitForTemplateAsync(string longPollId, TimeSpan delay, Task timeout, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            (Task tip, Task pool, BlockTemplate template) = Watch();
            if (!longPollId.StartsWith(template.Tip.Id.ToString(), StringComparison.Ordinal))
            {
                return;
            }
            bool poolMoved = template.LongPollId != longPollId;
            Task first = await Task.WhenAny(tip, poolMoved ? Task.Delay(delay, _time, cancellation) : pool, timeout);
            if (first == timeout || first == tip || poolMoved)
            {
                return;
            }
        }
    }

    /// <summary>Spends mature coins of the wallet. Null when they do not suffice.</summary>
    public Transaction? Pay(ReadOnlyMemory<byte> to, Amount amount, long feePerKvb, out Amount fee, out MempoolRefusal? refusal)
    {
        lock (_gate)
        {
            refusal = null;
            Transaction? transaction = _wallet.Pay(Spendable(), to, amount, feePerKvb, out fee);
            if (transaction is not null)
            {
                refusal = Submit(transaction);
            }
            return transaction;
        }
    }

    public Amount Balance()
    {
        lock (_gate)
        {
            return Spendable().Aggregate(Amount.Zero, (sum, coin) => sum + coin.Value.Output.Amount);
        }
    }

    /// <summary>
    /// Mines one block on the tip with a script of the caller; null when triesMax nonces did not suffice.
    /// </summary>
    public Block? Generate(ReadOnlyMemory<byte> script, ref long triesLeft, CancellationToken cancellation)
    {
        BlockTemplate template = Template();
        uint time = (uint)Math.Max(template.TimeMin, _time.GetUtcNow().ToUnixTimeSeconds());
        Block draft = BlockAssembly.Draft(template, script, time, Retargeter.NextBits(template.Tip, time, Rules));
        ProofItem[] items = new ProofItem[GenerateBatch];
        ProofResult[] results = new ProofResult[GenerateBatch];
        byte[] data = new byte[GenerateBatch * BlockHeader.Size];
        Target target = Target.FromCompact(draft.Header.Bits);
        for (uint first = 0; triesLeft > 0 && first < uint.MaxValue - GenerateBatch; first += GenerateBatch)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(GenerateBatch, triesLeft);
            for (int i = 0; i < count; i++)
            {
                (draft.Header with { Nonce = first + (uint)i }).CopyTo(data.AsSpan(i * BlockHeader.Size));
                items[i] = new ProofItem(i * BlockHeader.Size, BlockHeader.Size, template.Height, target);
            }
            _proofs.Check(Rules.Coin.Algorithm, items.AsSpan(0, count), data, results);
            triesLeft -= count;
            int hit = Array.FindIndex(results, 0, count, result => result.Verdict == ProofVerdict.Valid);
            if (hit >= 0)
            {
                return draft with { Header = draft.Header with { Nonce = first + (uint)hit } };
            }
        }
        return null;
    }

    private (Task Tip, Task Pool, BlockTemplate Template) Watch()
    {
        lock (_gate)
        {
            return (_tipChanged.Task, _poolChanged.Task, Template());
        }
    }

    private List<KeyValuePair<OutPoint, Coin>> Spendable()
    {
        int next = _store.Tip.Height + 1;
        return [.. _store.Coins.All
            .Where(coin => coin.Value.Output.Script.Span.SequenceEqual(_wallet.Script)
                && (!coin.Value.IsCoinbase || next - coin.Value.Height >= Rules.Coin.CoinbaseMaturity)
                && !_pool.IsSpent(coin.Key))
            .OrderBy(coin => coin.Value.Height).ThenBy(coin => coin.Key.TxId).ThenBy(coin => coin.Key.Index)];
    }

    private void Announce(Block block, BlockOutcome outcome)
    {
        if (outcome.Fate == BlockFate.Tip)
        {
            NodeLog.NewTip(_logger, _store.Tip.Height, _store.Tip.Id.ToString(), block.Transactions.Count);
            Fire(ref _tipChanged);
        }
        else if (outcome.Fate == BlockFate.Refused)
        {
            NodeLog.BlockRefused(_logger, block.Id.ToString(), outcome.Reason ?? "");
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void Fire(ref TaskCompletionSource signal)
    {
        TaskCompletionSource fired = signal;
        signal = NewSignal();
        fired.SetResult();
    }
}
