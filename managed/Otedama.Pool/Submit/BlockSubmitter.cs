using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Brings found blocks to the nodes: booked, written to disk with the booking, sent to all nodes at once, sent again while
/// none has answered. Submit may be called from the validator's thread; one worker does the rest.
/// </summary>
public sealed partial class BlockSubmitter : IBlockSink, IAsyncDisposable
{
    /// <summary>Blocks waiting for the worker. Even a test chain with a block a share stays far below.</summary>
    private const int QueueMax = 1_024;

    private const int RecentMax = 100;

    /// <summary>A disk that takes longer must not cost the block.</summary>
    private static readonly TimeSpan s_diskPatience = TimeSpan.FromSeconds(2);

    private readonly NodeClientGroup _nodes;
    private readonly FoundBlockFolder _folder;
    private readonly PoolWorld _world;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<FoundBlockWork> _queue;
    private readonly Signal _again;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new(); // guards the five below
    private readonly Dictionary<Hash256, FoundBlockWork> _unkept = [];
    private readonly LinkedList<BlockReport> _recent = [];
    private readonly HashSet<Hash256> _underWay = [];
    private readonly HashSet<Task> _fates = [];
    private readonly HashSet<Task> _deliveries = [];
    private readonly RivalGate _rivals = new();
    private Task _worker = Task.CompletedTask;
    private Task _resender = Task.CompletedTask;
    private long _foundCount;
    private long _acceptedCount;
    private long _refusedCount;

    /// <param name="dataFolder">The data directory; blocks are kept in its folder "blocks-found".</param>
    public BlockSubmitter(NodeClientGroup nodes, string dataFolder, PoolWorld world, ILogger logger)
    {
        _nodes = nodes;
        _world = world;
        _time = world.Time;
        _logger = logger;
        _again = new Signal(_time);
        _folder = new FoundBlockFolder(Path.Combine(dataFolder, "blocks-found"), logger);
        _queue = Channel.CreateBounded<FoundBlockWork>(
            new BoundedChannelOptions(QueueMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        nodes.NodeReturned += OnNodeReturned;
    }

    /// <summary>A block was found; nothing is known about its fate. Called on the validator's thread.</summary>
    public event Action<BlockReport>? Found;

    /// <summary>A node took it, all refused it, or none can say for now. Called on a pool thread.</summary>
    public event Action<BlockReport>? Resolved;

    public long FoundCount => Interlocked.Read(ref _foundCount);

    public long AcceptedCount => Interlocked.Read(ref _acceptedCount);

    public long RefusedCount => Interlocked.Read(ref _refusedCount);

    /// <summary>The newest 100 blocks, newest first.</summary>
    public IReadOnlyList<BlockReport> Recent
    {
        get
        {
            lock (_lock)
            {
                return [.. _recent];
            }
        }
    }

    /// <summary>
    /// Books every kept block that the ledger does not know, as after a crash between a node's acceptance and the ledger's
    /// commit. Before Start, so that the first job does not pay the same debts again. Returns how many were booked.
    /// </summary>
    public int BookKept(IBlockBook book)
    {
        int booked = 0;
        foreach (KeptBlock kept in _folder.ReadAll())
        {
            try
            {
                if (kept.Booking is { } booking && book.BookKept(booking))
                {
                    SubmitLog.BookedAgain(_logger, kept.Block.Id, kept.Block.Height);
                    booked++;
                }
            }
            catch (Exception e) when (e is LedgerFullException or FormatException)
            {
                SubmitLog.NotBooked(_logger, kept.Block.Id, kept.Block.Height, e);
            }
        }
        return booked;
    }

    public void Start()
    {
        _worker = Task.Run(WorkAsync);
        _resender = Task.Run(ResendAsync);
    }

    public Hash256? Submit(PoolJob job, ReadOnlySpan<byte> header, in Candidate candidate, Hash256 proof, IBlockBook? book)
    {
        AssembledBlock block = job.Assemble(header, candidate.Extranonce.Span, proof);
        int account = Math.Max(0, candidate.AccountId); // the operator stands in for a finder without an account
        if (!_rivals.TryEnter(job.Template.PreviousHash, job.Job.Generation, () => Send(job, block, account, book)))
        {
            return null;
        }
        Send(job, block, account, book);
        return block.Id;
    }

    private void Send(PoolJob job, AssembledBlock block, int account, IBlockBook? book)
    {
        BlockBooking? booking = TryBook(book, job, block, account);
        var found = new BlockReport
        {
            Id = block.Id,
            Height = block.Height,
            Reward = job.Split.Reward,
            JobId = job.Id,
            AccountId = account,
            FoundAt = _time.GetUtcNow(),
            Parent = job.Template.PreviousHash,
        };
        if (!_queue.Writer.TryWrite(new FoundBlockWork(block, booking, found)))
        {
            // More blocks than a chain can have; the disk takes it, and the next round of sending again gets it.
            _folder.TryKeep(block, booking);
        }
        Interlocked.Increment(ref _foundCount);
        Remember(found);
        SubmitLog.Found(_logger, found.Id, found.Height, found.AccountId, found.JobId);
        Raise(Found, found);
    }

    /// <summary>Waits up to 5 s for blocks under way, then stops; what has no answer stays on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        _nodes.NodeReturned -= OnNodeReturned;
        _queue.Writer.TryComplete();
        _stop.CancelAfter(TimeSpan.FromSeconds(5));
        await _worker.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(Running(_fates)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stop.CancelAsync();
        await _resender.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(Running(_deliveries)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    /// <summary>A booking that fails must not cost the block.</summary>
    private BlockBooking? TryBook(IBlockBook? book, PoolJob job, AssembledBlock block, int account)
    {
        try
        {
            return book?.Book(job, block.Id, account);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            SubmitLog.NotBooked(_logger, block.Id, block.Height, e);
            return null;
        }
    }

    private void Remember(BlockReport found)
    {
        lock (_lock)
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

    private sealed record FoundBlockWork(AssembledBlock Block, BlockBooking? Booking, BlockReport Found);
}
