namespace Otedama.Asic;

/// <summary>
/// What has to be remembered from look to look of one device beside its history: restarts, when a figure last moved,
/// shares of the last hour, drifts. Bounded. One thread at a time.
/// </summary>
internal sealed class DeviceTrack
{
    private const int RestartsMax = 16;

    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private readonly Queue<DateTimeOffset> _restarts = new();
    private readonly Queue<(DateTimeOffset At, double Accepted, double Rejected)> _minutes = new(); // at most 61
    private TimeSpan? _uptime;
    private ulong? _accepted;
    private ulong? _rejected;
    private double _minuteAccepted;
    private double _minuteRejected;
    private DateTimeOffset _minuteAt;
    private double? _rate;

    /// <summary>Restarts seen in the last hour.</summary>
    public int Restarts => _restarts.Count;

    /// <summary>When the shares' counter last moved; null while it is not known.</summary>
    public DateTimeOffset? AcceptedMovedAt { get; private set; }

    /// <summary>When the rate last was another one, to the bit.</summary>
    public DateTimeOffset? RateMovedAt { get; private set; }

    /// <summary>When the time since its start last was another one.</summary>
    public DateTimeOffset? UptimeMovedAt { get; private set; }

    /// <summary>Shares of the last hour, as far as it was watched.</summary>
    public double AcceptedHour { get; private set; }

    public double RejectedHour { get; private set; }

    /// <summary>Most hash boards it ever had.</summary>
    public int ChainsMost { get; private set; }

    /// <summary>Since when it does what it does.</summary>
    public DateTimeOffset StateSince { get; private set; }

    public FleetState State { get; private set; }

    /// <summary>Chip temperature at its usual power, per quarter of an hour.</summary>
    public TrendWatch Heat { get; } = new(0.02, 0.75, 0.7, rises: true);

    /// <summary>Percent of wrong answers.</summary>
    public TrendWatch Errors { get; } = new(0.02, 0.75, 0.05, rises: true);

    /// <summary>Turns a minute per percent of duty.</summary>
    public TrendWatch Fan { get; } = new(0.02, 0.75, 0.3, rises: false);

    public void Take(FleetReading reading, DateTimeOffset now)
    {
        if (State != reading.State)
        {
            (State, StateSince) = (reading.State, now);
        }
        TakeUptime(reading.Uptime, now);
        TakeShares(reading.Shares, now);
        double? rate = reading.Rates.FiveSeconds ?? reading.Rates.OneMinute ?? reading.Rates.Average;
        if (rate != _rate || RateMovedAt is null)
        {
            (_rate, RateMovedAt) = (rate, now);
        }
        ChainsMost = Math.Max(ChainsMost, reading.Chains.Count);
        while (_restarts.TryPeek(out DateTimeOffset oldest) && now - oldest >= s_hour)
        {
            _restarts.Dequeue();
        }
    }

    /// <summary>Takes a quarter of an hour into the drifts.</summary>
    /// <param name="usualWatts">Null = not known: heat is not judged.</param>
    public void TakeQuarter(in HistoryPoint point, double? usualWatts)
    {
        // More power is more heat, and no sign of wear.
        if (usualWatts is { } usual && Math.Abs((double)point.Watts - usual) <= 0.05 * usual)
        {
            Heat.Add((double)point.ChipC);
        }
        if (point.Rate > 0)
        {
            Errors.Add((double)point.ErrorPercent);
        }
        if ((double)point.FanDuty >= 20)
        {
            Fan.Add((double)point.FanRpm / (double)point.FanDuty);
        }
    }

    private void TakeUptime(TimeSpan? uptime, DateTimeOffset now)
    {
        if (uptime is not { } up)
        {
            return;
        }
        if (_uptime is { } before)
        {
            // A device's clock may be a little slow: only what is clearly less began anew.
            if (up + TimeSpan.FromSeconds(5) < before)
            {
                _restarts.Enqueue(now);
                if (_restarts.Count > RestartsMax)
                {
                    _restarts.Dequeue();
                }
            }
            UptimeMovedAt = up != before ? now : UptimeMovedAt;
        }
        UptimeMovedAt ??= now;
        _uptime = up;
    }

    private void TakeShares(FleetShares shares, DateTimeOffset now)
    {
        double accepted = Since(_accepted, shares.Accepted), rejected = Since(_rejected, shares.Rejected);
        if (shares.Accepted is not null && (shares.Accepted != _accepted || AcceptedMovedAt is null))
        {
            AcceptedMovedAt = now;
        }
        (_accepted, _rejected) = (shares.Accepted ?? _accepted, shares.Rejected ?? _rejected);
        (_minuteAccepted, _minuteRejected) = (_minuteAccepted + accepted, _minuteRejected + rejected);
        if (now - _minuteAt >= TimeSpan.FromMinutes(1) || now < _minuteAt)
        {
            _minutes.Enqueue((now, _minuteAccepted, _minuteRejected));
            (_minuteAccepted, _minuteRejected, _minuteAt) = (0, 0, now);
        }
        while (_minutes.TryPeek(out (DateTimeOffset At, double, double) oldest)
            && (now - oldest.At >= s_hour || _minutes.Count > 61))
        {
            _minutes.Dequeue();
        }
        AcceptedHour = _minutes.Sum(static minute => minute.Accepted) + _minuteAccepted;
        RejectedHour = _minutes.Sum(static minute => minute.Rejected) + _minuteRejected;
    }

    /// <summary>A counter that became less began anew; the first look tells of no time.</summary>
    private static double Since(ulong? before, ulong? now) =>
        before is null || now is null ? 0 : now >= before ? now.Value - before.Value : now.Value;
}
