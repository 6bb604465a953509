namespace Otedama.Pool;

/// <summary>
/// Whether every share is pushed to every peer, which is fastest, or, when that would be more bytes than the operator
/// allows, to those who asked for it and announced to the others. Counts what pushing to all would be over the last
/// minute. One caller at a time.
/// </summary>
/// <param name="budget">Bytes a second; back below half of it all are pushed to again.</param>
internal sealed class GossipMode(long budget)
{
    private const int Seconds = 60;

    private readonly long[] _bytes = new long[Seconds]; // of each second, in a ring
    private long _now;

    /// <summary>Most peers get announcements only.</summary>
    public bool IsHybrid { get; private set; }

    /// <summary>A share was passed on that all peers together would be sent in so many bytes. now: seconds.</summary>
    public void Count(long bytes, long now)
    {
        Look(now);
        _bytes[now % Seconds] += bytes;
        Decide();
    }

    /// <summary>Time has passed.</summary>
    public void Look(long now)
    {
        for (long second = Math.Max(_now + 1, now - Seconds + 1); second <= now; second++)
        {
            _bytes[second % Seconds] = 0;
        }
        _now = now;
        Decide();
    }

    private void Decide()
    {
        long all = _bytes.Sum();
        IsHybrid = all > (IsHybrid ? budget / 2 : budget) * Seconds;
    }
}
