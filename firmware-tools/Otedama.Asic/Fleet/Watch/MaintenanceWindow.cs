using System.Globalization;

namespace Otedama.Asic;

/// <summary>A time of every week in which nothing is done to devices by itself; UTC.</summary>
/// <param name="Day">Null = every day.</param>
/// <param name="End">Before Begin = on the next day.</param>
public sealed record MaintenanceWindow(DayOfWeek? Day, TimeSpan Begin, TimeSpan End)
{
    private static readonly string[] s_days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    /// <summary>"sat 02:00-04:00", "daily 23:30-00:30". Returns null when the text is no window.</summary>
    public static MaintenanceWindow? Parse(string text)
    {
        string[] parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 2 || parts[1].Split('-') is not [{ } from, { } to] || !TryTime(from, out TimeSpan begin)
            || !TryTime(to, out TimeSpan end)
            || begin == end)
        {
            return null;
        }
        int day = Array.IndexOf(s_days, parts[0].ToLowerInvariant());
        return parts[0].Equals("daily", StringComparison.OrdinalIgnoreCase) ? new MaintenanceWindow(null, begin, end)
            : day >= 0 ? new MaintenanceWindow((DayOfWeek)day, begin, end) : null;
    }

    public bool Holds(DateTimeOffset at)
    {
        DateTimeOffset now = at.ToUniversalTime();
        return End > Begin
            ? IsOn(now) && now.TimeOfDay >= Begin && now.TimeOfDay < End
            : (IsOn(now) && now.TimeOfDay >= Begin) || (IsOn(now.AddDays(-1)) && now.TimeOfDay < End);
    }

    public override string ToString() => $"{(Day is { } day ? s_days[(int)day] : "daily")} "
        + $"{Begin:hh\\:mm}-{End:hh\\:mm}";

    private bool IsOn(DateTimeOffset time) => Day is null || Day == time.DayOfWeek;

    private static bool TryTime(string text, out TimeSpan time) =>
        TimeSpan.TryParseExact(text, "hh\\:mm", CultureInfo.InvariantCulture, out time) && time < TimeSpan.FromDays(1);
}
