namespace Otedama.Asic;

/// <summary>
/// Finds what stands behind many alarms: a switch, a pool, the cooling, the supply. One alarm is told then, and not one
/// for each device. Under FleetWatch's lock.
/// </summary>
internal sealed class FleetCauses
{
    /// <summary>Devices below which nothing stands behind them.</summary>
    private const int DevicesLeast = 3;

    /// <summary>Part of a group from which it is the group's matter; below half of it again it is not.</summary>
    private const double RaiseAt = 0.5;

    private static readonly (string Kind, string[] Codes, AlarmSeverity Severity, string Words)[] s_kinds =
    [
        ("network", [AlarmTable.Unreachable], AlarmSeverity.Critical,
            "do not answer: a switch, a cable or the supply of the whole group"),
        ("pool", ["fallback_pool", "no_share"], AlarmSeverity.Critical,
            "get nothing accepted or mine on their fallback: the pool or the way to it"),
        ("cooling", ["hot_chip", "hot_chip_critical", "hot_regulator", "hot_regulator_critical", "fan_full"],
            AlarmSeverity.Critical,
            "are hot at once: the air of the room"),
        ("power", ["input_voltage", "restarts", "bad_reset"], AlarmSeverity.Warning,
            "have too little voltage or begin anew: the supply of the group"),
    ];

    private readonly Dictionary<string, CauseSnapshot> _raised = [];

    public IReadOnlyList<CauseSnapshot> Raised => [.. _raised.Values.OrderBy(static cause =>
        cause.Code, StringComparer.Ordinal)];

    /// <summary>Gives each alarm of the devices its cause and returns what began or ended.</summary>
    public IReadOnlyList<FleetEvent> Finding(IReadOnlyCollection<WatchedDevice> devices, DateTimeOffset now)
    {
        List<FleetEvent> events = [];
        HashSet<string> found = [];
        foreach ((string kind, string[] codes, AlarmSeverity severity, string words) in s_kinds)
        {
            foreach (IGrouping<string, WatchedDevice> group in devices.GroupBy(device =>
                KeyOf(kind, device)).Where(static group => group.Key.Length > 0))
            {
                string code = $"{kind}:{group.Key}";
                int all = group.Count();
                DeviceAlarm[] alarms = [.. group.SelectMany(static device => device.Alarms).Where(alarm =>
                    alarm.State.IsRaised && codes.Contains(alarm.State.Rule.Code))];
                int hit = group.Count(device => device.Alarms.Any(alarm =>
                    alarm.State.IsRaised && codes.Contains(alarm.State.Rule.Code)));
                bool isRaised = _raised.ContainsKey(code)
                    ? hit >= 2 && hit > all * RaiseAt / 2
                    : hit >= DevicesLeast && hit >= all * RaiseAt;
                Array.ForEach(alarms, alarm => alarm.Cause = isRaised ? code : alarm.Cause == code ? null
                    : alarm.Cause);
                if (!isRaised)
                {
                    continue;
                }
                found.Add(code);
                string text = $"{hit} of {all} devices of {group.Key} {words}.";
                bool isNew = !_raised.TryGetValue(code, out CauseSnapshot? before);
                _raised[code] = new CauseSnapshot(code, severity, before?.Since ?? now, text, hit);
                if (isNew)
                {
                    events.Add(new FleetEvent(now, code, severity, true, null, text, hit));
                }
            }
        }
        foreach (CauseSnapshot over in _raised.Values.Where(cause => !found.Contains(cause.Code)).ToArray())
        {
            _raised.Remove(over.Code);
            events.Add(new FleetEvent(now, over.Code, over.Severity, false, null, $"Over: {over.Text}", over.Devices));
        }
        return events;
    }

    private static string KeyOf(string kind, WatchedDevice device) => kind == "pool"
        ? device.Reading?.Pools.MinBy(static pool => pool.Priority ?? pool.Index)?.Url ?? ""
        : device.Group;
}
