using System.Globalization;

namespace Otedama.Mining;

/// <summary>
/// What the log says of a rig from minute to minute. Pure. With time, level and category in front, a line fits a terminal of
/// 100 columns.
/// </summary>
internal static class RigLines
{
    /// <summary>100 less "18:54:16+09:00 info  rig: ".</summary>
    public const int ColumnsMax = 74;

    public const string Legend = "speed is over 10 s/60 s/15 min/max, shares accepted/refused (+new)";

    /// <summary>Seconds between shares below which a minute without any reply is no bad luck: one in e^12.</summary>
    private const double ShareDueMax = 5;

    private static readonly string[] s_prefixes = ["", "k", "M", "G", "T", "P", "E"];

    /// <summary>earlier: the counts of the last such line.</summary>
    public static string Minute(RigSnapshot now, ShareCounts earlier)
    {
        if (now.State == RigState.Paused)
        {
            return Fit($"paused: {(now.PauseReason.Length > 0 ? now.PauseReason : "by command")}");
        }
        ShareCounts all = now.Shares;
        long refused = Refused(all) - Refused(earlier);
        string news = refused > 0 ? $"+{all.Accepted - earlier.Accepted}/+{refused}" : $"+{all.Accepted - earlier.Accepted}";
        string line = $"speed {Speed(now)}, shares {all.Accepted}/{Refused(all)} ({news})";
        // What does not fit is left out whole; half a number misleads.
        string difficulty = now.Difficulty is double value ? $", diff {Difficulty(value)}" : "";
        string ping = Ping(now) is double ms ? string.Create(CultureInfo.InvariantCulture, $", {ms:F0} ms") : "";
        line += line.Length + difficulty.Length <= ColumnsMax ? difficulty : "";
        line += line.Length + ping.Length <= ColumnsMax ? ping : "";
        return Fit(line);
    }

    /// <summary>
    /// Why nothing was earned since the earlier counts; null when something was. waiting: nothing is wrong, a share is just
    /// not due every minute.
    /// </summary>
    public static string? WhyNothing(RigSnapshot now, ShareCounts earlier, out bool waiting)
    {
        waiting = false;
        if (now.State is RigState.Paused or RigState.Stopped || now.Shares.Accepted > earlier.Accepted)
        {
            return null;
        }
        if (now.State == RigState.Connecting)
        {
            return Fit("nothing is earned: " + WithoutJob(now));
        }
        if (now.Hashrate.Seconds60 <= 0)
        {
            WorkerSnapshot? ill = now.Workers.FirstOrDefault(static worker => worker.State is not (WorkerState.Healthy or WorkerState.Idle));
            return Fit("nothing is earned: " + (ill is null ? "no worker hashes" : $"{ill.Name}: {ill.Reason}"));
        }
        long refused = Refused(now.Shares) - Refused(earlier);
        if (refused > 0)
        {
            return $"nothing is earned: all {refused} shares of the last minute were refused";
        }
        long lost = now.Shares.Dropped - earlier.Dropped;
        if (lost > 0)
        {
            return $"nothing is earned: {lost} shares of the last minute got no answer";
        }
        if (now.ShareSeconds < ShareDueMax)
        {
            return "nothing is earned: the pool answered no share in the last minute";
        }
        waiting = true;
        return now.ShareSeconds is double seconds
            ? $"no share in the last minute; at this difficulty one takes {Duration(seconds)} on average"
            : "no share in the last minute";
    }

    /// <summary>The end of a run.</summary>
    public static IReadOnlyList<string> Summary(RigSnapshot end)
    {
        double average = end.Uptime.TotalSeconds > 0 ? end.Hashes / end.Uptime.TotalSeconds : 0;
        double most = Math.Max(end.HashrateMax, average); // a short run ends before its best ten seconds are known
        (double scale, string prefix) = ScaleOf(most);
        ShareCounts all = end.Shares;
        return
        [
            Fit($"mined for {Duration(end.Uptime.TotalSeconds)}: {Three(average / scale)} {prefix}H/s on average, {Three(most / scale)} at most"),
            Fit($"shares: {all.Accepted} accepted, {all.Rejected} refused, {all.Stale} late, {all.Dropped} without answer"),
        ];
    }

    /// <summary>Two significant digits below 1, three above.</summary>
    public static string Difficulty(double value)
    {
        if (value is <= 0 or >= 1)
        {
            (double scale, string prefix) = ScaleOf(value);
            return Three(value / scale) + prefix;
        }
        int decimals = Math.Min(12, 1 - (int)Math.Floor(Math.Log10(value)));
        return value.ToString("F" + decimals, CultureInfo.InvariantCulture).TrimEnd('0').TrimEnd('.');
    }

    /// <summary>Such as 12.3 MH/s.</summary>
    public static string Rate(double hashesPerSecond)
    {
        (double scale, string prefix) = ScaleOf(hashesPerSecond);
        return $"{Three(hashesPerSecond / scale)} {prefix}H/s";
    }

    /// <summary>One address of a user name, short enough to be read.</summary>
    public static string ShortUser(string user) => user.Length <= 28 ? user : $"{user[..12]}...{user[^13..]}";

    private static string WithoutJob(RigSnapshot now)
    {
        PoolSnapshot? active = now.Pools.FirstOrDefault(static pool => pool.State == PoolState.Active);
        if (active is not null || now.Pools.Count == 0)
        {
            return "waiting for a job from the pool";
        }
        string problem = now.Pools.FirstOrDefault(static pool => pool.LastError.Length > 0)?.LastError ?? "connecting";
        return $"no pool ({problem})";
    }

    private static string Speed(RigSnapshot now)
    {
        HashRates rates = now.Hashrate;
        (double scale, string prefix) = ScaleOf(Math.Max(now.HashrateMax, rates.Seconds10));
        string values = string.Join('/', new[] { rates.Seconds10, rates.Seconds60, rates.Minutes15, now.HashrateMax }.Select(v => Three(v / scale)));
        return $"{values} {prefix}H/s";
    }

    private static double? Ping(RigSnapshot now) => now.Pools.FirstOrDefault(static pool => pool.State == PoolState.Active)?.LatencyMs;

    private static long Refused(ShareCounts shares) => shares.Rejected + shares.Stale;

    private static (double Scale, string Prefix) ScaleOf(double value)
    {
        double scale = 1;
        int prefix = 0;
        while (value / scale >= 1000 && prefix < s_prefixes.Length - 1)
        {
            scale *= 1000;
            prefix++;
        }
        return (scale, s_prefixes[prefix]);
    }

    private static string Three(double value) =>
        value.ToString(value >= 99.95 ? "F0" : value >= 9.995 ? "F1" : "F2", CultureInfo.InvariantCulture);

    private static string Duration(double seconds)
    {
        TimeSpan span = TimeSpan.FromSeconds(Math.Min(seconds, 1e9));
        return span.TotalMinutes < 1 ? $"{(int)span.TotalSeconds} s"
            : span.TotalHours < 1 ? $"{span.Minutes} min {span.Seconds} s"
            : span.TotalDays < 1 ? $"{span.Hours} h {span.Minutes} min"
            : $"{(int)span.TotalDays} d {span.Hours} h";
    }

    private static string Fit(string line) => line.Length <= ColumnsMax ? line : line[..(ColumnsMax - 3)] + "...";
}
