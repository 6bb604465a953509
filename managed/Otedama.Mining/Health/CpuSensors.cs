using System.Globalization;

namespace Otedama.Mining;

/// <summary>
/// Temperature, power, fan and clock of the machine's processors, where the kernel shows them below /sys: hwmon and thermal
/// zones, RAPL (which most systems let only root read), cpufreq. Nothing is guessed. One thread.
/// </summary>
/// <param name="root">Folder that holds sys.</param>
public sealed class CpuSensors(TimeProvider time, string root = "/")
{
    /// <summary>Drivers of the processors' own sensors, by the name they give.</summary>
    private static readonly string[] s_chips = ["coretemp", "k10temp", "zenpower", "cpu_thermal"];

    /// <summary>What stands for a whole processor; single cores are looked at only without it.</summary>
    private static readonly string[] s_whole = ["Package", "Tctl", "Tdie"];

    private Dictionary<string, double> _energy = [];
    private long _energyAt;

    /// <summary>Power is an average since the last call, and not known at the first.</summary>
    public DeviceTelemetry Read() => new(Temperature(), Power(), Fan(), Clock());

    private double? Temperature()
    {
        List<(string Label, double C)> found = [];
        foreach (string chip in Folders("sys/class/hwmon", "hwmon*").Where(static chip => s_chips.Contains(Text(chip, "name"))))
        {
            found.AddRange(Inputs(chip, "temp").Select(static input => (input.Label, input.Value / 1000)));
        }
        (string, double C)[] whole = [.. found.Where(static input => s_whole.Any(name => input.Label.StartsWith(name, StringComparison.Ordinal)))];
        IEnumerable<double> degrees = (whole.Length > 0 ? whole : [.. found]).Select(static input => input.C);
        return Most(degrees) ?? Most(Folders("sys/class/thermal", "thermal_zone*")
            .Where(static zone => Text(zone, "type") is "x86_pkg_temp" or "cpu-thermal" or "cpu_thermal")
            .Select(static zone => Number(zone, "temp") / 1000).OfType<double>());
    }

    /// <summary>Of all sockets together; null when one of them cannot be read.</summary>
    private double? Power()
    {
        string[] sockets = [.. Folders("sys/class/powercap", "intel-rapl:*")
            .Where(static zone => Text(zone, "name").StartsWith("package-", StringComparison.Ordinal))];
        Dictionary<string, double> before = _energy;
        double seconds = time.GetElapsedTime(_energyAt).TotalSeconds;
        _energy = [];
        _energyAt = time.GetTimestamp();
        double joules = 0;
        bool known = sockets.Length > 0 && seconds > 0;
        foreach (string socket in sockets)
        {
            double? now = Number(socket, "energy_uj");
            known &= now is not null && before.ContainsKey(socket);
            if (now is not double microjoules)
            {
                continue;
            }
            _energy[socket] = microjoules;
            double since = microjoules - before.GetValueOrDefault(socket);
            double range = since < 0 ? Number(socket, "max_energy_range_uj") ?? 0 : 0; // the counter began anew
            known &= since + range >= 0;
            joules += (since + range) / 1e6;
        }
        return known ? joules / seconds : null;
    }

    /// <summary>Only one that says it is the processor's.</summary>
    private double? Fan() => Most(Folders("sys/class/hwmon", "hwmon*").SelectMany(static chip => Inputs(chip, "fan"))
        .Where(static input => input.Label.Contains("CPU", StringComparison.OrdinalIgnoreCase)).Select(static input => input.Value));

    private double? Clock()
    {
        double[] kilohertz = [.. Folders("sys/devices/system/cpu", "cpu*")
            .Select(static cpu => Number(Path.Combine(cpu, "cpufreq"), "scaling_cur_freq")).OfType<double>()];
        return kilohertz.Length > 0 ? kilohertz.Average() / 1000 : null;
    }

    private static IEnumerable<(string Label, double Value)> Inputs(string chip, string kind)
    {
        for (int i = 1; Number(chip, $"{kind}{i}_input") is double value; i++)
        {
            yield return (Text(chip, $"{kind}{i}_label"), value);
        }
    }

    private static double? Most(IEnumerable<double> values) => values.Select(static value => (double?)value).Max();

    private string[] Folders(string folder, string pattern) => SystemFiles.Folders(Path.Combine(root, folder), pattern);

    private static string Text(string folder, string file) => SystemFiles.Text(Path.Combine(folder, file));

    private static double? Number(string folder, string file) =>
        double.TryParse(Text(folder, file), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double value) ? value : null;
}
