using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Verdicts on their way from the verifiers to the committer. Two buffers change places, so that one fills while the other
/// one's commit is on its way.
/// </summary>
internal sealed class VerdictQueue
{
    private readonly object _gate = new();
    private readonly int _max;
    private Verdict[] _filling = new Verdict[512];
    private Verdict[] _taken = new Verdict[512];
    private int _count; // written under the gate, read by anyone
    private bool _closed;

    public VerdictQueue(int max) => _max = max;

    public int Count => Volatile.Read(ref _count);

    /// <summary>
    /// True when a whole batch more may wait. To be asked before a batch is taken up: then its verdicts are added whatever other
    /// verifiers did meanwhile, so that the queue holds one batch of each of them more than `max` at the most.
    /// </summary>
    public bool HasRoom => Count is int count && (count == 0 || count + ShareValidator.BatchMax <= _max);

    /// <summary>True when it is closed and empty.</summary>
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

    /// <summary>Any verifier.</summary>
    public void Add(ReadOnlySpan<Verdict> verdicts)
    {
        lock (_gate)
        {
            int needed = _count + verdicts.Length;
            if (needed > _filling.Length)
            {
                Array.Resize(ref _filling, Math.Max(needed, _filling.Length * 2));
            }
            verdicts.CopyTo(_filling.AsSpan(_count));
            Volatile.Write(ref _count, needed);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>The committer only: all that wait. Valid until the next call.</summary>
    public ReadOnlyMemory<Verdict> Take()
    {
        lock (_gate)
        {
            (_filling, _taken) = (_taken, _filling);
            int count = _count;
            Volatile.Write(ref _count, 0);
            return _taken.AsMemory(0, count);
        }
    }

    /// <summary>For the committer's loop: waits for verdicts, or the closing, or the time.</summary>
    public void Wait(TimeSpan timeout)
    {
        lock (_gate)
        {
            if (_count == 0 && !_closed)
            {
                Monitor.Wait(_gate, timeout);
            }
        }
    }

    /// <summary>Nothing is added any more; nobody waits any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }
}
