namespace Otedama.Asic;

/// <summary>A device and what it takes.</summary>
/// <param name="Id">Of the device.</param>
/// <param name="Watts">Null = it does not say: it counts with what the others take on average.</param>
public sealed record CurtailLoad(string Id, double? Watts, bool IsPaused);

/// <summary>
/// Takes load off the grid or puts it back, a little at a time: in each step no more than a part of the whole load, so
/// that frequency and voltage of the grid stay. Largest devices first going down, so that few have to be paused;
/// smallest first coming back. Pure.
/// </summary>
/// <param name="stepPart">Most of the whole load that one step changes, 0 to 1.</param>
/// <param name="stepEvery">Between two steps.</param>
public sealed class CurtailPlanner(double stepPart, TimeSpan stepEvery)
{
    private DateTimeOffset? _lastAt;

    /// <summary>At most 10 % of the load in 10 seconds.</summary>
    public CurtailPlanner()
        : this(0.1, TimeSpan.FromSeconds(10))
    {
    }

    /// <summary>
    /// Devices to pause or resume now so that at most so many watts are taken; empty while a step is waited for or when
    /// all is as wanted. A device larger than a step goes alone.
    /// </summary>
    /// <param name="targetWatts">0 = all paused; null = no limit: all resumed.</param>
    public (IReadOnlyList<string> Pause, IReadOnlyList<string> Resume) Step(IReadOnlyList<CurtailLoad> loads,
        double? targetWatts, DateTimeOffset now)
    {
        if (_lastAt is { } last && now - last < stepEvery && now >= last)
        {
            return ([], []);
        }
        double usual = UsualOf(loads);
        double whole = loads.Sum(Of), taken = loads.Where(static load => !load.IsPaused).Sum(Of);
        List<string> pause = [], resume = [];
        double moved = 0;
        foreach (CurtailLoad load in loads.Where(static load =>
            !load.IsPaused).OrderByDescending(Of).ThenBy(static load => load.Id, StringComparer.Ordinal))
        {
            if (targetWatts is not { } target || taken - moved <= target || !Fits(Of(load)))
            {
                break;
            }
            pause.Add(load.Id);
            moved += Of(load);
        }
        foreach (CurtailLoad load in loads.Where(load => load.IsPaused
            && pause.Count == 0).OrderBy(Of).ThenBy(static load => load.Id, StringComparer.Ordinal))
        {
            if ((targetWatts is { } target && taken + moved + Of(load) > target) || !Fits(Of(load)))
            {
                break;
            }
            resume.Add(load.Id);
            moved += Of(load);
        }
        _lastAt = pause.Count + resume.Count > 0 ? now : _lastAt;
        return (pause, resume);

        double Of(CurtailLoad load) => load.Watts is > 0 and { } watts ? watts : usual;

        bool Fits(double watts) => moved == 0 || moved + watts <= whole * stepPart;
    }

    /// <summary>Whether nothing is left to do.</summary>
    public bool IsReached(IReadOnlyList<CurtailLoad> loads, double? targetWatts)
    {
        double usual = UsualOf(loads);
        double Of(CurtailLoad load) => load.Watts is > 0 and { } watts ? watts : usual;
        double taken = loads.Where(static load => !load.IsPaused).Sum(Of);
        bool canResume = loads.Any(load => load.IsPaused && (targetWatts is not { } target
            || taken + Of(load) <= target));
        return !(taken > targetWatts) && !canResume;
    }

    /// <summary>Never 0: what takes nothing would be left running.</summary>
    private static double UsualOf(IReadOnlyList<CurtailLoad> loads) =>
        loads.Where(static load => load.Watts > 0).Select(static load => load.Watts!.Value).DefaultIfEmpty(1).Average();
}
