namespace Otedama.Asic;

/// <summary>
/// Looks for the best setting of a small device among those it lists: one step at a time, a wait, kept where it is
/// better and cool. Raising the volts comes before raising the clock, and lowering the clock before the volts. Heat or
/// a fault ends it at the last good setting, one step below where it began if that was already too hot. Pure; one
/// thread at a time.
/// </summary>
public sealed class TunePlanner
{
    private const double LongestHours = 1;

    /// <summary>Settings of a search that goes on; devices list some ten clocks and voltages each.</summary>
    private const int TriedMax = 1024;

    private readonly TuneOptions _options;
    private readonly List<double> _rates = [];
    private readonly List<double> _watts = [];
    private readonly HashSet<(int Clock, int Volt)> _tried = [];
    private (int Clock, int Volt) _at;
    private (int Clock, int Volt) _best;
    private double? _bestScore;
    private DateTimeOffset? _since;
    private string _why = "it is over";
    private bool _isOver;
    private bool _mustSet;

    /// <summary>Throws ArgumentException when the device lists nothing, or is set to what it does not list.</summary>
    public TunePlanner(TuneOptions options)
    {
        _options = options;
        if (options.Clocks.Count == 0 || options.Volts.Count == 0)
        {
            throw new ArgumentException("the device lists no clocks or no voltages, so there is nothing to "
                + "choose from");
        }
        if (!options.Clocks.SequenceEqual(options.Clocks.Order())
            || !options.Volts.SequenceEqual(options.Volts.Order()))
        {
            throw new ArgumentException("clocks and voltages have to be ascending");
        }
        _at = _best = (NearestAt(options.Clocks, options.Clock), NearestAt(options.Volts, options.Volt));
        _tried.Add(_at);
        if (options.From is { } from)
        {
            _at = _best = IndexOf(from.Best);
            _bestScore = from.Score;
            _tried.UnionWith(from.Tried.Take(TriedMax).Select(IndexOf));
            _mustSet = true; // what the device was left with is not known
        }
    }

    /// <summary>To go on from.</summary>
    public TuneProgress Progress => new(PointOf(_best), _bestScore, [.. _tried.Select(PointOf)]);

    /// <summary>The setting that is measured now.</summary>
    public (double Clock, double Volt) Now => (_options.Clocks[_at.Clock], _options.Volts[_at.Volt]);

    /// <summary>Takes a look at the device and says what to do.</summary>
    public TuneStep Take(FleetReading reading, DateTimeOffset now)
    {
        if (_isOver)
        {
            return Finished(_why);
        }
        if (Trouble(reading) is { } trouble)
        {
            return BackOut(trouble);
        }
        if (_since is null)
        {
            if (_mustSet || !IsSet(reading))
            {
                _mustSet = false;
                return SetTo(_at, "the device is not set to what is measured");
            }
            _since = now;
        }
        if (reading.State != FleetState.Mining)
        {
            _since = now; // it begins anew: what it does meanwhile is no measure
            return new TuneStep.Wait();
        }
        TimeSpan stays = now - _since.Value;
        // The first half is for the chips to settle.
        if (stays >= Settle(reading) / 2 && (reading.Rates.OneMinute ?? reading.Rates.FiveSeconds) is { } rate)
        {
            _rates.Add(rate);
            _watts.Add(reading.Power.Watts ?? double.NaN);
        }
        return stays < Settle(reading) || _rates.Count < 3 ? new TuneStep.Wait() : Decide();
    }

    private TuneStep Decide()
    {
        double rate = _rates.Average(), watts = _watts.Average();
        double score = _options.ForRate || double.IsNaN(watts) ? rate : -watts / Math.Max(rate, 1);
        bool isBetter = _bestScore is not { } best || score > best + (Math.Abs(best) * _options.GainLeast);
        if (isBetter)
        {
            (_best, _bestScore) = (_at, score);
        }
        (int Clock, int Volt)? next = Next();
        if (next is { } step)
        {
            return SetTo(step, isBetter ? "it was better, one step further" : "it was no better, another way");
        }
        (_isOver, _why) = (true, "no step is better");
        return _at == _best ? Finished("no step is better") : SetTo(_best, "no step is better");
    }

    /// <summary>One step from the best that was not tried: up for rate, down for energy; both directions end
    /// it.</summary>
    private (int Clock, int Volt)? Next()
    {
        (int Clock, int Volt)[] ways = _options.ForRate
            ? [(_best.Clock + 1, _best.Volt), (_best.Clock + 1, _best.Volt + 1), (_best.Clock, _best.Volt + 1)]
            : [(_best.Clock, _best.Volt - 1), (_best.Clock - 1, _best.Volt), (_best.Clock - 1, _best.Volt - 1),
                (_best.Clock + 1, _best.Volt)];
        foreach ((int Clock, int Volt) way in ways)
        {
            bool isListed = way.Clock >= 0 && way.Clock < _options.Clocks.Count && way.Volt >= 0
                && way.Volt < _options.Volts.Count;
            if (isListed && _tried.Add(way))
            {
                return way;
            }
        }
        return null;
    }

    private TuneStep BackOut(string trouble)
    {
        (_isOver, _why) = (true, trouble);
        // A setting that is in trouble is never the best; where the first already was, one below it.
        (int Clock, int Volt) safe = _bestScore is not null && _best != _at ? _best
            : (Math.Max(0, _at.Clock - 1), Math.Max(0, _at.Volt - 1));
        _best = safe;
        return safe == _at ? Finished(trouble) : SetTo(safe, trouble);
    }

    private TuneStep.Set SetTo((int Clock, int Volt) next, string because)
    {
        bool rises = next.Clock > _at.Clock || (next.Clock == _at.Clock && next.Volt > _at.Volt);
        (_at, _since) = (next, null);
        _rates.Clear();
        _watts.Clear();
        return new TuneStep.Set(_options.Clocks[next.Clock], _options.Volts[next.Volt], rises, because);
    }

    private TuneStep.Done Finished(string because) => new(_options.Clocks[_best.Clock], _options.Volts[_best.Volt],
        because);

    private string? Trouble(FleetReading reading)
    {
        double? chip = reading.Temperatures.ChipMax ?? reading.Temperatures.ChipAverage;
        return reading.State is FleetState.Throttled or FleetState.Fault
            ? $"the device is in state {reading.State.ToString().ToLowerInvariant()}"
            : chip is null ? "it shows no chip temperature, and nothing is raised without one"
            : chip >= _options.ChipLimit ? $"chip at {Figure.Of(chip.Value)} °C, limit {Figure.Of(_options.ChipLimit)}"
            : reading.Temperatures.Regulator >= _options.RegulatorLimit
                ? $"regulator at {Figure.Of(reading.Temperatures.Regulator.Value)} °C, limit "
                    + $"{Figure.Of(_options.RegulatorLimit)}"
            : reading.Shares.HardwareErrorPercent >= _options.ErrorPercentLimit
                ? $"{Figure.Of(reading.Shares.HardwareErrorPercent.Value)} % of its answers are wrong, limit "
                    + $"{Figure.Of(_options.ErrorPercentLimit)}"
            : null;
    }

    /// <summary>A device may not say its clock; one that says another did not take it.</summary>
    private bool IsSet(FleetReading reading) =>
        (reading.Power.ClockMhz is not { } clock || Math.Abs(clock - _options.Clocks[_at.Clock]) <= Math.Max(5,
            0.02 * clock));

    /// <summary>Ten times what the chips need for an answer, where that is longer.</summary>
    private TimeSpan Settle(FleetReading reading)
    {
        double? seconds = reading.Shares.Difficulty is > 0 and { } difficulty
            && reading.Rates.OneMinute is > 0 and { } rate
            ? 10 * Math.Min(difficulty, 1024) * 4_294_967_296 / rate
            : null;
        return TimeSpan.FromSeconds(Math.Clamp(seconds ?? 0, _options.Settle.TotalSeconds,
            Math.Max(_options.Settle.TotalSeconds, LongestHours * 3600)));
    }

    private (int Clock, int Volt) IndexOf(TunePoint point) =>
        (NearestAt(_options.Clocks, point.ClockMhz), NearestAt(_options.Volts, point.CoreVolts));

    private TunePoint PointOf((int Clock, int Volt) at) => new(_options.Clocks[at.Clock], _options.Volts[at.Volt]);

    private static int NearestAt(IReadOnlyList<double> all, double value) =>
        Enumerable.Range(0, all.Count).MinBy(i => Math.Abs(all[i] - value));
}
