using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Where a share is nearly always a block (regtest), miners find many blocks on one parent before the next job reaches
/// them. Once one of them is in the chain the others could only become its rivals: they stay shares.
/// </summary>
/// <remarks>Thread-safe. A parent that the node offers again, in a later generation of jobs, starts anew.</remarks>
internal sealed class RivalGate
{
    /// <summary>Blocks on one parent that may be without an answer at once: the first could be refused.</summary>
    private const int OpenMax = 4;

    /// <summary>Parents remembered; jobs on older ones are long unknown.</summary>
    private const int ParentsMax = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<Hash256, Entry> _parents = [];
    private readonly Queue<Hash256> _order = new();

    /// <summary>True when a block of a job of this generation is worth sending.</summary>
    public bool TryEnter(Hash256 parent, uint generation)
    {
        lock (_lock)
        {
            if (!_parents.TryGetValue(parent, out Entry? entry))
            {
                entry = Add(parent, generation);
            }
            if (generation > entry.Generation)
            {
                (entry.Generation, entry.Open, entry.Accepted) = (generation, 0, false);
            }
            if (entry.Accepted || entry.Open >= OpenMax)
            {
                return false;
            }
            entry.Open++;
            return true;
        }
    }

    /// <summary>A block that entered has its answer.</summary>
    public void Leave(Hash256 parent, bool accepted)
    {
        lock (_lock)
        {
            if (_parents.TryGetValue(parent, out Entry? entry))
            {
                entry.Open = Math.Max(0, entry.Open - 1);
                entry.Accepted |= accepted;
            }
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
        public int Open;
        public bool Accepted;
    }
}
