using System.Text.Json;
using System.Text.Json.Serialization;
using Otedama.Interop;
using Otedama.Mining;

namespace Otedama;

/// <summary>
/// Which geometry was fastest on which card, kept as gpu-tuning.json in the data directory: measured by rigs while
/// they mine,
/// and by `otedama mining benchmark --gpu`. A file that cannot be read or written costs a measurement, never a start.
/// Any thread.
/// </summary>
/// <param name="says">Told in one sentence about such a file.</param>
internal sealed class GpuTuning(string root, TimeProvider clock, Action<string> says) : IGpuTuning
{
    /// <summary>Of all cards this directory has seen with every driver; the oldest goes first.</summary>
    private const int EntriesMax = 256;

    /// <summary>Above this it is no file of ours.</summary>
    private const int BytesMax = 1 << 20;

    private const int Schema = 1;

    private readonly Lock _gate = new(); // rigs, each on its own thread
    private bool _told;

    public static string PathIn(string root) => Path.Combine(root, "gpu-tuning.json");

    public string? Find(GpuInfo gpu, string algorithm)
    {
        lock (_gate)
        {
            return Load().FirstOrDefault(entry => Is(entry, gpu, algorithm))?.Flavour;
        }
    }

    public void Remember(GpuInfo gpu, string algorithm, string flavour, double rate)
    {
        GpuTuningEntry made = new(
            CardOf(gpu),
            gpu.Device.Backend.ToString().ToLowerInvariant(),
            gpu.Device.Driver ?? "",
            algorithm,
            ThisProgram.Version,
            flavour,
            rate,
            clock.GetUtcNow().ToUnixTimeSeconds());
        lock (_gate)
        {
            IEnumerable<GpuTuningEntry> others = Load().Where(entry => !Is(entry, gpu, algorithm));
            GpuTuningFile file = new(Schema, [.. others.OrderByDescending(static entry =>
                entry.MeasuredAt).Take(EntriesMax - 1), made]);
            try
            {
                string path = PathIn(root);
                File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(file,
                    GpuTuningJson.Default.GpuTuningFile));
                File.Move(path + ".new", path, overwrite: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                says($"{PathIn(root)} cannot be written, so what is fastest is measured again at the next start: "
                    + $"{e.Message}");
            }
        }
    }

    private GpuTuningEntry[] Load()
    {
        FileInfo file = new(PathIn(root));
        try
        {
            if (!file.Exists)
            {
                return [];
            }
            GpuTuningFile? read = JsonSerializer.Deserialize(GivenFile.ReadAll(file.FullName, BytesMax),
                GpuTuningJson.Default.GpuTuningFile);
            return read is { Schema: Schema, Entries: not null }
                && read.Entries.All(static entry => entry is { Card: not null, Flavour: not null })
                ? [.. read.Entries.Take(EntriesMax)]
                : throw new JsonException("it is not of the form this version writes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            if (!_told)
            {
                _told = true;
                string why = e is JsonException ? "it is not of the form this version writes" : e.Message;
                says($"{file.FullName} is left out, and what is fastest is measured again: {why}");
            }
            return [];
        }
    }

    private static bool Is(GpuTuningEntry entry, GpuInfo gpu, string algorithm) => entry.Card == CardOf(gpu)
        && entry.Interface == gpu.Device.Backend.ToString().ToLowerInvariant()
        && entry.Driver == (gpu.Device.Driver ?? "")
        && entry.Algorithm == algorithm
        && entry.Program == ThisProgram.Version;

    /// <summary>The board's own number, where it tells one; cards of one name are alike enough otherwise.</summary>
    private static string CardOf(GpuInfo gpu) => gpu.Device.Uuid is { } uuid ? $"{gpu.Device.Name} {uuid}"
        : gpu.Device.Name;
}

internal sealed record GpuTuningFile(int Schema, IReadOnlyList<GpuTuningEntry> Entries);

/// <param name="Card">Name, and the board's own number where it tells one.</param>
/// <param name="Algorithm">With its parameters where it has some: equihash:125,4.</param>
/// <param name="Program">Version whose kernels were measured.</param>
/// <param name="MeasuredAt">Unix seconds.</param>
internal sealed record GpuTuningEntry(
    string Card,
    string Interface,
    string Driver,
    string Algorithm,
    string Program,
    string Flavour,
    double HashrateHs,
    long MeasuredAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(GpuTuningFile))]
internal sealed partial class GpuTuningJson : JsonSerializerContext;
