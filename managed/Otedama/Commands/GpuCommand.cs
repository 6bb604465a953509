using System.CommandLine;
using Otedama.Interop;
using Otedama.Mining;

namespace Otedama;

internal static class GpuCommand
{
    public static Command Build(CommandContext context)
    {
        Command gpu = new("gpu", "Graphics cards.");
        Command list = new(
            "list", "List the graphics cards of this machine with the numbers --gpu takes. Opens their drivers.");
        list.SetAction(result =>
        {
            GpuListAnswer answer = Look();
            context.Answer(result, answer, AnswerJson.Default.GpuListAnswer, Lines);
            return answer.Gpus.Count > 0 ? ExitCode.Done : ExitCode.Unsupported;
        });
        gpu.Subcommands.Add(list);
        Command probe = new(GpuProbe.Verb, "Open the drivers and say what happens; others start it and outlive it.")
        {
            Hidden = true,
        };
        probe.SetAction(_ => GpuProbe.Answer(context.Outside.Out));
        gpu.Subcommands.Add(probe);
        return gpu;
    }

    /// <summary>Found by another process where that is possible; else here.</summary>
    internal static GpuListAnswer Look()
    {
        GpuChoice.CheckEnvironment();
        if (GpuProbe.OfThisProcess is not { } probe)
        {
            return Look(GpuChoice.Find(), readsSensors: true);
        }
        GpuListAnswer found = probe.Found ?? new GpuListAnswer(1, [], null);
        string? note = found.Gpus.Count > 0
            ? null : string.Join(' ', probe.Problems.Append(found.Note).OfType<string>());
        return found with { Note = note, Problems = found.Gpus.Count > 0 ? [.. probe.Problems, .. found.Problems] : [] };
    }

    /// <param name="readsSensors">What hangs in a driver's library of sensors hangs here.</param>
    internal static GpuListAnswer Look(IReadOnlyList<GpuInfo> gpus, bool readsSensors) =>
        new(1, [.. gpus.Select(gpu => Answer(gpu, readsSensors))], gpus.Count > 0 ? null : GpuChoice.NoneBecause())
        {
            Problems = gpus.Count > 0 ? GpuChoice.NoCardBecause(gpus) : [],
        };

    internal static IEnumerable<string> Lines(GpuListAnswer answer)
    {
        foreach (GpuAnswer gpu in answer.Gpus)
        {
            string free = gpu.MemoryFreeBytes is ulong bytes ? $", {bytes >> 20} MiB free" : "";
            yield return $"{gpu.Index,-3} {gpu.Name}";
            yield return $"    {gpu.Interface}, {gpu.Kind}, {gpu.ComputeUnits} compute units, "
                + $"{gpu.MemoryBytes >> 20} MiB of memory{free}";
            yield return $"    driver {gpu.Driver ?? "unknown"}, PCI address {gpu.Pci ?? "unknown"}";
            if (gpu.Telemetry is { } device && string.Join(", ", DeviceWords.Of(device)) is { Length: > 0 } told)
            {
                yield return $"    {told}";
            }
            string mines = gpu.Algorithms.Count > 0 ? string.Join(", ", gpu.Algorithms) : "nothing in this version";
            yield return $"    mines: {mines}"
                + (gpu.SameBoardAs is int twin ? $"; the same card as {twin}, behind another interface" : "")
                + (gpu.Simulator ? "; this machine's processor in disguise, used only with --gpu-simulator" : "");
        }
        if (answer.Note is { } note)
        {
            yield return $"No graphics card. {note}";
        }
        foreach (string problem in answer.Problems)
        {
            yield return problem;
        }
    }

    private static GpuAnswer Answer(GpuInfo gpu, bool readsSensors) => new(
        gpu.Index,
        gpu.Device.Name,
        gpu.Device.Backend.ToString().ToLowerInvariant(),
        gpu.Device.Kind.ToString().ToLowerInvariant(),
        gpu.Device.Units,
        gpu.Device.MemoryBytes,
        gpu.Device.MemoryFreeBytes,
        gpu.Device.Driver,
        gpu.Device.Pci,
        gpu.IsSimulator,
        gpu.TwinOf,
        GpuChoice.AlgorithmsOf(gpu))
    {
        Telemetry = readsSensors ? Telemetry(gpu) : null,
    };

    private static DeviceView? Telemetry(GpuInfo gpu)
    {
        try
        {
            DeviceTelemetry told = DeviceTelemetry.Of(Catalogue.Readings(gpu.Device.Index));
            return DeviceView.Of(new DeviceSnapshot($"gpu{gpu.Index}", "gpu", gpu.Device.Name, told), []);
        }
        catch (NativeException)
        {
            return null; // it can be listed all the same
        }
    }
}

/// <param name="Note">Why there is none; null where there are some.</param>
internal sealed record GpuListAnswer(int Schema, IReadOnlyList<GpuAnswer> Gpus, string? Note)
{
    /// <summary>
    /// Sentences about drivers that crashed or hung and were left out, where there are cards all the same; and, where
    /// only simulators are listed, why each interface shows no card.
    /// </summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}

/// <summary>A graphics card; what its driver does not tell is null.</summary>
/// <param name="Index">As --gpu takes it.</param>
/// <param name="Interface">opencl, cuda or vulkan.</param>
/// <param name="SameBoardAs">Index of the same board behind the interface to prefer.</param>
/// <param name="Algorithms">Those it can search.</param>
internal sealed record GpuAnswer(
    int Index,
    string Name,
    string Interface,
    string Kind,
    int ComputeUnits,
    ulong MemoryBytes,
    ulong? MemoryFreeBytes,
    string? Driver,
    string? Pci,
    bool Simulator,
    int? SameBoardAs,
    IReadOnlyList<string> Algorithms)
{
    /// <summary>What it tells of itself at the moment; null where it cannot be asked.</summary>
    public DeviceView? Telemetry { get; init; }
}
