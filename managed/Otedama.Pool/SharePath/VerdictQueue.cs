namespace Otedama.Pool;

/// <summary>
/// Verdicts on their way from the verifiers' threads to the committer's. Two buffers change places, so that one fills
/// while the other one's commit is on its way.
/// </summary>
internal sealed class VerdictQueue
{
    private readonly object _gate = new();
    private readonly int _max;
    private Verdict[] _filling = new Verdict[512];
    private Verdict[] _taken = new Verdict[512];
    private int _count;
    private bool _closed;

    public VerdictQueue(int max) => _max = max;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Any verifier. False when the queue is full; then nothing was taken.</summary>
    public bool TryAdd(ReadOnlySpan<Verdict> verdicts)
    {
        lock (_gate)
        {
            int needed = _count + verdicts.Length;
            if (needed > _max)
            {
                return false;
            }
            if (needed > _filling.Length)
            {
                Array.Resize(ref _filling, Math.Max(needed, Math.Min(_filling.Length * 2, _max)));
            }
            verdicts.CopyTo(_filling.AsSpan(_count));
            _count = needed;
            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>
    /// The committer only. Waits for verdicts, at most `timeout`; the span is valid until the next call. Empty after the
    /// time, or when closed and drained.
    /// </summary>
    public ReadOnlySpan<Verdict> Take(TimeSpan timeout)
    {
        lock (_gate)
        {
            if (_count == 0 && !_closed)
            {
                Monitor.Wait(_gate, timeout);
            }
            (_filling, _taken) = (_taken, _filling);
            int count = _count;
            _count = 0;
            return _taken.AsSpan(0, count);
        }
    }

    public bool IsDone
    {
        get
        {
            lock (_gate)
            {
                return _closed && _count == 0;
            }
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }
    }
}
