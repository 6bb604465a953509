namespace Otedama.Mining;

/// <summary>Counts of shares by worker; those of workers that have left are kept together. Any thread.</summary>
internal sealed class ShareTallies
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, ShareCounts> _counts = [];
    private ShareCounts _departed;

    /// <summary>All workers, past ones included.</summary>
    public ShareCounts Total
    {
        get
        {
            lock (_gate)
            {
                return _counts.Values.Aggregate(_departed, static (sum, counts) => sum + counts);
            }
        }
    }

    public void Add(int worker)
    {
        lock (_gate)
        {
            _counts.Add(worker, default);
        }
    }

    /// <summary>What still comes of this worker is counted among the departed.</summary>
    public void Remove(int worker)
    {
        lock (_gate)
        {
            _departed += _counts.GetValueOrDefault(worker);
            _counts.Remove(worker);
        }
    }

    public ShareCounts Of(int worker)
    {
        lock (_gate)
        {
            return _counts.GetValueOrDefault(worker);
        }
    }

    public void OnSent(int worker) => Count(worker, new ShareCounts(0, 0, 0, 0, 1));

    /// <summary>Of a share that was sent.</summary>
    public void OnAnswered(int worker, ShareOutcome outcome) => Count(worker, One(outcome) with { Pending = -1 });

    /// <summary>Of a share that was not sent.</summary>
    public void OnOutcome(int worker, ShareOutcome outcome) => Count(worker, One(outcome));

    private static ShareCounts One(ShareOutcome outcome) => outcome switch
    {
        ShareOutcome.Accepted => new ShareCounts(1, 0, 0, 0, 0),
        ShareOutcome.Rejected => new ShareCounts(0, 1, 0, 0, 0),
        ShareOutcome.Stale => new ShareCounts(0, 0, 1, 0, 0),
        _ => new ShareCounts(0, 0, 0, 1, 0),
    };

    private void Count(int worker, ShareCounts change)
    {
        lock (_gate)
        {
            if (_counts.TryGetValue(worker, out ShareCounts counts))
            {
                _counts[worker] = counts + change;
            }
            else
            {
                _departed += change;
            }
        }
    }
}
