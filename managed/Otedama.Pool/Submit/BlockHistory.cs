using Otedama.Core;

namespace Otedama.Pool;

/// <summary>What became of the newest blocks, and how many there were since start. Any thread.</summary>
public sealed class BlockHistory
{
    private const int RecentMax = 100;

    private readonly Lock _gate = new();
    private readonly LinkedList<BlockReport> _recent = [];
    private long _foundCount;
    private long _acceptedCount;
    private long _refusedCount;

    public long FoundCount => Interlocked.Read(ref _foundCount);

    public long AcceptedCount => Interlocked.Read(ref _acceptedCount);

    public long RefusedCount => Interlocked.Read(ref _refusedCount);

    /// <summary>The newest 100 blocks, newest first.</summary>
    public IReadOnlyList<BlockReport> Recent
    {
        get
        {
            lock (_gate)
            {
                return [.. _recent];
            }
        }
    }

    public BlockReport? Find(Hash256 id)
    {
        lock (_gate)
        {
            return _recent.FirstOrDefault(found => found.Id == id);
        }
    }

    internal void AddFound(BlockReport found)
    {
        Interlocked.Increment(ref _foundCount);
        Remember(found);
    }

    /// <summary>A round of asking the nodes has ended.</summary>
    internal void Settle(BlockReport found)
    {
        if (found.Outcome == SubmitOutcome.Rejected)
        {
            Interlocked.Increment(ref _refusedCount);
        }
        else if (found.Outcome is not (SubmitOutcome.Unreachable or SubmitOutcome.Inconclusive))
        {
            Interlocked.Increment(ref _acceptedCount);
        }
        Remember(found);
    }

    private void Remember(BlockReport found)
    {
        lock (_gate)
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
}
