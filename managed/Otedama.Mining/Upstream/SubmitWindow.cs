using Otedama.Core;

namespace Otedama.Mining;

/// <summary>A submit on its way.</summary>
internal readonly record struct PendingSubmit(Candidate Candidate, UpstreamJob Job, long SentAt);

/// <summary>
/// Submits without a reply, a bounded number: a pool that stops answering must not make us hoard. The submitter adds, the
/// reader of the connection takes out, the watchdog expires.
/// </summary>
internal sealed class SubmitWindow(int capacity) : IDisposable
{
    /// <summary>As many as pools are used to.</summary>
    public const int Capacity = 64;

    /// <summary>Ids below are those of the handshake.</summary>
    private const int FirstId = 100;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _free = new(capacity, capacity);
    private readonly Dictionary<int, PendingSubmit> _pending = [];
    private int _nextId = FirstId;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _pending.Count;
            }
        }
    }

    /// <summary>Every place taken must be used by Add or given back by Release.</summary>
    public bool TryTakePlace() => _free.Wait(TimeSpan.Zero);

    /// <summary>Ends when there is a place, without taking it; for the one who takes places.</summary>
    public async Task WhenPlaceAsync(CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        _free.Release();
    }

    public void Release() => _free.Release();

    public int Add(in PendingSubmit submit)
    {
        lock (_gate)
        {
            int id = _nextId++;
            _nextId = _nextId == int.MaxValue ? FirstId : _nextId;
            _pending.Add(id, submit);
            return id;
        }
    }

    public bool TryTake(long id, out PendingSubmit submit)
    {
        submit = default;
        lock (_gate)
        {
            if (id is < FirstId or > int.MaxValue || !_pending.Remove((int)id, out submit))
            {
                return false;
            }
        }
        _free.Release();
        return true;
    }

    /// <summary>Takes out those for which the test holds, oldest first.</summary>
    public List<PendingSubmit> TakeWhere(Func<PendingSubmit, bool> test)
    {
        List<PendingSubmit> taken = [];
        lock (_gate)
        {
            foreach (int id in _pending.Where(p => test(p.Value)).Select(p => p.Key).Order().ToArray())
            {
                taken.Add(_pending[id]);
                _pending.Remove(id);
            }
        }
        if (taken.Count > 0)
        {
            _free.Release(taken.Count);
        }
        return taken;
    }

    public void Dispose() => _free.Dispose();
}
