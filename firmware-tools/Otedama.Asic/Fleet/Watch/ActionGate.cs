namespace Otedama.Asic;

/// <summary>How much may be done to devices by itself.</summary>
public sealed record ActionLimits
{
    /// <summary>Orders to one device in 24 hours.</summary>
    public int PerDeviceDay { get; init; } = 3;

    /// <summary>Between two orders to one device.</summary>
    public TimeSpan PerDeviceGap { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Percent of the fleet under an order at once; one device always may.</summary>
    public double FleetPercent { get; init; } = 5;

    /// <summary>How long a device counts as under an order: until it should hash again.</summary>
    public TimeSpan Recovery { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>After a device began anew nothing is done to it for that long.</summary>
    public TimeSpan HoldOff { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Times of the week in which people work on the devices: nothing is done by itself.</summary>
    public IReadOnlyList<MaintenanceWindow> Maintenance { get; init; } = [];

    /// <summary>Orders are written down and not sent.</summary>
    public bool DryRun { get; init; } = true;
}

/// <summary>
/// The guard rails: says whether something may be done to a device now, from what was done before. It knows only what
/// the audit log holds, so a restart forgets nothing. Pure.
/// </summary>
public static class ActionGate
{
    /// <summary>What puts back whom a device pays.</summary>
    public const string Restore = "restore_pools";

    /// <summary>Null = it may; else why not, in a sentence.</summary>
    /// <param name="action">One of ActionRule.Actions. For Restore only what rules restored counts: neither people's
    /// orders nor a tuning's may keep a thief's pools in a device.</param>
    public static string? Refusal(
        FleetDevice device, int fleet, IReadOnlyList<AuditEntry> before, ActionLimits limits, DateTimeOffset now,
        string action = "")
    {
        if (limits.Maintenance.FirstOrDefault(window => window.Holds(now)) is { } window)
        {
            return $"it is maintenance time ({window}, UTC)";
        }
        if (device.Write is not null || device.Reading?.State == FleetState.Flashing)
        {
            return "its firmware is being written";
        }
        if (device.Reading?.Uptime is { } up && up < limits.HoldOff)
        {
            return $"it started {up.TotalMinutes:0} minutes ago; {limits.HoldOff.TotalMinutes:0} are waited";
        }
        AuditEntry[] done = [.. before.Where(entry => entry.What is "ordered" or "dry_run"
            && (action != Restore || IsRestore(entry)))];
        AuditEntry[] own = [.. done.Where(entry => entry.Device == device.Id && now - entry.At < TimeSpan.FromDays(1))];
        if (own.Length >= limits.PerDeviceDay)
        {
            return $"{own.Length} orders went to it within 24 hours, and {limits.PerDeviceDay} are allowed";
        }
        if (own.Length > 0 && now - own[^1].At < limits.PerDeviceGap)
        {
            return $"the last order went to it {(now - own[^1].At).TotalMinutes:0} minutes ago, and "
                + $"{limits.PerDeviceGap.TotalMinutes:0} are waited";
        }
        int under = done.Where(entry => now - entry.At < limits.Recovery
            && entry.Device != device.Id).Select(static entry => entry.Device).Distinct().Count();
        int allowed = Math.Max(1, (int)(fleet * limits.FleetPercent / 100));
        return under >= allowed
            ? $"{under} of {fleet} devices are under an order, and {allowed} may be at once"
            : null;
    }

    /// <summary>By is the alarm whose rule asked.</summary>
    private static bool IsRestore(AuditEntry entry) => entry.By.StartsWith("alarm ", StringComparison.Ordinal)
        && entry.Order.StartsWith(SetPoolsOrder.Verb, StringComparison.Ordinal);
}
