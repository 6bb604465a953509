using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>By what way a link goes.</summary>
public enum LinkKind
{
    Serial,
    Tcp,
    Usb,
}

/// <summary>
/// Where a device is, as people write it: /dev/ttyUSB0, /dev/ttyACM0@115200, COM3, tcp://192.168.1.7:3333,
/// usb:0403:6015, usb:0403:6015:SERIAL, usb:0403:6015@1-1.4 (by where it is plugged in), and with /1 behind it the
/// second interface of an adapter that has two.
/// </summary>
public sealed record LinkAddress
{
    /// <summary>More has no path of a system, and no serial number (126 characters in USB).</summary>
    public const int LengthMax = 255;

    /// <summary>Adapters with four ports exist.</summary>
    private const int InterfaceMax = 15;

    private const string TcpPrefix = "tcp://", UsbPrefix = "usb:";

    private const string Forms =
        "Write /dev/ttyUSB0, /dev/ttyACM0@115200, COM3, tcp://HOST:PORT, usb:0403:6015, usb:0403:6015:SERIAL or "
            + "usb:0403:6015@1-1.4.";

    private LinkAddress()
    {
    }

    public LinkKind Kind { get; private init; }

    /// <summary>Of a serial port: its name in the system.</summary>
    public string Path { get; private init; } = "";

    /// <summary>Bits a second as written behind @; null = the driver knows.</summary>
    public int? Rate { get; private init; }

    /// <summary>Of a socket: a name, or an address without brackets.</summary>
    public string Host { get; private init; } = "";

    public int Port { get; private init; }

    public ushort VendorId { get; private init; }

    public ushort ProductId { get; private init; }

    /// <summary>Of a USB device; null = any.</summary>
    public string? SerialNumber { get; private init; }

    /// <summary>Where a USB device is plugged in, such as 1-1.4; null = anywhere.</summary>
    public string? PortPath { get; private init; }

    /// <summary>Which interface of a USB adapter, from 0.</summary>
    public int Interface { get; private init; }

    /// <summary>False with a sentence that names the text, what is wrong with it and what is allowed.</summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out LinkAddress? address, [NotNullWhen(false)] out string? error)
    {
        string written = text.Trim();
        string? fault = null;
        address = written.Length == 0 ? Refuse("it is empty", out fault)
            : written.Length > LengthMax
            ? Refuse($"it has {written.Length} characters, allowed are {LengthMax}", out fault)
            : written.Any(char.IsControl) ? Refuse("it has a character that is not to be seen", out fault)
            : written.StartsWith(TcpPrefix, StringComparison.OrdinalIgnoreCase)
            ? Tcp(written[TcpPrefix.Length..], out fault)
            : written.StartsWith(UsbPrefix, StringComparison.OrdinalIgnoreCase)
            ? Usb(written[UsbPrefix.Length..], out fault)
            : written.Contains("://", StringComparison.Ordinal)
            ? Refuse("only tcp:// is a way to a serial port on another machine", out fault)
            : Serial(written, out fault);
        error = address is null ? $"\"{Shown(written)}\" is no port: {fault}. {Forms}" : null;
        return address is not null;
    }

    /// <summary>The form that TryParse takes.</summary>
    public override string ToString() => Kind switch
    {
        LinkKind.Tcp => string.Create(
            CultureInfo.InvariantCulture,
            $"{TcpPrefix}{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}"),
        LinkKind.Usb => string.Create(CultureInfo.InvariantCulture, $"{UsbPrefix}{VendorId:x4}:{ProductId:x4}")
            + (SerialNumber is null ? "" : ":" + SerialNumber) + (PortPath is null ? "" : "@" + PortPath)
            + (Interface == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"/{Interface}")),
        _ => Path + (Rate is null ? "" : string.Create(CultureInfo.InvariantCulture, $"@{Rate}")),
    };

    /// <summary>That USB device, named by its serial number or by where it is plugged in.</summary>
    internal static LinkAddress OfUsb(
        ushort vendorId, ushort productId, string? serialNumber, string? portPath, int number = 0) => new()
        {
            Kind = LinkKind.Usb,
            VendorId = vendorId,
            ProductId = productId,
            SerialNumber = serialNumber,
            PortPath = portPath,
            Interface = number,
        };

    private static LinkAddress? Serial(string text, out string? fault)
    {
        fault = null;
        int at = text.LastIndexOf('@');
        string path = at < 0 ? text : text[..at];
        if (!IsPortName(path))
        {
            return Refuse("a serial port begins with /dev/ (Linux) or COM (Windows)", out fault);
        }
        if (at < 0)
        {
            return new LinkAddress { Kind = LinkKind.Serial, Path = path };
        }
        return Number(text[(at + 1)..], SerialPort.RateMax) is { } rate
            ? new LinkAddress { Kind = LinkKind.Serial, Path = path, Rate = rate }
            : Refuse($"behind @ stands the rate, 1 to {SerialPort.RateMax} bits a second", out fault);
    }

    private static bool IsPortName(string path) =>
        (path.StartsWith('/') && path.Length > 1 && !path.EndsWith('/'))
        || (path.StartsWith("COM", StringComparison.OrdinalIgnoreCase) && Number(path[3..], 4096) is not null)
        || (path.StartsWith(@"\\.\", StringComparison.Ordinal) && path.Length > 4);

    private static LinkAddress? Tcp(string text, out string? fault)
    {
        fault = null;
        string rest = text.TrimEnd('/');
        int colon = rest.LastIndexOf(':');
        if (colon <= 0 || Number(rest[(colon + 1)..], 65535) is not { } port)
        {
            return Refuse("behind the host stands a colon and the port, 1 to 65535", out fault);
        }
        string host = rest[..colon];
        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        host = bracketed ? host[1..^1] : host;
        return (host.Contains(':', StringComparison.Ordinal) != bracketed)
            || Uri.CheckHostName(host) == UriHostNameType.Unknown
            ? Refuse("that host is neither a name nor an address (IPv6 stands in [ ])", out fault)
            : new LinkAddress { Kind = LinkKind.Tcp, Host = host, Port = port };
    }

    private static LinkAddress? Usb(string text, out string? fault)
    {
        fault = null;
        string rest = text;
        int number = 0;
        int slash = rest.LastIndexOf('/');
        if (slash >= 0 && int.TryParse(
            rest[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int last))
        {
            if (last > InterfaceMax)
            {
                return Refuse($"behind / stands the interface, 0 to {InterfaceMax}", out fault);
            }
            number = last;
            rest = rest[..slash];
        }
        if (rest.Length < 9 || rest[4] != ':' || Hex(rest[..4]) is not { } vendor || Hex(rest[5..9]) is not { } product)
        {
            return Refuse("behind usb: stand vendor and product in four hexadecimal digits each, as in 0403:6015",
                out fault);
        }
        string tail = rest[9..];
        return tail.Length switch
        {
            0 => OfUsb(vendor, product, null, null, number),
            > 1 when tail[0] == ':' => OfUsb(vendor, product, tail[1..], null, number),
            > 1 when tail[0] == '@' && IsPortPath(tail[1..]) => OfUsb(vendor, product, null, tail[1..], number),
            _ => Refuse("behind the product stands :SERIAL, or @ and where it is plugged in, such as @1-1.4",
                out fault),
        };
    }

    private static bool IsPortPath(string text) => text.Contains('-', StringComparison.Ordinal)
        && text.All(static c => char.IsAsciiDigit(c) || c is '-' or '.') && char.IsAsciiDigit(text[0])
        && char.IsAsciiDigit(text[^1]);

    private static ushort? Hex(string digits) =>
        ushort.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort value) ? value
            : null;

    private static int? Number(string digits, int most) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= 1
            && value <= most ? value : null;

    private static LinkAddress? Refuse(string why, out string? fault)
    {
        fault = why;
        return null;
    }

    private static string Shown(string text) => PortText.Clean(text.Length <= 80 ? text : text[..77] + "...");
}
