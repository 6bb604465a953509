namespace Otedama.Asic;

/// <summary>
/// What is remembered of one device in fixed memory: 10-second points for an hour, minutes for a day, quarter hours for
/// a week: (360 + 1440 + 672) x 24 bytes = 59,328. One thread at a time.
/// </summary>
public sealed class DeviceHistory
{
    public const int BytesPerDevice = (360 + 1440 + 672) * 24;

    private const uint Minute = 60, Quarter = 900;

    /// <summary>Quarter hours of known figures below which there is no median of one's own: two hours.</summary>
    private const int MedianLeast = 8;

    private readonly HistoryFile? _file;
    private uint _lastTime;
    private ulong? _accepted;
    private ulong? _rejected;

    /// <summary>Reads what the file has kept; null = nothing is kept on disk.</summary>
    public DeviceHistory(HistoryFile? file = null, DateTimeOffset now = default)
    {
        _file = file;
        if (file is not null)
        {
            Unreadable = file.Load(Minutes, Quarters, (uint)now.ToUnixTimeSeconds());
            Remember((uint)now.ToUnixTimeSeconds());
        }
    }

    public HistoryRing Fine { get; } = new(10, 360);

    public HistoryRing Minutes { get; } = new((int)Minute, 1440);

    public HistoryRing Quarters { get; } = new((int)Quarter, 672);

    /// <summary>H/s, over the last seven days; null below two hours of figures.</summary>
    public double? MedianRate { get; private set; }

    /// <summary>J per hash, likewise.</summary>
    public double? MedianJoule { get; private set; }

    /// <summary>W, likewise.</summary>
    public double? MedianWatts { get; private set; }

    /// <summary>Damaged points of the file, which were left out.</summary>
    public int Unreadable { get; }

    /// <summary>Why the file could not be written the last time; null = it could.</summary>
    public string? Problem { get; private set; }

    /// <summary>Takes a reading; true when it ended a quarter of an hour, whose point is then Newest quarter.</summary>
    public bool Add(FleetReading reading, DateTimeOffset now, out HistoryPoint quarter)
    {
        quarter = default;
        uint time = (uint)now.ToUnixTimeSeconds();
        if (time < _lastTime)
        {
            return false; // the clock was set back: what is known stays until it is reached again
        }
        uint before = _lastTime;
        _lastTime = time;
        Fine.Put(PointOf(reading, Fine.Floor(time)));
        bool ended = false;
        if (before > 0 && before / Minute != time / Minute)
        {
            Close(Fine, Minutes, Minutes.Floor(before), HistoryFile.MinutesAt);
        }
        if (before > 0 && before / Quarter != time / Quarter)
        {
            ended = Close(Minutes, Quarters, Quarters.Floor(before), HistoryFile.QuartersAt) is { Time: > 0 } point
                && (quarter = point).Time > 0;
            Remember(time);
        }
        return ended;
    }

    /// <summary>Mean rate of the span that ends now; null when less than half of it is known.</summary>
    public double? MeanRate(DateTimeOffset now, TimeSpan span)
    {
        uint until = (uint)now.ToUnixTimeSeconds() + 1;
        uint from = until - (uint)span.TotalSeconds;
        HistoryRing ring = span <= TimeSpan.FromHours(1) ? Fine : Minutes;
        List<HistoryPoint> points = ring.Between(from, until);
        double[] rates = [.. points.Select(static point => (double)point.Rate).Where(double.IsFinite)];
        bool covers = points.Count > 0 && until - points[0].Time >= span.TotalSeconds / 2 && rates.Length >= 3;
        return covers ? rates.Average() : null;
    }

    /// <summary>The finest points there are for a span that ends now.</summary>
    public IReadOnlyList<HistoryPoint> Points(DateTimeOffset now, TimeSpan span)
    {
        uint until = (uint)now.ToUnixTimeSeconds() + 1;
        uint from = until - (uint)Math.Min(span.TotalSeconds, until - 1);
        HistoryRing ring = span <= TimeSpan.FromHours(1) ? Fine : span <= TimeSpan.FromDays(1) ? Minutes : Quarters;
        return ring.Between(from, until);
    }

    private HistoryPoint Close(HistoryRing fine, HistoryRing coarse, uint begin, long fileAt)
    {
        List<HistoryPoint> points = fine.Between(begin, begin + (uint)coarse.StepSeconds);
        if (points.Count == 0)
        {
            return default;
        }
        HistoryPoint joined = HistoryPoint.Join([.. points], begin);
        coarse.Put(joined);
        Problem = _file is null ? null : _file.TryWrite(joined,
            fileAt + ((long)coarse.SlotOf(begin) * HistoryPoint.FileBytes));
        return joined;
    }

    private void Remember(uint now)
    {
        List<HistoryPoint> week = Quarters.Between(now > 604_800 ? now - 604_800 : 0, now + 1);
        // What it does while it is stopped is no measure of what it can.
        MedianRate = Median.Of(week.Where(static point => point.Rate > 0).Select(static point =>
            (double)point.Rate), MedianLeast);
        MedianJoule = Median.Of(week.Select(static point => point.JoulePerHash), MedianLeast);
        MedianWatts = Median.Of(week.Where(static point => point.Rate > 0).Select(static point =>
            (double)point.Watts), MedianLeast);
    }

    private HistoryPoint PointOf(FleetReading reading, uint time)
    {
        FanReading? slowest = reading.Fans.Where(static fan => fan.Rpm is not null).MinBy(static fan => fan.Rpm);
        HistoryPoint point = new()
        {
            Time = time,
            Rate = (float)(reading.Rates.OneMinute ?? reading.Rates.FiveSeconds ?? reading.Rates.TenMinutes
                ?? reading.Rates.Average ?? double.NaN),
            ChipC = Of(reading.Temperatures.ChipMax ?? reading.Temperatures.ChipAverage),
            RegulatorC = Of(reading.Temperatures.Regulator),
            Watts = Of(reading.Power.Watts),
            FanRpm = Of(slowest?.Rpm),
            FanDuty = Of((slowest ?? reading.Fans.FirstOrDefault())?.DutyPercent),
            ErrorPercent = Of(reading.Shares.HardwareErrorPercent),
            Accepted = Of(Since(_accepted, reading.Shares.Accepted)),
            Rejected = Of(Since(_rejected, reading.Shares.Rejected)),
        };
        (_accepted, _rejected) = (reading.Shares.Accepted ?? _accepted, reading.Shares.Rejected ?? _rejected);
        return point;
    }

    /// <summary>A counter that became less began anew.</summary>
    private static double? Since(ulong? before, ulong? now) =>
        before is null || now is null ? null : now >= before ? now.Value - before.Value : now.Value;

    private static Half Of(double? value) => value is { } v ? (Half)Math.Min(v, (double)Half.MaxValue) : Half.NaN;
}
