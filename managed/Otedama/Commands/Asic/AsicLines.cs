using System.Globalization;

namespace Otedama;

/// <summary>The fleet as lines for people.</summary>
internal static class AsicLines
{
    public static IEnumerable<string> Fleet(FleetAnswer fleet)
    {
        if (fleet.Devices.Count == 0)
        {
            yield return "No device yet.";
            yield break;
        }
        yield return Table(["name", "address", "model", "state", "rate", "chip", "power", "J/TH", "pool", "alarms"]);
        foreach (FleetRow row in fleet.Devices)
        {
            yield return Table([row.Name, row.Address, row.Model ?? row.Family ?? "–", row.State,
                Of(row.HashrateHs, Units.Hashrate), Of(row.TemperatureC, "°C"), Of(row.PowerW, "W"),
                Of(row.JoulePerTh, ""), row.Pool ?? "–", string.Join(",",
                    row.Alarms.Select(static alarm => alarm.Alarm))]);
        }
        yield return $"{Devices(fleet.Devices.Count)}, {Units.Hashrate(fleet.HashrateHs)}, {Power(fleet)}, "
            + $"{fleet.Devices.Count(static row => row.Alarms.Count > 0)} with alarms";
        foreach (FleetCauseView cause in fleet.Causes)
        {
            yield return $"{cause.Severity,-9}{cause.Alarm}: {cause.Text}";
        }
        foreach (FleetRow row in fleet.Devices)
        {
            foreach (FleetAlarmView alarm in row.Alarms.Where(static alarm => alarm.Cause is null))
            {
                yield return $"{alarm.Severity,-9}{row.Name}: {alarm.Alarm}: {alarm.Text}";
            }
            if (row.Problem is { } problem)
            {
                yield return $"         {row.Name}: {problem}";
            }
        }
    }

    public static IEnumerable<string> Device(FleetDeviceAnswer answer)
    {
        FleetRow it = answer.Device;
        (string Name, string? Value)[] rows =
        [
            ("id", it.Id), ("address", it.Address), ("group", it.Group),
                ("model", Words(FamilyBeside(it), it.Model, it.Board, it.Chip)), ("firmware", Words(it.Version, answer.Slot)),
            ("driver", it.Driver), ("state", it.State), ("problem", it.Problem),
                ("up", it.UptimeS is { } up ? Units.Duration(up) : null), ("last start", answer.ResetReason),
            ("rate", it.HashrateHs is { } rate ? $"{Units.Hashrate(rate)}{(it.ExpectedHs is { } expected ? $" of {Units.Hashrate(expected)}" : "")}" : null),
            ("usual rate", answer.MedianHs is { } median ? Units.Hashrate(median) : null),
                ("chip", it.TemperatureC is null ? null : Of(it.TemperatureC, "°C")),
            ("regulator", it.RegulatorC is null ? null : Of(it.RegulatorC, "°C")),
            ("power", it.PowerW is null ? null : $"{Of(it.PowerW, "W")}, {Of(it.JoulePerTh, "J/TH")}"),
            ("setting", it.ClockMhz is null ? null : $"{Of(it.ClockMhz, "MHz")}, "
                + $"{Of(it.CoreV, "V")}"), ("fans", answer.Fans.Count == 0 ? null
                : string.Join(", ", answer.Fans.Select(static fan => $"{Of(fan.Rpm, "rpm")} at "
                    + $"{Of(fan.Percent, "%")}"))),
            ("shares", it.Accepted is null ? null : $"{it.Accepted} accepted, "
                + $"{it.Rejected?.ToString(CultureInfo.InvariantCulture) ?? "–"} rejected"),
            ("Wi-Fi", it.WifiDbm is null ? null : $"{it.WifiDbm} dBm"), ("tuning", it.Tuning),
        ];
        foreach ((string name, string? value) in rows.Where(static row => row.Value is not null))
        {
            yield return $"{name,-12}{value}";
        }
        foreach (FleetPoolView pool in answer.Pools)
        {
            yield return $"pool {pool.Index,-7}{pool.Url} as {pool.User ?? "–"}{(pool.Active == true ? ", in use" : "")}{(pool.Status is { } status ? $", {status}" : "")}";
        }
        foreach (FleetChainView chain in answer.Chains)
        {
            yield return $"board {chain.Index,-6}{Of(chain.HashrateHs, Units.Hashrate)}, "
                + $"{Of(chain.TemperatureC, "°C")}, {chain.ChipsFound?.ToString(CultureInfo.InvariantCulture) ?? "–"} "
                + "of "
                + $"{chain.ChipsExpected?.ToString(CultureInfo.InvariantCulture) ?? "–"} chips";
        }
        foreach (FleetAlarmView alarm in it.Alarms)
        {
            yield return $"{alarm.Severity,-12}{alarm.Alarm}: {alarm.Text}";
        }
        foreach (string error in answer.Errors)
        {
            yield return $"error       {error}";
        }
    }

    public static IEnumerable<string> Orders(FleetOrderAnswer answer)
    {
        foreach (FleetOrderResult result in answer.Results)
        {
            yield return $"{result.Name}: {result.Order}: {result.Result}. {result.Text}";
            foreach (string step in result.Steps)
            {
                yield return $"  {step}";
            }
        }
    }

    /// <summary>0 when every device did it, or would; else the code of the worst.</summary>
    public static int CodeOf(FleetOrderAnswer answer)
    {
        int[] codes = [.. answer.Results.Select(static result => result.Result switch
        {
            "done" or "begun" or "already" or "dry_run" => ExitCode.Done,
            "interrupted" => ExitCode.Interrupted,
            "unreachable" => ExitCode.Unreachable,
            "unsupported" => ExitCode.Unsupported,
            _ => ExitCode.BadAnswer,
        })];
        return ((ReadOnlySpan<int>)[ExitCode.Interrupted, ExitCode.BadAnswer, ExitCode.Unreachable,
            ExitCode.Unsupported]).ToArray().FirstOrDefault(codes.Contains);
    }

    /// <summary>0 where a device of these was read and still answers, else 5.</summary>
    public static int CodeOf(params IEnumerable<FleetRow> rows) =>
        rows.Any(static row => row.SeenAt is not null && row.State != "unreachable") ? ExitCode.Done
            : ExitCode.Unreachable;

    /// <summary>1 device, 2 devices.</summary>
    public static string Devices(int count) => count == 1 ? "1 device" : $"{count} devices";

    public static string Of(double? value, string unit) =>
        value is { } v ? $"{Asic.Figure.Of(v)} {unit}".TrimEnd() : "–";

    /// <summary>The sum, and whose it is: of those that do not say what they take nothing is known.</summary>
    private static string Power(FleetAnswer fleet) => fleet.PowerW is null
        ? "no device says its power"
        : $"{Of(fleet.PowerW, "W")}{(fleet.JoulePerTh is { } joule ? $" and {Of(joule, "J/TH")}" : "")} of "
            + $"{fleet.PowerOf} of {Devices(fleet.Of)} that say{(fleet.PowerOf == 1 ? "s its" : " their")} power";

    private static string Of(double? value, Func<double, string> show) => value is { } v ? show(v) : "–";

    /// <summary>Not where the model begins with it: Antminer S19.</summary>
    private static string? FamilyBeside(FleetRow it) => it.Family is { } family
        && it.Model?.StartsWith(family, StringComparison.OrdinalIgnoreCase) == true ? null : it.Family;

    private static string Words(params string?[] parts) =>
        string.Join(' ', parts.Where(static part => part is not null));

    private static string Table(string[] cells)
    {
        int[] widths = [20, 22, 18, 12, 11, 9, 9, 7, 34, 0];
        return string.Concat(cells.Select((cell, i) => Cut(cell,
            widths[i]).PadRight(widths[i] + (i < cells.Length - 1 ? 1 : 0)))).TrimEnd();
    }

    private static string Cut(string cell, int width) => width == 0 || cell.Length <= width ? cell
        : cell[..(width - 1)] + "…";
}
