using System.Globalization;
using System.Net;

namespace Otedama;

/// <summary>The checks of `otedama diag`. Reads only; starts and changes nothing.</summary>
internal static class Diagnosis
{
    private const long DiskBytesWanted = 1L << 30;

    public static DiagAnswer Run(Configuration configuration, Surroundings outside) => new(1,
    [
        Version(),
        Cpu(),
        .. Memory(),
        Files(),
        LibSsl(),
        Clock(outside),
        DataDir(configuration, outside),
        SavedTuning(configuration, outside),
        Engine(configuration),
        .. Ports(configuration),
        .. Cards(),
        .. configuration.Warnings.Select(static w => new DiagRow("configuration", "note", w)),
    ]);

    private static DiagRow Version()
    {
        VersionAnswer version = VersionCommand.Current();
        return new("version", "good", $"otedama {version.Version}, {version.Runtime}, {version.System}");
    }

    private static DiagRow Cpu()
    {
        string[] wanted = ["sha_ni", "avx2", "avx512f", "aes", "vaes", "pclmulqdq"];
        string[] lines = ReadLines("/proc/cpuinfo");
        string model = Field(lines, "model name") ?? System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
        string[] flags = (Field(lines, "flags") ?? "").Split(' ');
        string found = string.Join(' ', wanted.Where(flags.Contains));
        return new("cpu", "good", $"{model}, {Environment.ProcessorCount} threads, {(found.Length > 0 ? found : "no known hash extensions")}");
    }

    private static IEnumerable<DiagRow> Memory()
    {
        string[] lines = ReadLines("/proc/meminfo");
        if (lines.Length == 0)
        {
            yield break;
        }
        yield return new("memory", "good", $"{Field(lines, "MemAvailable")} available of {Field(lines, "MemTotal")}");
        string huge = Field(lines, "HugePages_Total") ?? "0";
        yield return huge == "0"
            ? new("huge pages", "note", "none reserved; some algorithms (not SHA-256d) are faster with: sudo otedama mining hugepages --pages 640 --persist")
            : new("huge pages", "good", $"{huge} of {Field(lines, "Hugepagesize")} reserved, {Field(lines, "HugePages_Free")} free");
    }

    private static DiagRow Files()
    {
        string? line = ReadLines("/proc/self/limits").FirstOrDefault(static l => l.StartsWith("Max open files", StringComparison.Ordinal));
        string[] parts = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (parts.Length < 5 || !long.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out long soft))
        {
            return new("open files", "note", "limit not known on this system");
        }
        return soft < 4096
            ? new("open files", "note", $"at most {soft}, so about {soft - 100} miners can connect; raise with: ulimit -n 65536")
            : new("open files", "good", $"at most {soft}");
    }

    private static DiagRow LibSsl() => OpenSslCheck.Problem() is { } problem
        ? new("libssl", "bad", problem)
        : new("libssl", "good", "found");

    private static DiagRow Clock(Surroundings outside)
    {
        DateTimeOffset now = outside.Clock.GetUtcNow();
        bool sane = now.Year is >= 2025 and < 2100;
        return new("clock", sane ? "good" : "bad", $"{now:yyyy-MM-dd HH:mm:ss} UTC{(sane ? "" : "; blocks carry this time and would be refused, set the clock")}");
    }

    private static DiagRow DataDir(Configuration configuration, Surroundings outside)
    {
        string root = DataDirectory.Locate(configuration, outside.Environment);
        string existing = root;
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
        {
            existing = parent;
        }
        long free = new DriveInfo(existing).AvailableFreeSpace;
        string user = InstanceRecord.TryRead(root, out InstanceFile? file) ? $", process {file.Pid} runs on it" : "";
        return new("data directory", free < DiskBytesWanted ? "note" : "good", $"{root}, {Units.Bytes(free)} free{user}");
    }

    private static DiagRow SavedTuning(Configuration configuration, Surroundings outside)
    {
        TuningFile? file = Tuning.Load(DataDirectory.Locate(configuration, outside.Environment));
        return file is { Entries.Count: > 0 }
            ? new("tuning", "good", string.Join("; ", file.Entries.Select(static e => $"{e.Algorithm} with {e.Flavour} on {e.Threads} threads, {Units.Hashrate(e.HashrateHs)}")) + $" ({file.Cpu})")
            : new("tuning", "note", "none saved; otedama mining tune measures what is fastest here");
    }

    private static DiagRow Engine(Configuration configuration)
    {
        try
        {
            string name = PoolEngines.Choose(configuration).Name;
            return new("pool engine", name == "sockets" || !name.StartsWith("sockets", StringComparison.Ordinal) ? "good" : "note", name);
        }
        catch (ConfigurationException e)
        {
            return new("pool engine", "bad", e.Message);
        }
    }

    private static IEnumerable<DiagRow> Ports(Configuration configuration)
    {
        IEnumerable<(Configuration Of, Setting<int> Setting)> all =
        [
            .. configuration.Pools.Select(static pool => (pool, Settings.PoolPort)),
            (configuration.Pools.FirstOrDefault(static pool => pool.Get(Settings.NodeMode) == "embedded") ?? configuration, Settings.NodePort),
            (configuration, Settings.ApiPort),
            (configuration, Settings.MetricsPort),
        ];
        foreach ((Configuration of, Setting<int> setting) in all)
        {
            int port = of.Get(setting);
            yield return Otedama.Ports.IsFree(IPAddress.Loopback, port, out _)
                ? new("port " + port, "good", $"free ({of.KeyOf(setting)})")
                : new("port " + port, "note", $"in use ({of.KeyOf(setting)}); by a running otedama or another program");
        }
    }

    /// <summary>What `otedama gpu list` finds: drivers are opened by a process of its own, since they may crash.</summary>
    private static IEnumerable<DiagRow> Cards()
    {
        GpuListAnswer found;
        string? trouble = null;
        try
        {
            found = GpuCommand.Look();
        }
        catch (ConfigurationException e) // OTEDAMA_GPU names what there is not
        {
            (found, trouble) = (new GpuListAnswer(1, [], null), e.Message);
        }
        foreach (GpuAnswer gpu in found.Gpus)
        {
            yield return new($"card {gpu.Index}", "good", $"{gpu.Name}, {gpu.Interface}, driver {gpu.Driver ?? "unknown"}"
                + (gpu.Simulator ? "; this machine's processor in disguise" : ""));
        }
        foreach (string sentence in found.Problems.Append(found.Note).Append(trouble).OfType<string>())
        {
            yield return new("cards", "note", sentence);
        }
    }

    private static string[] ReadLines(string path)
    {
        try
        {
            return System.IO.File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string? Field(string[] lines, string name)
    {
        string? line = lines.FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal) && l.AsSpan(name.Length).TrimStart().StartsWith(":"));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
