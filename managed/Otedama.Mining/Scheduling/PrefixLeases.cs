using Otedama.Core;

namespace Otedama.Mining;

/// <summary>
/// Which prefixes of one connection's space are out, and to whom. One given back is lent again only after the tip has changed:
/// nobody knows how far it was searched. Not thread-safe.
/// </summary>
internal sealed class PrefixLeases
{
    private readonly List<PrefixLease> _out = [];
    private readonly List<PrefixLease> _back = [];
    private IPrefixSource? _source;

    /// <summary>Another connection: what is out is void. Null where the space cannot be lent.</summary>
    public void Begin(IPrefixSource? source)
    {
        _source = source;
        _out.Clear();
        _back.Clear();
    }

    /// <summary>Another tip: nothing searched before counts any more.</summary>
    public void OnTip()
    {
        foreach (PrefixLease lease in _back)
        {
            _source!.ReturnPrefix(lease.Prefix.Span);
        }
        _back.Clear();
    }

    public PrefixLease? TryLease(int worker)
    {
        if (_source is null || !_source.TryLeasePrefix(out ReadOnlyMemory<byte> prefix, out int rest))
        {
            return null;
        }
        PrefixLease lease = new(worker, prefix, rest);
        _out.Add(lease);
        return lease;
    }

    public bool Holds(PrefixLease lease) => _out.Contains(lease);

    /// <summary>Ignored for one that is void.</summary>
    public void Return(PrefixLease lease)
    {
        if (_out.Remove(lease))
        {
            _back.Add(lease);
        }
    }

    /// <summary>Whatever a worker has out.</summary>
    public void ReturnAll(int worker)
    {
        foreach (PrefixLease lease in _out.Where(lease => lease.WorkerId == worker).ToArray())
        {
            Return(lease);
        }
    }
}
