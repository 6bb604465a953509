using System.Globalization;
using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>
/// Looks which serial ports and USB devices there are. On Linux it reads /sys, which needs neither rights nor libusb
/// nor a daemon; elsewhere it asks the system for ports and libusb for devices. Any thread.
/// </summary>
public sealed class PortFinder
{
    /// <summary>A rig of 100 sticks with two ports each fits; the rest is not listed.</summary>
    private const int PortsMax = 512;

    /// <summary>How many folders above a tty its USB device is, at most:
    /// /…/1-1/1-1:1.0/ttyUSB0/tty/ttyUSB0.</summary>
    private const int LevelsMax = 12;

    private const int AttributeBytesMax = 1024;
    private const string HubClass = "09";

    private readonly string _root;
    private readonly bool _ours;

    /// <summary>root is another machine's root folder, for tests and for looking into an image.</summary>
    public PortFinder(string root = "/")
    {
        _root = root;
        _ours = root == "/";
    }

    /// <summary>Below which /sys, /proc and /etc are.</summary>
    internal string Root => _root;

    /// <summary>What to install for USB devices to be opened; null when nothing is missing.</summary>
    public static string? UsbNote => Usb.Absence;

    /// <summary>Serial ports first, each sorted by address. Empty where nothing is to be seen.</summary>
    public IReadOnlyList<FoundPort> List()
    {
        List<FoundPort> found = [];
        if (!_ours || OperatingSystem.IsLinux())
        {
            found.AddRange(SerialPorts());
            found.AddRange(WithAddresses(UsbDevices()));
        }
        else
        {
            found.AddRange(WindowsPorts());
            found.AddRange(WithAddresses(Usb.List().Select(static one => new FoundPort(
                LinkKind.Usb, "", one.VendorId, one.ProductId, one.Release, null, null, null, one.PortPath, null,
                null))));
        }
        return [.. found.OrderBy(static port => port.Kind).ThenBy(static port => port.Address, NaturalOrder.Instance)
            .Take(PortsMax)];
    }

    /// <summary>The serial port of that name; null when it is none that is known. Links such as /dev/serial/by-id are
    /// followed.</summary>
    public FoundPort? Serial(string path)
    {
        string real = path;
        try
        {
            real = _ours && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? target.FullName
                : path;
        }
        catch (IOException)
        {
            // It is no link, or not there.
        }
        return List().FirstOrDefault(port => port.Kind == LinkKind.Serial && port.Address == real);
    }

    private IEnumerable<FoundPort> SerialPorts()
    {
        foreach (string entry in Entries("sys/class/tty"))
        {
            string name = Path.GetFileName(entry);
            string folder = Real(entry);
            // Without a device it is one of the system's own screens; type 0 is a UART that is not there.
            if (!Path.Exists(Path.Combine(folder, "device")) || Attribute(folder, "type") == "0")
            {
                continue;
            }
            (string? device, string? its) = UsbFolders(folder);
            string address = "/dev/" + name;
            yield return device is null
                ? new FoundPort(LinkKind.Serial, address, null, null, null, null, null, null, null, null, null)
                : Describe(LinkKind.Serial, address, device, its);
        }
    }

    private IEnumerable<FoundPort> UsbDevices()
    {
        foreach (string entry in Entries("sys/bus/usb/devices"))
        {
            string name = Path.GetFileName(entry);
            string folder = Real(entry);
            if (!name.Contains(':', StringComparison.Ordinal) && Attribute(folder, "idVendor") is not null
                && Attribute(folder, "bDeviceClass") != HubClass)
            {
                yield return Describe(LinkKind.Usb, "", folder, null);
            }
        }
    }

    /// <summary>A serial number names a device when no other of its kind has it; otherwise its place does.</summary>
    private static IEnumerable<FoundPort> WithAddresses(IEnumerable<FoundPort> devices)
    {
        FoundPort[] all = [.. devices.Take(PortsMax)];
        foreach (FoundPort one in all)
        {
            bool named = one.SerialNumber is { Length: > 0 } number && !number.Contains('/', StringComparison.Ordinal)
                && all.Count(other => other.VendorId == one.VendorId && other.ProductId == one.ProductId
                    && other.SerialNumber == number) == 1;
            yield return one with
            {
                Address = LinkAddress.OfUsb(one.VendorId ?? 0, one.ProductId ?? 0, named ? one.SerialNumber : null,
                    named ? null : one.PortPath).ToString(),
            };
        }
    }

    private static FoundPort Describe(LinkKind kind, string address, string device, string? its) => new(
        kind, address, Hex(device, "idVendor"), Hex(device, "idProduct"), Hex(device, "bcdDevice"),
        Attribute(device, "manufacturer"),
        Attribute(device, "product"), Attribute(device, "serial"), Path.GetFileName(device),
        its is null ? null : Hex(its, "bInterfaceNumber"),
        Driver(its ?? device));

    /// <summary>The folders of the USB device and of the interface a tty belongs to.</summary>
    private static (string? Device, string? Interface) UsbFolders(string folder)
    {
        string? its = null;
        string? at = folder;
        for (int i = 0; i < LevelsMax && at is not null; i++, at = Path.GetDirectoryName(at))
        {
            if (its is null && File.Exists(Path.Combine(at, "bInterfaceNumber")))
            {
                its = at;
            }
            if (File.Exists(Path.Combine(at, "idVendor")))
            {
                return (at, its);
            }
        }
        return (null, null);
    }

    private static string? Driver(string folder)
    {
        string link = Path.Combine(folder, "driver");
        try
        {
            return new DirectoryInfo(link).LinkTarget is { } target ? Path.GetFileName(target) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private IEnumerable<string> Entries(string folder)
    {
        try
        {
            return Directory.GetFileSystemEntries(Path.Combine(_root, folder)).Take(PortsMax);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Real(string entry)
    {
        try
        {
            return new DirectoryInfo(entry).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? entry;
        }
        catch (IOException)
        {
            return entry;
        }
    }

    /// <summary>The one line of a file of /sys; null when it is not there or empty. A device wrote it: cleaned and
    /// cut.</summary>
    private static string? Attribute(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            byte[] bytes = new byte[AttributeBytesMax];
            int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            string text = System.Text.Encoding.UTF8.GetString(bytes, 0, count).Trim('\n', '\0', ' ');
            return text.Length == 0 ? null : PortText.Clean(text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // there is none, or it has just been unplugged
        }
    }

    private static ushort? Hex(string folder, string name) =>
        ushort.TryParse(
            Attribute(folder, name), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort value)
            ? value : null;

    private static IEnumerable<FoundPort> WindowsPorts()
    {
        if (!OperatingSystem.IsWindows())
        {
            return [];
        }
        using Microsoft.Win32.RegistryKey? ports =
            Microsoft.Win32.Registry.LocalMachine.OpenSubKey(@"HARDWARE\DEVICEMAP\SERIALCOMM");
        List<FoundPort> found = [];
        foreach (string value in ports?.GetValueNames() ?? [])
        {
            if (ports?.GetValue(value) is string name)
            {
                found.Add(new FoundPort(
                    LinkKind.Serial, PortText.Clean(name), null, null, null, null, null, null, null, null, null));
            }
        }
        return found;
    }

    /// <summary>ttyUSB2 before ttyUSB10.</summary>
    private sealed class NaturalOrder : IComparer<string>
    {
        public static readonly NaturalOrder Instance = new();

        public int Compare(string? x, string? y)
        {
            (string xName, long xNumber) = Split(x ?? "");
            (string yName, long yNumber) = Split(y ?? "");
            int byName = string.CompareOrdinal(xName, yName);
            return byName != 0 ? byName : xNumber.CompareTo(yNumber);
        }

        private static (string Name, long Number) Split(string text)
        {
            string name = text.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
            return (name, long.TryParse(
                text[name.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : -1);
        }
    }
}
