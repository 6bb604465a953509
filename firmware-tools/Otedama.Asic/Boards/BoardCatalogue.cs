namespace Otedama.Asic;

/// <summary>
/// The boards that can be driven. The most specific match wins; a port that nothing matches is a board only where a
/// configuration says so. Facts of the specification's sections 8 and 10.
/// </summary>
public static class BoardCatalogue
{
    /// <summary>Key of chips behind any port.</summary>
    public const string Serial = "serial";

    private const ushort Ftdi = 0x0403;
    private const ushort FtdiX = 0x6015;
    private const ushort SiLabs = 0x10C4;
    private const ushort Cp2105 = 0xEA70;

    /// <summary>The settings of a diode in a BM1370.</summary>
    private const byte Ideality1370 = 0x24;
    private const byte Beta1370 = 0x00;

    /// <summary>How long kanoi/cgminer holds the reset of BM1397, and of older chips.</summary>
    private static readonly TimeSpan s_longReset = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_shortReset = TimeSpan.FromMilliseconds(30);

    private static readonly BitaxeParts s_old = new(BitaxeHeat.Diode, 0, null);
    private static readonly BitaxeParts s_oldBeside = new(BitaxeHeat.Beside, 5, null);
    private static readonly BitaxeParts s_new = new(BitaxeHeat.Diode, 0, Tps546Limits.FiveVolts);
    private static readonly BitaxeParts s_gamma =
        new(BitaxeHeat.Diode, 0, Tps546Limits.FiveVolts) { Ideality = Ideality1370, Beta = Beta1370 };
    private static readonly BitaxeParts s_hex = new(BitaxeHeat.Board, 10, Tps546Limits.TwelveVoltsThreeDomains);
    private static readonly BitaxeParts s_turbo =
        new(BitaxeHeat.TwoDiodes, 0, Tps546Limits.TwelveVoltsTwoPhases) { Ideality = Ideality1370, Beta = Beta1370 };

    public static IReadOnlyList<BoardKind> All { get; } =
    [
        FtdiStick("compac-f", "GekkoScience Compac F", "CompacF", ChipFamilies.Bm1397, 1),
        FtdiStick("r909", "GekkoScience R909", "R909", ChipFamilies.Bm1397, 6),
        FtdiStick("newpac", "GekkoScience NewPac", "NewPac", ChipFamilies.Bm1387, 2) with { Megahertz = 100 },
        FtdiStick("r606", "GekkoScience R606", "R606", ChipFamilies.Bm1387, 12) with { Megahertz = 550 },
        TelemetryStick("compac-a1", "GekkoScience Compac A1", "Compac A1", ChipFamilies.Bm1362, setsCore: true),
        TelemetryStick("terminus-a1", "GekkoScience Terminus A1", "Terminus A1", ChipFamilies.Bm1362, setsCore: true),
        TelemetryStick("compac-a2", "GekkoScience Compac A2", "Compac A2", ChipFamilies.Bm1370, setsCore: false),
        TelemetryStick("terminus-a2", "GekkoScience Terminus A2", "Terminus A2", ChipFamilies.Bm1370, setsCore: false),
        Bitaxe("bitaxe-max", "Bitaxe Max", ChipFamilies.Bm1397, 1, s_old, 102),
        Bitaxe("bitaxe-ultra", "Bitaxe Ultra", ChipFamilies.Bm1366, 1, s_oldBeside, 201, 202, 203, 204, 205),
        Bitaxe("bitaxe-ultra-207", "Bitaxe Ultra 207", ChipFamilies.Bm1366, 1, s_new, 207),
        Bitaxe("bitaxe-hex", "Bitaxe Hex", ChipFamilies.Bm1366, 6, s_hex, 302, 303),
        Bitaxe("bitaxe-supra", "Bitaxe Supra", ChipFamilies.Bm1368, 1, s_oldBeside, 400, 401),
        Bitaxe("bitaxe-supra-402", "Bitaxe Supra 402", ChipFamilies.Bm1368, 1, s_new, 402, 403),
        Bitaxe("bitaxe-gamma", "Bitaxe Gamma", ChipFamilies.Bm1370, 1, s_gamma, 600, 601, 602, 603),
        Bitaxe("bitaxe-gamma-duo", "Bitaxe Gamma Duo", ChipFamilies.Bm1370, 2, s_gamma, 650) with { Megahertz = 400 },
        Bitaxe("bitaxe-supra-hex", "Bitaxe Supra Hex", ChipFamilies.Bm1368, 6, s_hex, 701, 702),
        Bitaxe("bitaxe-gamma-turbo", "Bitaxe Gamma Turbo", ChipFamilies.Bm1370, 2, s_turbo, 801),
        new()
        {
            Key = Serial,
            Title = "chips behind a port",
            NeedsDevice = false,
            Match = static _ => 0,
            Make = static (place, ports, _) => new SerialBoard(place, ports),
        },
    ];

    public static BoardKind? ByKey(string key) =>
        All.FirstOrDefault(kind => kind.Key.Equals(key, StringComparison.OrdinalIgnoreCase));

    /// <summary>The board a port is, and how sure that is; null = none that is known.</summary>
    public static (BoardKind Kind, int Sure)? Recognise(FoundPort port)
    {
        (BoardKind Kind, int Sure)? best = null;
        foreach (BoardKind kind in All)
        {
            int sure = kind.Match(port);
            if (sure > 0 && sure > (best?.Sure ?? 0))
            {
                best = (kind, sure);
            }
        }
        return best;
    }

    /// <summary>Every board there is, each once, however many ports it has; those whose strings say what they
    /// are.</summary>
    public static IReadOnlyList<(BoardKind Kind, BoardPlace Place)> Find(IReadOnlyList<FoundPort> ports)
    {
        Dictionary<string, (BoardKind Kind, BoardPlace Place)> found = [];
        foreach (FoundPort port in ports)
        {
            if (Recognise(port) is (BoardKind kind, >= 2))
            {
                BoardPlace place = new(port.Address, port);
                found.TryAdd(place.Key, (kind, place));
            }
        }
        return [.. found.Values];
    }

    /// <summary>
    /// The device an address names, among those there are: by its address, by the serial number or place in it. Null =
    /// none of them, which sockets and pseudo terminals never are.
    /// </summary>
    public static FoundPort? DeviceAt(string address, IReadOnlyList<FoundPort> ports)
    {
        if (!LinkAddress.TryParse(address, out LinkAddress? parsed, out _))
        {
            return null;
        }
        return parsed.Kind switch
        {
            LinkKind.Usb => ports.FirstOrDefault(port => port.Kind == LinkKind.Usb && port.VendorId == parsed.VendorId
                && port.ProductId == parsed.ProductId
                && (parsed.SerialNumber is null || port.SerialNumber == parsed.SerialNumber)
                && (parsed.PortPath is null || port.PortPath == parsed.PortPath)),
            LinkKind.Serial =>
                ports.FirstOrDefault(port => port.Kind == LinkKind.Serial && port.Address == Real(parsed.Path)),
            _ => null,
        };
    }

    /// <summary>Links such as those below /dev/serial/by-id lead to the port.</summary>
    private static string Real(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return path;
        }
    }

    private static BoardKind FtdiStick(string key, string title, string product, ChipFamily family, int chips) => new()
    {
        Key = key,
        Title = title,
        Family = family,
        Chips = chips,
        Match = port => port is { VendorId: Ftdi, ProductId: FtdiX } && Says(port.Manufacturer, "GekkoScience")
            && Begins(port.Product, product) ? 2 : 0,
        Make = (place, ports, _) => new PinStick(
            place, ports, family == ChipFamilies.Bm1397 ? s_longReset : s_shortReset),
    };

    private static BoardKind TelemetryStick(
        string key, string title, string product, ChipFamily family, bool setsCore) => new()
        {
            Key = key,
            Title = title,
            Family = family,
            HasSensor = true,
            HasVoltage = setsCore,
            Match = port => port is { VendorId: SiLabs, ProductId: Cp2105 } && Holds(port.Product, "GekkoScience")
                && Holds(port.Product, product) ? 2 : 0,
            Make = (place, ports, clock) => new CompacA(place, ports, clock, setsCore),
        };

    /// <summary>
    /// bitaxe-raw names the board's version in bcdDevice, two digits and a digit and a digit: 0601 is 601. Where it
    /// does not, the configuration has to say which board it is: the parts on the bus differ.
    /// </summary>
    private static BoardKind Bitaxe(
        string key, string title, ChipFamily family, int chips, BitaxeParts parts, params int[] versions) => new()
        {
            Key = key,
            Title = title,
            Family = family,
            Chips = chips,
            Domains = parts.Limits?.Domains ?? 1,
            Millivolts = family.DefaultMillivolts,
            HasSensor = true,
            HasVoltage = true,
            Match = port => !IsBitaxe(port) ? 0 : versions.Contains(VersionOf(port.Release)) ? 3 : 1,
            Make = (place, ports, clock) => new BitaxeBoard(place, ports, clock, parts),
        };

    private static bool IsBitaxe(FoundPort port) => port.Kind == LinkKind.Serial
        && (Says(port.Manufacturer, "OSMU") || Begins(port.Manufacturer, "Bitaxe")) && Holds(port.Product, "Bitaxe");

    private static int VersionOf(ushort? release) => release is ushort bcd
        ? ((bcd >> 12 & 15) * 1000) + ((bcd >> 8 & 15) * 100) + ((bcd >> 4 & 15) * 10) + (bcd & 15)
        : 0;

    private static bool Says(string? text, string wanted) =>
        string.Equals(text, wanted, StringComparison.OrdinalIgnoreCase);

    private static bool Begins(string? text, string wanted) =>
        text?.StartsWith(wanted, StringComparison.OrdinalIgnoreCase) ?? false;

    private static bool Holds(string? text, string wanted) => text?.Contains(wanted, StringComparison.OrdinalIgnoreCase)
        ?? false;
}
