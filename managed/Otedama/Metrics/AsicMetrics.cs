using Otedama.Asic;

namespace Otedama;

/// <summary>
/// Rows of the fleet. Sums are of all devices; rows by device are those of the first DevicesMax by id, and one of the others
/// together, so that a fleet of thousands makes no thousands of series.
/// </summary>
internal static class AsicMetrics
{
    private const int DevicesMax = 100;

    private const string Others = "others";

    public static IEnumerable<Metric> Rows() =>
    [
        new ValueMetric("otedama_asic_devices", "gauge", ["state"], "ASICs of the fleet, by what they do.",
            static m => Fleet(m).Count == 0 ? [] : Enum.GetValues<FleetState>().Select(state =>
                new Sample([Views.Snake(state.ToString())], Fleet(m).Count(device => device.State == state)))),
        Sum("otedama_asic_hashrate", "Hashes per second of all ASICs of the fleet that answer.", static device =>
            FleetViews.RateOf(device)),
        Sum("otedama_asic_power_watts", "Watts of all ASICs of the fleet that say theirs.", static device =>
            Answering(device)?.Power.Watts),
        new ValueMetric("otedama_asic_alarms", "gauge", ["alarm"], "Alarms that are raised, by kind.",
            static m => Fleet(m).Count == 0 ? [] : AlarmTable.All.Select(rule =>
                new Sample([rule.Code], Fleet(m).Count(device =>
                    device.Alarms.Any(alarm => alarm.Code == rule.Code))))),
        new ValueMetric("otedama_asic_polls_total", "counter", ["result"], "Requests to ASICs: answered, or not.",
            static m => m.FleetPolls is { } polls ? [new Sample(["answer"], polls.Answers),
                new Sample(["miss"], polls.Misses)] : []),
        OfDevice("otedama_asic_device_hashrate", "Hashes per second; of the others the sum.", static device =>
            FleetViews.RateOf(device), static all => all.Sum()),
        OfDevice("otedama_asic_device_temperature_celsius", "Hottest chip; of the others the hottest.",
            static device => Answering(device)?.Temperatures.ChipMax,
            static all => all.Max()),
        OfDevice("otedama_asic_device_power_watts", "Watts; of the others the sum.", static device =>
            Answering(device)?.Power.Watts, static all => all.Sum()),
    ];

    private static IReadOnlyList<FleetDevice> Fleet(MetricsInput input) => input.Fleet?.Devices ?? [];

    private static FleetReading? Answering(FleetDevice device) =>
        device.State == FleetState.Unreachable ? null : device.Reading;

    private static ValueMetric Sum(string name, string help, Func<FleetDevice, double?> read) =>
        new(name, "gauge", [], help, m => m.Fleet is null ? []
            : [new Sample([], Fleet(m).Sum(device => read(device) ?? 0))]);

    private static ValueMetric OfDevice(string name, string help, Func<FleetDevice, double?> read,
        Func<IEnumerable<double>, double> join) =>
        new(name, "gauge", ["device"], help, m =>
        {
            FleetDevice[] all = [.. Fleet(m).OrderBy(static device => device.Id, StringComparer.Ordinal)];
            double[] others = [.. all.Skip(DevicesMax).Select(read).OfType<double>()];
            return all.Take(DevicesMax).Select(device => (device.Id, Value: read(device))).Where(static row =>
                row.Value is not null)
                .Select(static row => new Sample([row.Id], row.Value!.Value))
                .Concat(others.Length > 0 ? [new Sample([Others], join(others))] : []);
        });
}
