using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// One block of ours on a parent at a time. Where a share is often a block (test chains), miners find many on one
/// parent before the next job reaches them; once one of them is in the chain the others could only become its rivals. A
/// few wait for the first one's answer, in case it is refused; the rest stay shares.
/// </summary>
/// <remarks>Thread-safe. A parent that the node offers again, in a later generation of jobs, starts anew.</remarks>
internal sealed class RivalGate
{
    /// <summary>
    /// Blocks on one parent that wait: what makes a node refuse one block of ours mostly makes it refuse them all.
    /// </summary>
    private const int WaitingMax = 4;

    /// <summary>Parents remembered; jobs on older ones are long unknown.</summary>
    private const int ParentsMax = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<Hash256, Entry> _parents = [];
    private readonly Queue<Hash256> _order = new();

    /// <summary>
    /// True when a block of a job of this generation is to be sent now. Else `send` is kept for Leave when an answer is
    /// outstanding and there is room, and forgotten when it could only be a rival.
    /// </summary>
    public bool TryEnter(Hash256 parent, uint generation, Action send)
    {
        lock (_gate)
        {
            if (!_parents.TryGetValue(parent, out Entry? entry))
            {
                entry = Add(parent, generation);
            }
            if (generation > entry.Generation)
            {
                (entry.Generation, entry.Open, entry.Accepted) = (generation, false, false);
                entry.Waiting.Clear();
            }
            if (!entry.Accepted && !entry.Open)
            {
                entry.Open = true;
                return true;
            }
            if (!entry.Accepted && entry.Waiting.Count < WaitingMax)
            {
                entry.Waiting.Enqueue(send);
            }
            return false;
        }
    }

    /// <summary>
    /// A block that entered has its answer. Returns what sends the next one, whose place is taken already.
    /// </summary>
    public Action? Leave(Hash256 parent, bool accepted)
    {
        lock (_gate)
        {
            if (!_parents.TryGetValue(parent, out Entry? entry))
            {
                return null;
            }
            entry.Accepted |= accepted;
            if (entry.Accepted)
            {
                entry.Waiting.Clear();
            }
            entry.Open = entry.Waiting.TryDequeue(out Action? next);
            return next;
        }
    }

    private Entry Add(Hash256 parent, uint generation)
    {
        if (_order.Count == ParentsMax)
        {
            _parents.Remove(_order.Dequeue());
        }
        Entry entry = new() { Generation = generation };
        _parents.Add(parent, entry);
        _order.Enqueue(parent);
        return entry;
    }

    private sealed class Entry
    {
        public uint Generation;
        public bool Open;
        public bool Accepted;
        public readonly Queue<Action> Waiting = new();
    }
}
