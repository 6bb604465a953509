namespace Otedama.Mining;

/// <summary>
/// How many lines of one kind a log gets: twenty at once, then one a second. A pool that refuses thousands of shares a second
/// must not fill a disk. One thread.
/// </summary>
internal sealed class LineBudget(TimeProvider clock)
{
    private const double LinesMax = 20;

    private double _lines = LinesMax;
    private long _at = clock.GetTimestamp();
    private long _unsaid;

    /// <summary>True when a line may be written; unsaid is how many were not since the last one that was.</summary>
    public bool TryTake(out long unsaid)
    {
        long now = clock.GetTimestamp();
        _lines = Math.Min(LinesMax, _lines + clock.GetElapsedTime(_at, now).TotalSeconds);
        _at = now;
        unsaid = _unsaid;
        if (_lines < 1)
        {
            _unsaid++;
            return false;
        }
        _lines--;
        _unsaid = 0;
        return true;
    }
}
