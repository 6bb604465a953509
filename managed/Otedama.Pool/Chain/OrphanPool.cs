using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Shares that wait for a parent or an uncle. Filling it costs proof of work at the chain's target: one share for each
/// header and peer, few for each peer, and the oldest goes. Not safe for more than one thread at a time.
/// </summary>
internal sealed class OrphanPool(TimeProvider time)
{
    public const int Max = 256;

    public const int MaxOfPeer = 16;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    private readonly LinkedList<Waiting> _all = []; // oldest first
    private readonly Dictionary<Hash256, LinkedListNode<Waiting>> _byId = [];

    public int Count => _all.Count;

    public bool Contains(Hash256 id)
    {
        DropLate();
        return _byId.ContainsKey(id);
    }

    public void Remove(Hash256 id)
    {
        if (_byId.TryGetValue(id, out LinkedListNode<Waiting>? node))
        {
            Remove(node);
        }
    }

    /// <summary>False when this peer has enough here, or has one with this header.</summary>
    public bool TryAdd(ChainShare share, ShareOrigin origin)
    {
        DropLate();
        Hash256 header = share.Work.Header.Id;
        int ofPeer = 0;
        foreach (Waiting other in _all)
        {
            if (other.Origin.Peer != origin.Peer)
            {
                continue;
            }
            if (++ofPeer == MaxOfPeer || other.Share.Work.Header.Id == header)
            {
                return false;
            }
        }
        if (_all.Count == Max)
        {
            Remove(_all.First!);
        }
        _byId.Add(share.Id, _all.AddLast(new Waiting(share, origin, time.GetTimestamp())));
        return true;
    }

    /// <summary>Takes out those that name this share as parent or uncle, in the order in which they came.</summary>
    public IReadOnlyList<(ChainShare Share, ShareOrigin Origin)> TakeChildren(Hash256 id)
    {
        List<(ChainShare, ShareOrigin)> children = [];
        for (LinkedListNode<Waiting>? node = _all.First; node is not null;)
        {
            LinkedListNode<Waiting>? next = node.Next;
            ShareCore core = node.Value.Share.Core;
            if (core.Parent == id || core.Uncles.Contains(id))
            {
                children.Add((node.Value.Share, node.Value.Origin));
                Remove(node);
            }
            node = next;
        }
        return children;
    }

    private void DropLate()
    {
        while (_all.First is { } oldest && time.GetElapsedTime(oldest.Value.Since) > s_patience)
        {
            Remove(oldest);
        }
    }

    private void Remove(LinkedListNode<Waiting> node)
    {
        _byId.Remove(node.Value.Share.Id);
        _all.Remove(node);
    }

    private readonly record struct Waiting(ChainShare Share, ShareOrigin Origin, long Since);
}
