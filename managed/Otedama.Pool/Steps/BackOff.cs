using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Waiting times between attempts, longer with each until Reset; see <see cref="Backoff"/>.</summary>
internal sealed class BackOff(TimeSpan first, TimeSpan last, IRandomness random)
{
    private int _failures;

    public TimeSpan Next() => Next(last);

    /// <summary>The next step, at most this long (and its fifth).</summary>
    public TimeSpan Next(TimeSpan atMost)
    {
        _failures++;
        return Backoff.After(_failures, first, atMost < last ? atMost : last, random.NextUInt64() / (double)ulong.MaxValue);
    }

    public void Reset() => _failures = 0;
}
