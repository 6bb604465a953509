using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Brings found blocks to the nodes: booked, written to disk with the booking, sent to all nodes at once, sent again
/// while none has answered. Submit may be called from the validator's thread; two steps do the rest, the keeper's for
/// the disk and its own for the nodes.
/// </summary>
public sealed partial class BlockSubmitter : IBlockSink, IStep
{
    /// <summary>A disk that takes longer must not cost the block.</summary>
    private static readonly TimeSpan s_diskPatience = TimeSpan.FromSeconds(2);

    private readonly NodeDoor[] _doors;
    private readonly string _method;
    private readonly IBlockBook? _book;
    private readonly FoundBlockFolder _folder;
    private readonly BlockKeeper _keeper;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<Hash256, bool> _underWay = []; // until it is known what becomes of them
    private readonly Lock _gate = new(); // guards the one below
    private readonly List<FoundWork> _new = [];
    private readonly RivalGate _rivals = new();
    private volatile TaskCompletionSource? _closed;

    /// <param name="nodes">All of them get every block.</param>
    /// <param name="method">The remote procedure that takes a block, as the coin's family calls it.</param>
    /// <param name="book">Null: nothing is booked.</param>
    /// <param name="dataFolder">The data directory; blocks are kept in its folder "blocks-found".</param>
    public BlockSubmitter(
        IReadOnlyList<IRpcLink> nodes, string method, string dataFolder, IBlockBook? book, PoolWorld world, ILogger logger)
    {
        _book = book;
        _doors = [.. nodes.Select(static node => new NodeDoor(node))];
        _method = method;
        _time = world.Time;
        _logger = logger;
        Wake = new Signal(_time);
        _folder = new FoundBlockFolder(world.Files, Path.Combine(dataFolder, "blocks-found"), logger);
        _keeper = new BlockKeeper(_folder, _underWay, Wake, world);
    }

    public Signal Wake { get; }

    /// <summary>
    /// The disk's side, to be called by a loop of its own: it waits for the disk, this one never does.
    /// </summary>
    public IStep Keeper => _keeper;

    /// <summary>A block is on its way to the nodes for the first time. Raised by the step; must not wait.</summary>
    public event Action<AssembledBlock>? Sent;

    /// <summary>What became of the newest blocks.</summary>
    public BlockHistory History { get; } = new();

    /// <summary>
    /// Books every kept block that the book does not know, as after a crash between a node's acceptance and the
    /// ledger's commit. Before Start, so that the first job does not pay the same debts again. Returns how many were
    /// booked.
    /// </summary>
    public int BookKept()
    {
        if (_book is not { } book)
        {
            return 0;
        }
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

    /// <summary>A node serves again: what waits is sent to it.</summary>
    public void OnNodeReturned() => _keeper.Hurry();

    public Hash256? Submit(PoolJob job, ReadOnlySpan<byte> header, in Candidate candidate, Hash256 proof)
    {
        AssembledBlock block = job.Assemble(header, candidate.Extranonce.Span, proof);
        int account = Math.Max(0, candidate.AccountId); // the operator stands in for a finder without an account
        if (!_rivals.TryEnter(job.Template.PreviousHash, job.Job.Generation, () => Send(job, block, account)))
        {
            return null;
        }
        Send(job, block, account);
        return block.Id;
    }

    private void Send(PoolJob job, AssembledBlock block, int account)
    {
        BlockBooking? booking = TryBook(job, block, account);
        BlockReport found = new()
        {
            Id = block.Id,
            Height = block.Height,
            Reward = job.Split.Reward,
            JobId = job.Id,
            AccountId = account,
            FoundAt = _time.GetUtcNow(),
            Parent = job.Template.PreviousHash,
        };
        FoundWork work = new(block, booking, found, Pause.Begin(_time, s_diskPatience));
        bool isFirst = _underWay.TryAdd(block.Id, true);
        if (!_keeper.TryAdd(work))
        {
            // More blocks than a chain can have; the disk takes it, and the next round of sending again gets it.
            _folder.TryKeep(block, booking);
            if (isFirst)
            {
                _underWay.TryRemove(block.Id, out _);
            }
        }
        else if (isFirst)
        {
            AddNew(work);
        }
        History.AddFound(found);
        SubmitLog.Found(_logger, found.Id, found.Height, found.AccountId, found.JobId);
    }

    /// <summary>Ends when it is known what becomes of every block under way, which may be never.</summary>
    public Task CloseAsync()
    {
        TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _closed = closed;
        if (IsIdle)
        {
            closed.TrySetResult();
        }
        Wake.Set();
        return closed.Task;
    }

    private bool IsIdle => _underWay.IsEmpty && _keeper.IsIdle;

    private void AddNew(FoundWork work)
    {
        lock (_gate)
        {
            _new.Add(work);
        }
        Wake.Set(); // the time that the disk has runs from here
    }

    /// <summary>A booking that fails must not cost the block.</summary>
    private BlockBooking? TryBook(PoolJob job, AssembledBlock block, int account)
    {
        try
        {
            return _book?.Book(job, block.Id, account);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            SubmitLog.NotBooked(_logger, block.Id, block.Height, e);
            return null;
        }
    }

    private void TryRevert(Hash256 id, string reason)
    {
        try
        {
            _book?.BlockRefused(id, reason);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            SubmitLog.Broke(_logger, id, e);
        }
    }
}
