using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Brings found blocks to the nodes: written to disk, sent to all nodes at once, sent again on start and when a node
/// returns, until one has answered. Submit may be called from the validator's thread; one worker does the rest.
/// </summary>
public sealed class BlockSubmitter : IBlockSink, IAsyncDisposable
{
    /// <summary>Blocks waiting for the worker. Even a test chain with a block a share stays far below.</summary>
    private const int QueueMax = 1_024;

    /// <summary>Blocks whose answers may be outstanding at once.</summary>
    private const int ParallelMax = 8;

    private const int RecentMax = 100;

    private readonly NodeClientGroup _nodes;
    private readonly FoundBlockFolder _folder;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<(AssembledBlock Block, BlockReport Found)> _queue;
    private readonly SemaphoreSlim _slots = new(ParallelMax);
    private readonly SemaphoreSlim _again = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _recentLock = new();
    private readonly LinkedList<BlockReport> _recent = [];
    private readonly HashSet<Hash256> _underWay = [];
    private readonly RivalGate _rivals = new();
    private Task _worker = Task.CompletedTask;
    private Task _waiter = Task.CompletedTask;
    private long _foundCount;
    private long _acceptedCount;
    private long _refusedCount;

    /// <param name="dataFolder">The data directory; blocks are kept in its folder "blocks-found".</param>
    public BlockSubmitter(NodeClientGroup nodes, string dataFolder, TimeProvider time, ILogger logger)
    {
        _nodes = nodes;
        _time = time;
        _logger = logger;
        _folder = new FoundBlockFolder(Path.Combine(dataFolder, "blocks-found"), logger);
        _queue = Channel.CreateBounded<(AssembledBlock, BlockReport)>(
            new BoundedChannelOptions(QueueMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        nodes.NodeReturned += OnNodeReturned;
    }

    /// <summary>A block was found; nothing is known about its fate. Called on the validator's thread.</summary>
    public event Action<BlockReport>? Found;

    /// <summary>All nodes answered, or none can be reached for now. Called on a pool thread.</summary>
    public event Action<BlockReport>? Resolved;

    public long FoundCount => Interlocked.Read(ref _foundCount);

    public long AcceptedCount => Interlocked.Read(ref _acceptedCount);

    public long RefusedCount => Interlocked.Read(ref _refusedCount);

    /// <summary>The newest 100 blocks, newest first.</summary>
    public IReadOnlyList<BlockReport> Recent
    {
        get
        {
            lock (_recentLock)
            {
                return [.. _recent];
            }
        }
    }

    public void Start()
    {
        _worker = Task.Run(WorkAsync);
        _waiter = Task.Run(ResendAsync);
        OnNodeReturned("");
    }

    public bool Submit(PoolJob job, ReadOnlySpan<byte> header, in Candidate candidate, Hash256 proof)
    {
        if (!_rivals.TryEnter(job.Template.PreviousHash, job.Job.Generation))
        {
            return false;
        }
        AssembledBlock block = job.Assemble(header, candidate.Extranonce.Span, proof);
        var found = new BlockReport
        {
            Id = block.Id,
            Height = block.Height,
            Reward = job.Split.Reward,
            JobId = job.Id,
            AccountId = candidate.AccountId,
            FoundAt = _time.GetUtcNow(),
            Parent = job.Template.PreviousHash,
        };
        if (!_queue.Writer.TryWrite((block, found)))
        {
            // More blocks than a chain can have; the disk takes it, and the next returning node gets it.
            _folder.TryKeep(block);
        }
        Interlocked.Increment(ref _foundCount);
        Remember(found);
        SubmitLog.Found(_logger, found.Id, found.Height, found.AccountId, found.JobId);
        Raise(Found, found);
        return true;
    }

    /// <summary>Waits up to 5 s for blocks under way, then stops; what has no answer stays on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        _nodes.NodeReturned -= OnNodeReturned;
        _queue.Writer.TryComplete();
        _stop.CancelAfter(TimeSpan.FromSeconds(5));
        await _worker.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        for (int i = 0; i < ParallelMax; i++)
        {
            await _slots.WaitAsync();
        }
        await _stop.CancelAsync();
        await _waiter.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        await foreach ((AssembledBlock block, BlockReport found) in _queue.Reader.ReadAllAsync())
        {
            bool first = TryBegin(block.Id);
            bool kept = _folder.TryKeep(block);
            if (first && await TryTakeSlotAsync())
            {
                _ = Task.Run(() => DeliverAsync(block, found, kept));
            }
        }
    }

    /// <summary>Claims a block, so that a round of resending does not send it a second time meanwhile.</summary>
    private bool TryBegin(Hash256 id)
    {
        lock (_recentLock)
        {
            return _underWay.Add(id);
        }
    }

    /// <summary>False when stopping: the block stays on disk for the next start.</summary>
    private async Task<bool> TryTakeSlotAsync()
    {
        try
        {
            await _slots.WaitAsync(_stop.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Holds one slot and the claim on the block, and gives both back.</summary>
    private async Task DeliverAsync(AssembledBlock block, BlockReport found, bool flush)
    {
        try
        {
            Task<NodeVerdict[]> answers = _nodes.SubmitBlockAsync(block, _stop.Token);
            if (flush)
            {
                _folder.Flush(block);
            }
            Settle(found with { Verdicts = await answers });
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopping; the file on disk is sent at the next start.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            SubmitLog.Broke(_logger, block.Id, e);
        }
        finally
        {
            lock (_recentLock)
            {
                _underWay.Remove(block.Id);
            }
            _slots.Release();
        }
    }

    private void Settle(BlockReport found)
    {
        // The best answer of any node is the block's fate: one that has it tells the others.
        SubmitOutcome outcome = found.Verdicts.Min(static verdict => verdict.Outcome);
        BlockReport resolved = found with { Outcome = outcome };
        if (outcome != SubmitOutcome.Unreachable) // else its place stays taken: it will be sent again
        {
            _rivals.Leave(found.Parent, accepted: outcome != SubmitOutcome.Rejected);
        }
        switch (outcome)
        {
            case SubmitOutcome.Unreachable:
                SubmitLog.Stranded(_logger, found.Id, found.Height, _folder.Path);
                break;
            case SubmitOutcome.Rejected:
                Interlocked.Increment(ref _refusedCount);
                SubmitLog.Refused(_logger, found.Id, found.Height, string.Join("; ", found.Verdicts.Select(static v => $"{v.Node}: {v.Reason}")));
                _folder.Settle(found.Id, found.Height, accepted: false);
                break;
            default:
                Interlocked.Add(ref _acceptedCount, outcome == SubmitOutcome.Inconclusive ? 0 : 1);
                SubmitLog.Resolved(_logger, found.Id, found.Height, outcome);
                _folder.Settle(found.Id, found.Height, accepted: true);
                break;
        }
        Remember(resolved);
        Raise(Resolved, resolved);
    }

    private void OnNodeReturned(string name)
    {
        try
        {
            _again.Release();
        }
        catch (SemaphoreFullException)
        {
            // A round is due already.
        }
    }

    private async Task ResendAsync()
    {
        while (true)
        {
            await _again.WaitAsync(_stop.Token);
            foreach (AssembledBlock block in _folder.ReadWaiting())
            {
                if (IsSettled(block.Id) || !TryBegin(block.Id))
                {
                    continue;
                }
                if (!await TryTakeSlotAsync())
                {
                    return;
                }
                _ = Task.Run(() => DeliverAsync(block, Recall(block), flush: false));
            }
        }
    }

    /// <summary>True when the file was read just before the answer renamed it.</summary>
    private bool IsSettled(Hash256 id)
    {
        lock (_recentLock)
        {
            return _recent.Any(found => found.Id == id && found.Outcome is not (null or SubmitOutcome.Unreachable));
        }
    }

    private BlockReport Recall(AssembledBlock block)
    {
        lock (_recentLock)
        {
            return _recent.FirstOrDefault(found => found.Id == block.Id) ?? new BlockReport
            {
                Id = block.Id,
                Height = block.Height,
                Reward = Amount.Zero,
                JobId = 0,
                AccountId = 0,
                FoundAt = _time.GetUtcNow(),
            };
        }
    }

    private void Remember(BlockReport found)
    {
        lock (_recentLock)
        {
            for (LinkedListNode<BlockReport>? node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Id == found.Id)
                {
                    node.Value = found;
                    return;
                }
            }
            _recent.AddFirst(found);
            if (_recent.Count > RecentMax)
            {
                _recent.RemoveLast();
            }
        }
    }

    private void Raise(Action<BlockReport>? handlers, BlockReport found)
    {
        try
        {
            handlers?.Invoke(found);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            SubmitLog.Broke(_logger, found.Id, e);
        }
    }
}
