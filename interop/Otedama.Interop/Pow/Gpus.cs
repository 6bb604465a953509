using Otedama.Core;

namespace Otedama.Interop;

/// <summary>A graphics card, or what stands for one.</summary>
/// <param name="Index">As --gpu and `otedama gpu list` count: from 0, without the processor.</param>
/// <param name="TwinOf">Index of the same board behind the interface to prefer; null where this is it.</param>
public sealed record GpuInfo(int Index, DeviceInfo Device, int? TwinOf)
{
    /// <summary>As workers and datasets of it are called: gpu0.</summary>
    public string Name => $"gpu{Index}";

    public bool IsSimulator => Device.Kind == DeviceKind.Simulator;

    /// <summary>Empty where the card cannot search it.</summary>
    public IReadOnlyList<FlavourInfo> Flavours(Algorithm algorithm) => Catalogue.Flavours(Device.Index, algorithm);
}

/// <summary>The graphics cards of this machine. Any thread.</summary>
public static class Gpus
{
    /// <summary>
    /// Cards first, each once; then the same boards behind other interfaces; simulators last, so that installing one moves no
    /// number. Opens drivers on the first call. Throws NativeException as Catalogue.OpenDevices.
    /// </summary>
    public static IReadOnlyList<GpuInfo> Find()
    {
        Catalogue.OpenDevices();
        return Number(Catalogue.Devices());
    }

    /// <summary>The same behind some interfaces only, beside those that were opened before.</summary>
    public static IReadOnlyList<GpuInfo> Find(IEnumerable<DeviceBackend> interfaces)
    {
        Catalogue.OpenDevices(interfaces.Aggregate(0u, static (mask, one) => mask | 1u << (int)one));
        return Number(Catalogue.Devices());
    }

    /// <summary>Why there are none, one sentence an interface; empty where there are some, or nothing was looked for.</summary>
    public static IReadOnlyList<string> Reasons() =>
        [.. Catalogue.Backends().Where(static backend => backend.Message.Length > 0).Select(static backend => backend.Message)];

    internal static IReadOnlyList<GpuInfo> Number(IReadOnlyList<DeviceInfo> devices)
    {
        DeviceInfo[] ordered =
        [
            .. devices.Where(static device => device.Kind != DeviceKind.Processor)
                .OrderBy(static device => device.Kind == DeviceKind.Simulator)
                .ThenBy(static device => device.Twin != device.Index)
                .ThenBy(static device => device.Index),
        ];
        return
        [
            .. ordered.Select((device, index) => new GpuInfo(
                index, device, device.Twin == device.Index ? null : Array.FindIndex(ordered, other => other.Index == device.Twin))),
        ];
    }
}
