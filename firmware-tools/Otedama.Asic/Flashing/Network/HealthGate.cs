namespace Otedama.Asic;

/// <summary>
/// Whether a device feels after an update as before (rule 10): its rate at least 90 %, its chips at most 5 degrees
/// warmer, at most 2 % of its work refused, for 15 min. What is plainly wrong ends it sooner. Pure: samples come in, a
/// sentence comes out.
/// </summary>
/// <param name="before">As it was when the plan was made.</param>
/// <param name="expected">H/s its clock and chips should give, where no rate of before is known.</param>
public sealed class HealthGate(FlashHealth before, double? expected)
{
    public static readonly TimeSpan Time = TimeSpan.FromMinutes(15);

    /// <summary>Between samples.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>After so long without hashing it is not warming up any more.</summary>
    private static readonly TimeSpan s_warm = TimeSpan.FromMinutes(5);

    /// <summary>Without an answer.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(2);

    private const double RateShare = 0.9, DeadShare = 0.1, RejectShare = 0.02;
    private const double WarmerMax = 5, MuchWarmer = 15;

    /// <summary>Restarts while it is watched: one more than the one the update itself made.</summary>
    private const int RestartsMax = 1;

    private FlashHealth? _first;
    private FlashHealth? _last;
    private TimeSpan _answered;
    private int _restarts;

    private double? Wanted => before.Rate is > 0 ? before.Rate : expected;

    /// <summary>Null = go on, else why it has failed.</summary>
    /// <param name="now">Null = it did not answer.</param>
    /// <param name="since">The gate's beginning.</param>
    public string? Add(FlashHealth? now, TimeSpan since)
    {
        if (now is null)
        {
            return since - _answered > s_silence ? $"it has not answered for {(since - _answered).TotalSeconds:0} s"
                : null;
        }
        _answered = since;
        _restarts += _last?.UptimeSeconds > now.UptimeSeconds ? 1 : 0;
        if (_first is null || _last?.UptimeSeconds > now.UptimeSeconds)
        {
            _first = now;
        }
        _last = now;
        return now.Overheat == true ? "it says it is overheated"
            : now.PoolUser is { } user && before.PoolUser is { } known && user != known
            ? $"it works for {user} now, and worked for {known} before"
            : _restarts > RestartsMax ? $"it restarted {_restarts} times"
            : now.TemperatureC > before.TemperatureC + MuchWarmer
            ? $"its chips are at {now.TemperatureC:0.#} C, {before.TemperatureC:0.#} C before"
            : since >= s_warm && Wanted is double wanted && now.Rate < wanted * DeadShare
            ? $"it hashes {Rate(now.Rate)} after {since.TotalMinutes:0} min, {Rate(wanted)} before"
            : null;
    }

    /// <summary>At the end of the time: null = passed, else why not.</summary>
    public string? End()
    {
        if (_last is not { } now || _first is not { } first)
        {
            return "it has not answered once";
        }
        if (Wanted is double wanted && !(now.Rate >= wanted * RateShare))
        {
            return $"it hashes {Rate(now.Rate)} after {Time.TotalMinutes:0} min, {Rate(wanted)} before; at least "
                + $"{RateShare:P0} of that is allowed";
        }
        if (now.TemperatureC > before.TemperatureC + WarmerMax)
        {
            return $"its chips are at {now.TemperatureC:0.#} C, {before.TemperatureC:0.#} C before; at most "
                + $"{WarmerMax} degrees more are allowed";
        }
        double accepted = Delta(first.Accepted, now.Accepted), rejected = Delta(first.Rejected, now.Rejected);
        return rejected > Math.Max(1, (accepted + rejected) * RejectShare)
            ? $"{rejected:0} of {accepted + rejected:0} shares were refused; at most {RejectShare:P0} are allowed, or "
            + "one"
            : null;
    }

    private static double Delta(ulong? from, ulong? to) => from is ulong first && to is ulong last && last > first
        ? last - first : 0;

    private static string Rate(double? rate) => rate is double known ? $"{known / 1e9:0.#} GH/s" : "at an unknown rate";
}
