using System.Text.Json;
using System.Text.Json.Serialization;
using Otedama.Interop;

namespace Otedama;

/// <summary>What `otedama mining tune` found best on this machine, kept as tuning.json in the data directory.</summary>
internal static class Tuning
{
    /// <summary>Above this it is no file of ours.</summary>
    private const int BytesMax = 1 << 20;

    private const int Schema = 1;

    /// <summary>
    /// Null when nothing was measured, or the file cannot be read: tuning costs speed, never a start.
    /// </summary>
    public static TuningFile? Load(string root)
    {
        try
        {
            FileInfo file = new(PathIn(root));
            if (!file.Exists || file.Length > BytesMax)
            {
                return null;
            }
            TuningFile? read = JsonSerializer.Deserialize(File.ReadAllBytes(file.FullName), TuningJson.Default.TuningFile);
            return read is { Schema: Schema, Entries: not null } ? read : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// What was measured for an algorithm on this very processor; null otherwise, or when OTEDAMA_CPU forces a flavour.
    /// </summary>
    public static TuningEntry? For(string root, string algorithm)
    {
        if (Environment.GetEnvironmentVariable("OTEDAMA_CPU") is { Length: > 0 } || Load(root) is not { } file)
        {
            return null;
        }
        bool same = file.Cpu == Cpu() && file.HardwareThreads == Environment.ProcessorCount;
        TuningEntry? entry = same ? file.Entries.FirstOrDefault(entry => entry.Algorithm == algorithm) : null;
        bool usable = entry is { Threads: >= 1 and <= Mining.RigOptions.CpuThreadsMax } && Catalogue.Algorithms()
            .Any(info => info.Flavours.Any(flavour => flavour.Supported && flavour.Name == entry.Flavour));
        return usable ? entry : null;
    }

    /// <summary>Throws ConfigurationException when the directory cannot be written.</summary>
    public static void Save(string root, TuningEntry entry)
    {
        TuningFile? old = Load(root);
        bool same = old?.Cpu == Cpu() && old.HardwareThreads == Environment.ProcessorCount;
        IEnumerable<TuningEntry> others = same ? old!.Entries.Where(e => e.Algorithm != entry.Algorithm) : [];
        TuningFile file = new(Schema, Cpu(), Environment.ProcessorCount, [.. others, entry]);
        try
        {
            DataDirectory.MakePrivate(root, allowLoose: true); // the instance that opens it judges it
            string path = PathIn(root);
            File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(file, TuningJson.Default.TuningFile));
            File.Move(path + ".new", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"data_dir: {root} cannot be written: {e.Message} Give another with --data-dir or OTEDAMA_DATA_DIR.");
        }
    }

    public static string PathIn(string root) => Path.Combine(root, "tuning.json");

    private static string Cpu() => Catalogue.Devices().FirstOrDefault(static device => device.Backend == DeviceBackend.Cpu)?.Name ?? "CPU";
}

/// <param name="Cpu">What the numbers hold for, with the threads it has.</param>
internal sealed record TuningFile(int Schema, string Cpu, int HardwareThreads, IReadOnlyList<TuningEntry> Entries);

/// <param name="Algorithm">As configurations name it.</param>
/// <param name="MeasuredAt">Unix seconds.</param>
internal sealed record TuningEntry(string Algorithm, string Flavour, int Threads, double HashrateHs, long MeasuredAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TuningFile))]
[JsonSerializable(typeof(HugePagesAnswer))]
internal sealed partial class TuningJson : JsonSerializerContext;
