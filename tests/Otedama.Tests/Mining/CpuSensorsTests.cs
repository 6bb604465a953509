using Otedama.Mining;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>What the kernel's files of made-up machines are read as.</summary>
public sealed class CpuSensorsTests : IDisposable
{
    private readonly TempFolder _root = new();
    private readonly HeldClock _time = new();
    private readonly CpuSensors _sensors;

    public CpuSensorsTests() => _sensors = new CpuSensors(_time, _root.Path);

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_machine_that_tells_nothing_is_not_made_up()
    {
        Assert.Equal(default, _sensors.Read());
        Write("sys/class/hwmon/hwmon0/name", "nvme");
        Write("sys/class/hwmon/hwmon0/temp1_input", "41000");
        Write("sys/class/hwmon/hwmon0/fan1_input", "900");
        Write("sys/class/hwmon/hwmon0/fan1_label", "Chassis");
        Write("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "nonsense");
        Assert.Equal(default, _sensors.Read());
    }

    [Fact]
    public void The_package_counts_before_single_cores_and_the_hottest_socket_of_two()
    {
        Write("sys/class/hwmon/hwmon1/name", "coretemp");
        Write("sys/class/hwmon/hwmon1/temp1_label", "Core 0");
        Write("sys/class/hwmon/hwmon1/temp1_input", "88000");
        Assert.Equal(88, _sensors.Read().TemperatureC);
        Write("sys/class/hwmon/hwmon1/temp2_label", "Package id 0");
        Write("sys/class/hwmon/hwmon1/temp2_input", "61500");
        Assert.Equal(61.5, _sensors.Read().TemperatureC);
        Write("sys/class/hwmon/hwmon2/name", "k10temp");
        Write("sys/class/hwmon/hwmon2/temp1_label", "Tctl");
        Write("sys/class/hwmon/hwmon2/temp1_input", "70125");
        Assert.Equal(70.125, _sensors.Read().TemperatureC);
    }

    [Fact]
    public void Without_a_chip_a_thermal_zone_of_the_processor_will_do()
    {
        Write("sys/class/thermal/thermal_zone0/type", "acpitz");
        Write("sys/class/thermal/thermal_zone0/temp", "20000");
        Assert.Null(_sensors.Read().TemperatureC);
        Write("sys/class/thermal/thermal_zone1/type", "cpu-thermal");
        Write("sys/class/thermal/thermal_zone1/temp", "55000");
        Assert.Equal(55, _sensors.Read().TemperatureC);
    }

    [Fact]
    public void Power_is_the_energy_of_all_sockets_since_the_last_look()
    {
        Socket(0, 1_000_000);
        Socket(1, 5_000_000);
        Write("sys/class/powercap/intel-rapl:0:0/name", "core"); // part of a socket
        Write("sys/class/powercap/intel-rapl:0:0/energy_uj", "77");
        Assert.Null(_sensors.Read().PowerW);
        _time.Advance(5);
        Socket(0, 301_000_000);
        Socket(1, 205_000_000);
        Assert.Equal(100, _sensors.Read().PowerW!.Value, 6);
        _time.Advance(5);
        Socket(0, 101_000_000); // began anew at 400 J
        Socket(1, 205_000_000);
        Assert.Equal(40, _sensors.Read().PowerW!.Value, 6);
        _time.Advance(5);
        File.Delete(Path.Combine(_root.Path, "sys/class/powercap/intel-rapl:1/energy_uj")); // as where only root may read
        Assert.Null(_sensors.Read().PowerW);
    }

    [Fact]
    public void Fan_and_clock()
    {
        Write("sys/class/hwmon/hwmon3/name", "nct6775");
        Write("sys/class/hwmon/hwmon3/fan1_label", "Chassis Fan");
        Write("sys/class/hwmon/hwmon3/fan1_input", "700");
        Write("sys/class/hwmon/hwmon3/fan2_label", "CPU Fan");
        Write("sys/class/hwmon/hwmon3/fan2_input", "1350");
        Write("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "3000000");
        Write("sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "4000000");
        DeviceTelemetry told = _sensors.Read();
        Assert.Equal((1350, 3500), (told.FanRpm, told.ClockMhz));
    }

    [Fact]
    public void Sockets_cores_and_shared_caches_are_counted_once()
    {
        Assert.Equal(new CpuTopology(null, null, null), CpuTopology.Read(_root.Path));
        for (int cpu = 0; cpu < 16; cpu++)
        {
            string folder = $"sys/devices/system/cpu/cpu{cpu}";
            Write($"{folder}/topology/physical_package_id", $"{cpu / 8}");
            Write($"{folder}/topology/thread_siblings_list", $"{cpu & ~1}-{cpu | 1}");
            Write($"{folder}/cache/index2/level", "2");
            Write($"{folder}/cache/index2/shared_cpu_list", $"{cpu & ~1}-{cpu | 1}");
            Write($"{folder}/cache/index3/level", "3");
            Write($"{folder}/cache/index3/shared_cpu_list", $"{cpu & ~3}-{cpu | 3}");
        }
        Assert.Equal(new CpuTopology(2, 8, 4), CpuTopology.Read(_root.Path));
    }

    private void Socket(int number, long microjoules)
    {
        Write($"sys/class/powercap/intel-rapl:{number}/name", $"package-{number}");
        Write($"sys/class/powercap/intel-rapl:{number}/energy_uj", $"{microjoules}");
        Write($"sys/class/powercap/intel-rapl:{number}/max_energy_range_uj", "400000000");
    }

    private void Write(string file, string text)
    {
        string path = Path.Combine(_root.Path, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text + "\n");
    }
}
