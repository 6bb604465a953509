using Otedama.Asic;

namespace Otedama.Tests.Asic;

/// <summary>The ports of a simulated machine: what is plugged in, and what opening it gives.</summary>
internal sealed class SimPorts : IBoardPorts
{
    private readonly Dictionary<string, Func<int, ILink>> _links = [];

    public List<FoundPort> Ports { get; } = [];

    public List<string> Opened { get; } = [];

    public void Plug(FoundPort port, Func<int, ILink> open)
    {
        Ports.Add(port);
        _links[port.Address] = open;
    }

    /// <summary>A way that List does not show: an interface of a USB device, a socket.</summary>
    public void Add(string address, Func<int, ILink> open) => _links[address] = open;

    public void UnplugAll()
    {
        Ports.Clear();
        _links.Clear();
    }

    public IReadOnlyList<FoundPort> List() => [.. Ports];

    public ILink Open(string address, int rate)
    {
        Opened.Add(address);
        return _links.TryGetValue(address, out Func<int, ILink>? open)
            ? open(rate)
            : throw new LinkException(LinkFault.Missing, address, $"{address}: there is no such port");
    }

    public static FoundPort Serial(
        string address, ushort vendor, ushort product, string maker, string name, string serial, int number, ushort release = 0) => new(
        LinkKind.Serial, address, vendor, product, release, maker, name, serial, "1-1", number, "cdc_acm");

    public static FoundPort Usb(ushort vendor, ushort product, string maker, string name, string serial) => new(
        LinkKind.Usb, FormattableString.Invariant($"usb:{vendor:x4}:{product:x4}:{serial}"), vendor, product, 0, maker, name, serial, "1-2", null, null);
}
