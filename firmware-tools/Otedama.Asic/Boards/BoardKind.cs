namespace Otedama.Asic;

/// <summary>
/// A row per board: how it is recognised, what is on it, and how it is driven. Another board is another row.
/// </summary>
public sealed record BoardKind
{
    /// <summary>As configurations name it, such as compac-f.</summary>
    public required string Key { get; init; }

    /// <summary>As its maker names it.</summary>
    public required string Title { get; init; }

    /// <summary>Null where the configuration has to say it.</summary>
    public ChipFamily? Family { get; init; }

    /// <summary>Null = as many as answer, or what the configuration says.</summary>
    public int? Chips { get; init; }

    /// <summary>Voltage domains in series.</summary>
    public int Domains { get; init; } = 1;

    /// <summary>Clock unless the operator says another; null = the family's.</summary>
    public double? Megahertz { get; init; }

    /// <summary>Core voltage unless the operator says another; null = the board's is left alone.</summary>
    public int? Millivolts { get; init; }

    /// <summary>Its chips' temperature can be read. Where it cannot, only clocks up to the default are
    /// allowed.</summary>
    public bool HasSensor { get; init; }

    /// <summary>A core voltage can be set in millivolts.</summary>
    public bool HasVoltage { get; init; }

    /// <summary>
    /// How sure it is that a port is this board: 0 = it is not, 1 = the carrier fits and the configuration has to say
    /// which board it is, 2 = its strings say so, 3 = its strings and version say so. Never by the ids alone: those of
    /// adapters belong to thousands of other gadgets.
    /// </summary>
    public required Func<FoundPort, int> Match { get; init; }

    /// <summary>Drives the board at that place.</summary>
    public required Func<BoardPlace, IBoardPorts, TimeProvider, IBoardControl> Make { get; init; }

    /// <summary>Chips sit behind an own way of their carrier and not simply behind the port that is named.</summary>
    public bool NeedsDevice { get; init; } = true;
}

/// <summary>Where a board is.</summary>
/// <param name="Address">As it was named, or found: what LinkAddress takes.</param>
/// <param name="Device">What is plugged in there; null = not known, as for sockets and pseudo terminals.</param>
public sealed record BoardPlace(string Address, FoundPort? Device)
{
    /// <summary>The same as long as it is this device: its serial number, else its place, else its address.</summary>
    public string Key => Device is { VendorId: ushort vendor, ProductId: ushort product } device
        ? $"{vendor:x4}:{product:x4}:{(device.SerialNumber is { Length: > 0 } serial ? serial : $"@{device.PortPath}")}"
        : Address;
}

/// <summary>The ports of a machine, as boards see them.</summary>
public interface IBoardPorts
{
    /// <summary>Everything there is now.</summary>
    IReadOnlyList<FoundPort> List();

    /// <summary>Opens what an address names. Throws LinkException.</summary>
    ILink Open(string address, int rate);
}

/// <summary>Those of this machine.</summary>
public sealed class MachinePorts : IBoardPorts
{
    private readonly PortFinder _finder;
    private readonly LinkOpener _opener;

    /// <param name="finder">Null = of this machine.</param>
    public MachinePorts(PortFinder? finder = null)
    {
        _finder = finder ?? new PortFinder();
        _opener = new LinkOpener(_finder);
    }

    public IReadOnlyList<FoundPort> List() => _finder.List();

    public ILink Open(string address, int rate) =>
        LinkAddress.TryParse(address, out LinkAddress? parsed, out string? error)
        ? _opener.Open(parsed, rate)
        : throw new LinkException(LinkFault.Missing, address, error);
}
