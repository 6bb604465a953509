using System.Globalization;
using System.Runtime.InteropServices;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>Reads what can be read about this machine without privileges.</summary>
internal static class MachineProbe
{
    public static MachineDescription Describe()
    {
        DeviceInfo? cpu = Catalogue.Devices().FirstOrDefault(device => device.Backend == DeviceBackend.Cpu);
        return new MachineDescription
        {
            Cpu = cpu?.Name ?? "unknown",
            CpuModel = CpuModel(),
            Features = cpu?.Features ?? [],
            HardwareThreads = Environment.ProcessorCount,
            MemoryBytes = cpu?.MemoryBytes ?? 0,
            Governor = ReadLine("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            Kernel = Kernel(),
            Runtime = $"{RuntimeInformation.FrameworkDescription} {RuntimeInformation.RuntimeIdentifier}",
            LoadBefore = Load(),
            Virtual = IsVirtual(),
            ForcedFlavour = Environment.GetEnvironmentVariable("OTEDAMA_CPU"),
        };
    }

    private static string Kernel()
    {
        string? release = ReadLine("/proc/sys/kernel/osrelease");
        return release is null ? RuntimeInformation.OSDescription : $"Linux {release}";
    }

    private static string? CpuModel()
    {
        string? family = CpuInfo("cpu family"), model = CpuInfo("model");
        return family is null || model is null ? null : $"family {family} model {model}";
    }

    /// <summary>A value of the first processor's paragraph in /proc/cpuinfo.</summary>
    private static string? CpuInfo(string key)
    {
        try
        {
            return File.Exists("/proc/cpuinfo")
                ? File.ReadLines("/proc/cpuinfo").TakeWhile(static line => line.Length > 0)
                    .Select(static line => line.Split(':', 2, StringSplitOptions.TrimEntries))
                    .FirstOrDefault(parts => parts.Length == 2 && parts[0] == key)?[1]
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static double? Load() =>
        double.TryParse(ReadLine("/proc/loadavg")?.Split(' ')[0], CultureInfo.InvariantCulture, out double load) ? load : null;

    private static bool IsVirtual() => CpuInfo("flags")?.Split(' ').Contains("hypervisor") ?? false;

    private static string? ReadLine(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadLines(path).FirstOrDefault()?.Trim() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
