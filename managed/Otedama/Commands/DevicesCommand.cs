using System.CommandLine;
using Otedama.Asic;
using Otedama.Interop;
using Otedama.Mining;

namespace Otedama;

/// <summary>What can hash on this machine, whatever the configuration says.</summary>
internal static class DevicesCommand
{
    public static Command Build(CommandContext context)
    {
        Command devices = new("devices", "List what can hash on this machine: processors with what they can run, graphics cards, ASICs.");
        devices.SetAction(result => context.Answer(result, Look(context.Outside.Clock), AnswerJson.Default.DevicesAnswer, Lines));
        return devices;
    }

    internal static DevicesAnswer Look(TimeProvider time)
    {
        GpuListAnswer gpus = GpuCommand.Look();
        return new DevicesAnswer(
            1,
            [
                .. Catalogue.Devices()
                    .Where(static device => device.Backend == DeviceBackend.Cpu).Select(device => Cpu(device, time)),
            ],
            gpus.Gpus,
            AsicListCommand.Look(new MachinePorts(), PortFinder.UsbNote).Boards,
            gpus.Note ?? (gpus.Problems.Count > 0 ? string.Join(' ', gpus.Problems) : null));
    }

    internal static IEnumerable<string> Lines(DevicesAnswer answer)
    {
        foreach (CpuAnswer cpu in answer.Cpus)
        {
            yield return $"cpu    {cpu.Name}";
            yield return $"         {string.Join(", ", Built(cpu))}";
            yield return $"         {cpu.MemoryBytes >> 20} MiB of memory, {HugePagesOf(cpu.HugePages)}";
            if (cpu.TemperatureC is double temperature)
            {
                yield return FormattableString.Invariant($"         {temperature:0} °C");
            }
            yield return $"         instructions: {string.Join(' ', cpu.Features)}";
            foreach (DeviceAlgorithm algorithm in cpu.Algorithms)
            {
                string flavours = string.Join(", ", algorithm.Flavours.Select(name => name == algorithm.Selected ? $"{name} (chosen)" : name));
                yield return $"         {algorithm.Name,-10} {flavours}{(algorithm.Mines ? "" : "; checks shares, does not mine")}";
            }
        }
        foreach (GpuAnswer gpu in answer.Gpus)
        {
            string[] told = [.. GpuCommand.Lines(new GpuListAnswer(1, [gpu], null))];
            yield return $"gpu    {told[0]}";
            foreach (string line in told[1..])
            {
                yield return $"     {line}";
            }
        }
        if (answer.GpuNote is { } note)
        {
            yield return answer.Gpus.Count > 0 ? $"gpu    {note}" : $"gpu    none. {note}";
        }
        foreach (AsicBoardAnswer asic in answer.Asics)
        {
            yield return $"asic   {AsicListCommand.Line(asic)}";
        }
        if (answer.Asics.Count == 0)
        {
            yield return "asic   none that is recognised; `otedama asic list` shows every port.";
        }
    }

    private static CpuAnswer Cpu(DeviceInfo device, TimeProvider time)
    {
        CpuTopology built = CpuTopology.Read();
        return new CpuAnswer(
            device.Name,
            built.Sockets,
            built.Cores,
            built.L3Domains,
            device.Units,
            Environment.ProcessorCount,
            device.MemoryBytes,
            ReadHugePages(),
            new CpuSensors(time).Read().TemperatureC,
            device.Features,
            [.. Catalogue.Algorithms().Select(static info => new DeviceAlgorithm(
                info.Name, !info.VerifyOnly, info.Selected.Name, [.. info.Flavours.Where(static f => f.Supported).Select(static f => f.Name)]))]);
    }

    private static DeviceHugePages? ReadHugePages()
    {
        try
        {
            HugePagesAnswer pages = new HugePages("/").Read(null);
            return new DeviceHugePages(pages.Total, pages.Free, pages.PageKib);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // this kernel has none
        }
    }

    private static IEnumerable<string> Built(CpuAnswer cpu)
    {
        (int? Count, string One, string Many)[] parts =
            [(cpu.Sockets, "socket", "sockets"), (cpu.Cores, "core", "cores"), (cpu.L3Domains, "L3 domain", "L3 domains"), (cpu.Threads, "thread", "threads")];
        foreach ((int? count, string one, string many) in parts.Where(static part => part.Count is not null))
        {
            yield return $"{count} {(count == 1 ? one : many)}";
        }
        if (cpu.ThreadsUsable != cpu.Threads)
        {
            yield return $"{cpu.ThreadsUsable} of them for this program";
        }
    }

    private static string HugePagesOf(DeviceHugePages? pages) =>
        pages is null ? "no huge pages" : $"{pages.Total} huge pages of {pages.PageKib} KiB reserved, {pages.Free} free";
}

/// <param name="GpuNote">Why there is no graphics card, or which drivers were left out.</param>
/// <param name="Asics">Boards that are recognised, as otedama asic list has them.</param>
internal sealed record DevicesAnswer(
    int Schema,
    IReadOnlyList<CpuAnswer> Cpus,
    IReadOnlyList<GpuAnswer> Gpus,
    IReadOnlyList<AsicBoardAnswer> Asics,
    string? GpuNote);

/// <summary>The processors of the machine; what the kernel does not tell is null.</summary>
/// <param name="L3Domains">Groups of cores that share a last-level cache.</param>
/// <param name="Threads">Hardware threads.</param>
/// <param name="ThreadsUsable">Those this program may use.</param>
internal sealed record CpuAnswer(
    string Name,
    int? Sockets,
    int? Cores,
    int? L3Domains,
    int Threads,
    int ThreadsUsable,
    ulong MemoryBytes,
    DeviceHugePages? HugePages,
    double? TemperatureC,
    IReadOnlyList<string> Features,
    IReadOnlyList<DeviceAlgorithm> Algorithms);

internal sealed record DeviceHugePages(int Total, int Free, int PageKib);

/// <param name="Mines">False: shares of it are checked here, but not searched for.</param>
/// <param name="Selected">The flavour used unless another is asked for.</param>
/// <param name="Flavours">Those this machine can run.</param>
internal sealed record DeviceAlgorithm(string Name, bool Mines, string Selected, IReadOnlyList<string> Flavours);
