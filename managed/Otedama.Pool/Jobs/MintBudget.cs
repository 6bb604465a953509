namespace Otedama.Pool;

/// <summary>
/// Limits the jobs minted outside of broadcasts, so that no session can push other sessions' jobs out of the book:
/// a burst of 16, then one a second (a full ring of 128 lasts two minutes). Used under its lock only.
/// </summary>
internal sealed class MintBudget(TimeProvider time)
{
    private const int Burst = 16;

    private static readonly TimeSpan s_refill = TimeSpan.FromSeconds(1);

    private int _left = Burst;
    private long _refilledAt = time.GetTimestamp();

    public bool TryTake()
    {
        double due = time.GetElapsedTime(_refilledAt) / s_refill;
        if (due >= 1)
        {
            _left = (int)Math.Min(Burst, _left + Math.Floor(due));
            _refilledAt = time.GetTimestamp();
        }
        if (_left == 0)
        {
            return false;
        }
        _left--;
        return true;
    }
}
