using System.Globalization;

namespace Otedama.Asic;

/// <summary>The rules of AlarmTable. Pure: what they remember is in DeviceTrack and DeviceHistory.</summary>
internal static class AlarmChecks
{
    /// <summary>Celsius from which a reading is an open diode (127, 127.75, 127.875) and no heat.</summary>
    public const double OpenDiode = 127;

    private static readonly TimeSpan s_warm = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_frozen = TimeSpan.FromMinutes(10);

    private static readonly string[] s_badResets = ["panic", "watchdog", "wdt", "brownout", "brown-out"];

    public static Finding HashingStopped(DeviceLook look)
    {
        if (!look.IsMining || look.Reading.Uptime < s_warm)
        {
            return Rests(look);
        }
        if (look.RateTenMinutes is not { } rate)
        {
            return Finding.Unknown;
        }
        if (look.Expected is not > 0)
        {
            return rate > 0 ? Finding.Good() : Finding.Bad(0, "It hashes nothing.");
        }
        return look.Below(100 * rate / look.Expected, percent =>
            $"It does {Figure.Rate(rate)}, {Figure.Of(percent)} % of the {Figure.Rate(look.Expected.Value)} it "
                + $"should do.");
    }

    public static Finding Degraded(DeviceLook look)
    {
        if (!look.IsMining || look.Reading.Uptime < TimeSpan.FromHours(1))
        {
            return Rests(look);
        }
        if (look.RateHour is not { } rate)
        {
            return Finding.Unknown;
        }
        double? ofExpected = look.Reading.Rates.Expected is > 0 and { } expected ? 100 * rate / expected : null;
        double? ofOwn = look.History.MedianRate is > 0 and { } median ? 100 * rate / median : null;
        bool isOwn = ofOwn is not null && (ofExpected is null || ofOwn < ofExpected);
        return look.Below(isOwn ? ofOwn : ofExpected, percent =>
            $"It did {Figure.Rate(rate)} in the last hour, {Figure.Of(percent)} % of what it "
            + (isOwn ? "usually does." : "should do."));
    }

    public static Finding Frozen(DeviceLook look)
    {
        if (!look.IsMining || look.RateTenMinutes is not > 0)
        {
            return Rests(look);
        }
        DeviceTrack track = look.Track;
        // Shares that come once an hour may well stand still for ten minutes: pool and no_share look at those.
        bool sharesTell = look.ShareSeconds is { } seconds && seconds * 10 <= s_frozen.TotalSeconds;
        string? what = Stands(track.RateMovedAt) ? "hash rate, to the last bit,"
            : Stands(track.UptimeMovedAt) ? "time since its start"
            : sharesTell && Stands(track.AcceptedMovedAt) ? "count of accepted shares" : null;
        return what is null
            ? Finding.Good()
            : Finding.Bad(null, $"Its {what} has been the same for {s_frozen.TotalMinutes:0} minutes: what it shows "
                + $"may be stale.");

        bool Stands(DateTimeOffset? movedAt) => movedAt is { } at && look.Now - at >= s_frozen;
    }

    public static Finding ChipsMissing(DeviceLook look)
    {
        IReadOnlyList<ChainReading> chains = look.Reading.Chains;
        if (!look.IsMining || chains.Count == 0)
        {
            return Rests(look);
        }
        if (chains.Count < look.Track.ChainsMost)
        {
            return Finding.Bad(look.Track.ChainsMost - chains.Count,
                $"It shows {chains.Count} hash boards and had {look.Track.ChainsMost}.");
        }
        List<string> lacking = [];
        int missing = 0, known = 0;
        foreach (ChainReading chain in chains)
        {
            int? expected = chain.ChipsExpected ?? (chains.Count == 1 ? look.Reading.Identity.ChipCount : null);
            int? found = chain.ChipsFound ?? (chain.Chips.Count > 0 ? chain.Chips.Count(static chip => chip.Answers)
                : null);
            known += expected is not null && found is not null ? 1 : 0;
            if (found < expected)
            {
                missing += expected.Value - found.Value;
                lacking.Add($"board {chain.Index}: {found} of {expected} chips");
            }
        }
        return missing > 0 ? Finding.Bad(missing, $"Chips do not answer: {string.Join(", ", lacking)}.")
            : known > 0 ? Finding.Good(0) : Finding.Unknown;
    }

    public static Finding HotChip(DeviceLook look) =>
        look.Above(look.ChipHeat, celsius =>
            $"Its hottest chip has {Figure.Of(celsius)} °C, limit {Figure.Of(look.Rule.Limit)}.");

    public static Finding HotRegulator(DeviceLook look) =>
        look.Above(look.RegulatorHeat, celsius =>
            $"Its voltage regulator has {Figure.Of(celsius)} °C, limit {Figure.Of(look.Rule.Limit)}.");

    public static Finding HotForModel(DeviceLook look) => look.Above(
        look.ChipHeat - look.Model?.ChipC,
        above => $"Its hottest chip has {Figure.Of(look.ChipHeat!.Value)} °C, {Figure.Of(above)} more than the "
            + $"middle one of "
            + $"{look.Model!.Devices} devices of its model.");

    public static Finding Sensor(DeviceLook look)
    {
        FleetTemperatures heat = look.Reading.Temperatures;
        double?[] all = [heat.ChipMax, heat.ChipAverage, heat.Board, heat.Regulator, heat.Inlet,
            .. look.Reading.Chains.Select(static chain => chain.TemperatureC)];
        double? worst = all.Max();
        return worst is null ? Finding.Unknown
            : worst < look.Rule.Limit ? Finding.Good(worst)
            : Finding.Bad(worst, $"A temperature sensor shows {Figure.Of(worst.Value)} °C: it is broken or absent, "
                + $"or the device was flashed "
                + "with the settings of another board. This is no heat; check board and settings before it hashes on.");
    }

    public static Finding FanStopped(DeviceLook look)
    {
        FanReading[] driven = [.. look.Reading.Fans.Where(fan =>
            fan.Rpm is not null && fan.DutyPercent > look.Rule.Limit)];
        if (look.Reading.Fans.All(static fan => fan.Rpm is null))
        {
            return Finding.Unknown;
        }
        return Array.Find(driven, static fan => fan.Rpm == 0) is { } stopped
            ? Finding.Bad(0, $"Fan {stopped.Index} stands still though it is driven with "
                + $"{Figure.Of(stopped.DutyPercent!.Value)} %.")
            : Finding.Good();
    }

    public static Finding FanFull(DeviceLook look)
    {
        double? duty = look.Reading.Fans.Max(static fan => fan.DutyPercent);
        return duty is null ? Finding.Unknown
            : duty >= look.Rule.Limit ? Finding.Bad(duty, "Its fans run with all they have: dust, heat of the room, "
                + "or a fan that fails.")
            : Finding.Good(duty);
    }

    public static Finding Rejects(DeviceLook look)
    {
        double all = look.Track.AcceptedHour + look.Track.RejectedHour;
        if (all < 20)
        {
            return look.IsRaised ? Finding.Unknown : Finding.Good();
        }
        Finding share = look.Above(100 * look.Track.RejectedHour / all, percent =>
            $"{Figure.Of(percent)} % of its {all:0} shares of the last hour were refused.");
        if (share.Verdict == Verdict.Bad || look.Track.RejectedHour < 1 || look.Reading.Shares.RejectedBy.Count < 2)
        {
            return share;
        }
        double rejected = look.Reading.Shares.RejectedBy.Values.Aggregate(0.0, static (sum, count) => sum + count);
        KeyValuePair<string, ulong> most = look.Reading.Shares.RejectedBy.MaxBy(static row => row.Value);
        return rejected >= 20 && most.Value > 0.8 * rejected
            ? Finding.Bad(share.Value, $"{most.Value} of {rejected:0} refusals have one reason: {most.Key}.")
            : share;
    }

    public static Finding FallbackPool(DeviceLook look)
    {
        PoolReading? active = look.Reading.Pools.FirstOrDefault(static pool => pool.Active == true);
        if (active is null || look.Reading.Pools.Count < 2)
        {
            return active is null ? Finding.Unknown : Finding.Good();
        }
        bool isSecond = active.IsFallback
            ?? (active.Priority is { } own && look.Reading.Pools.Any(pool =>
                pool.Priority < own && pool.Status != "Disabled"));
        return isSecond ? Finding.Bad(null, $"It mines on its fallback pool {active.Url}.") : Finding.Good();
    }

    public static Finding NoShare(DeviceLook look)
    {
        if (!look.IsMining)
        {
            return Rests(look);
        }
        DateTimeOffset? last = look.Track.AcceptedMovedAt;
        last = look.Reading.Shares.LastAccepted is { } said && said <= look.Now && (last is null || said > last)
            ? said : last;
        if (last is not { } at)
        {
            return Finding.Unknown;
        }
        double patience = Math.Max(look.Rule.Limit * 60, 20 * (look.ShareSeconds ?? 0));
        double silent = (look.Now - at).TotalSeconds;
        return silent > patience
            ? Finding.Bad(silent / 60, $"No pool has accepted a share of it for {silent / 60:0} minutes; "
                + $"{patience / 60:0} would be long.")
            : Finding.Good(silent / 60);
    }

    public static Finding HardwareErrors(DeviceLook look) =>
        look.IsMining
            ? look.Above(look.Reading.Shares.HardwareErrorPercent, percent =>
                $"{Figure.Of(percent)} % of what its chips find is wrong.")
            : Rests(look);

    public static Finding InputVoltage(DeviceLook look) => look.Below(
        100 * look.Reading.Power.InputVolts / look.Reading.Power.NominalVolts,
        percent => $"Its input has {Figure.Of(look.Reading.Power.InputVolts!.Value)} V, {Figure.Of(percent)} % of "
            + $"{Figure.Of(look.Reading.Power.NominalVolts!.Value)} V: a weak supply or a bad cable.");

    public static Finding Efficiency(DeviceLook look)
    {
        double? joule = look.RateTenMinutes is > 0 and { } rate ? look.Reading.Power.Watts / rate : null;
        return look.IsMining && look.Reading.Uptime is not { TotalMinutes: < 15 }
            ? look.Above(100 * (joule / look.History.MedianJoule) - 100, percent =>
                $"It takes {Figure.Of(joule!.Value * 1e12)} J/TH, {Figure.Of(percent)} % more than it usually does.")
            : Rests(look);
    }

    public static Finding Restarts(DeviceLook look) => look.Track.Restarts >= look.Rule.Limit
        ? Finding.Bad(look.Track.Restarts, $"It began anew {look.Track.Restarts} times in the last hour.")
        : look.Track.Restarts == 0 ? Finding.Good(0) : Finding.Unknown;

    public static Finding BadReset(DeviceLook look)
    {
        string? reason = look.Reading.ResetReason;
        if (reason is null)
        {
            return Finding.Unknown;
        }
        bool isBad = s_badResets.Any(word => reason.Contains(word, StringComparison.OrdinalIgnoreCase));
        return isBad && look.Reading.Uptime is not { TotalHours: >= 1 }
            ? Finding.Bad(null, $"Its last start came from a fault: {reason}.")
            : Finding.Good();
    }

    public static Finding Wifi(DeviceLook look) =>
        look.Below(look.Reading.WifiSignal, dbm => $"Its Wi-Fi hears {Figure.Of(dbm)} dBm, which is hardly anything.");

    public static Finding DuplicateId(DeviceLook look) => look.Twin is null
        ? Finding.Good()
        : Finding.Bad(null,
        $"{look.Twin} says to be the same device ({look.Reading.Identity.Mac ?? look.Reading.Id}): a cloned address, "
        + "or somebody who pretends.");

    public static Finding Clock(DeviceLook look)
    {
        double? off = look.Reading.DeviceTime is { } time ? Math.Abs((time - look.Reading.At).TotalSeconds) : null;
        return look.Above(off, seconds => $"Its clock is {seconds:0} s off: shares and certificates may be "
            + $"judged by it.");
    }

    public static Finding Firmware(DeviceLook look)
    {
        if (look.Reading.Identity.Version is { } version && look.KnownFirmware.Count > 0
            && !look.KnownFirmware.Contains(version, StringComparer.OrdinalIgnoreCase))
        {
            return Finding.Bad(null, $"It runs {version}, which is none of asic.fleet.firmware_versions.");
        }
        return look.FirmwareBefore is { } before
            ? Finding.Bad(null,
            $"Its firmware changed from {before} to {look.Reading.Identity.Version ?? "another"}, and not by this "
            + "program.")
            : Finding.Good();
    }

    public static Finding PoolUser(DeviceLook look) => look.Payout is not { } finding
        ? Finding.Unknown
        : finding.IsWrong ? Finding.Bad(null, finding.Sentence) : Finding.Good();

    public static Finding HeatTrend(DeviceLook look) => Drifts(look, look.Track.Heat,
        watch => $"At the same power its chips grow hotter: {Figure.Of(watch.Recent!.Value)} °C, usual "
            + $"{Figure.Of(watch.Usual!.Value)}. "
            + "Dust or dry paste.");

    public static Finding ErrorTrend(DeviceLook look) => Drifts(look, look.Track.Errors,
        watch => $"Its chips err more and more: {Figure.Of(watch.Recent!.Value)} %, usual "
            + $"{Figure.Of(watch.Usual!.Value)} %.");

    public static Finding FanTrend(DeviceLook look) => Drifts(look, look.Track.Fan,
        watch => $"Its slowest fan turns slower for the same drive: {Figure.Of(watch.Recent!.Value)} rpm per "
            + $"percent, usual "
            + $"{Figure.Of(watch.Usual!.Value)}. A bearing.");

    private static Finding Drifts(DeviceLook look, TrendWatch watch, Func<TrendWatch, string> sentence) =>
        watch.IsReady ? look.Above(watch.Sum, _ => sentence(watch)) : Finding.Unknown;

    /// <summary>What a device that rests on purpose is: not to blame, and nothing is known of one that is being
    /// written.</summary>
    private static Finding Rests(DeviceLook look) => look.Reading.State is FleetState.Paused or FleetState.Idle
        ? Finding.Good() : Finding.Unknown;
}

/// <summary>Figures as people read them.</summary>
public static class Figure
{
    private static readonly string[] s_prefixes = ["", "k", "M", "G", "T", "P", "E"];

    public static string Of(double value) => value.ToString(Math.Abs(value) < 100 ? "0.##"
        : "0", CultureInfo.InvariantCulture);

    public static string Rate(double hashes)
    {
        int prefix = 0;
        while (hashes >= 1000 && prefix < s_prefixes.Length - 1)
        {
            hashes /= 1000;
            prefix++;
        }
        return $"{Of(hashes)} {s_prefixes[prefix]}H/s";
    }
}
