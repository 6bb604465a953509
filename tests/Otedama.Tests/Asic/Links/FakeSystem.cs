namespace Otedama.Tests.Asic;

/// <summary>A root folder with the parts of /sys, /proc and /etc that tell of ports, in the shape Linux gives them.</summary>
internal sealed class FakeSystem : IDisposable
{
    private const string Host = "sys/devices/pci0000:00/0000:00:14.0/usb1";

    private readonly TempFolder _folder = new();

    public FakeSystem()
    {
        Directory.CreateDirectory(At("sys/class/tty"));
        Directory.CreateDirectory(At("sys/bus/usb/devices"));
        Directory.CreateDirectory(At("sys/bus/usb/drivers"));
        Directory.CreateDirectory(At("proc"));
        Directory.CreateDirectory(At("etc"));
        File.WriteAllText(At("etc/group"), "root:x:0:\ntty:x:5:\ndialout:x:20:miner\nuucp:x:10:\n");
        Device("usb1", "1d6b", "0002", "09", null, null, null);
        // The system's own screens have no device.
        Tty("tty0", "sys/devices/virtual/tty/tty0", withDevice: false);
    }

    public string Root => _folder.Path;

    public void Dispose() => _folder.Dispose();

    /// <summary>A USB device plugged in at a place such as 1-1.4.</summary>
    public void Device(string place, string vendor, string product, string kind, string? manufacturer, string? name, string? serial)
    {
        string folder = place == "usb1" ? Host : $"{Host}/{place}";
        Attribute(folder, "idVendor", vendor);
        Attribute(folder, "idProduct", product);
        Attribute(folder, "bDeviceClass", kind);
        Attribute(folder, "bcdDevice", "1000");
        Attribute(folder, "manufacturer", manufacturer);
        Attribute(folder, "product", name);
        Attribute(folder, "serial", serial);
        Link($"sys/bus/usb/devices/{place}", folder);
    }

    /// <summary>A serial port of one of its interfaces: ttyUSB* by a driver of adapters, ttyACM* by cdc_acm.</summary>
    public void Port(string tty, string place, int number, string driver)
    {
        string its = $"{Host}/{place}/{place}:1.{number}";
        Attribute(its, "bInterfaceNumber", $"{number:x2}");
        Link($"sys/bus/usb/devices/{place}:1.{number}", its);
        Directory.CreateDirectory(At($"sys/bus/usb/drivers/{driver}"));
        if (!Path.Exists(At($"{its}/driver")))
        {
            Link($"{its}/driver", $"sys/bus/usb/drivers/{driver}");
        }
        bool adapter = tty.StartsWith("ttyUSB", StringComparison.Ordinal);
        string folder = adapter ? $"{its}/{tty}/tty/{tty}" : $"{its}/tty/{tty}";
        Tty(tty, folder, withDevice: true, adapter ? $"{its}/{tty}" : its);
    }

    /// <summary>A UART of the board itself; type 0 = there is none.</summary>
    public void Uart(string tty, int type)
    {
        string folder = $"sys/devices/platform/serial8250/tty/{tty}";
        Tty(tty, folder, withDevice: true, "sys/devices/platform/serial8250");
        Attribute(folder, "type", $"{type}");
    }

    public void Unplug(string place)
    {
        foreach (string entry in Directory.GetFileSystemEntries(At("sys/bus/usb/devices"), place + "*").Concat(
            Directory.GetFileSystemEntries(At("sys/class/tty")).Where(tty => new DirectoryInfo(tty).LinkTarget?.Contains($"/{place}/", StringComparison.Ordinal) == true)).ToArray())
        {
            File.Delete(entry);
        }
        Directory.Delete(At($"{Host}/{place}"), recursive: true);
    }

    /// <summary>A program that has a file open.</summary>
    public void Program(int process, string name, string file)
    {
        Directory.CreateDirectory(At($"proc/{process}/fd"));
        File.WriteAllText(At($"proc/{process}/comm"), name + "\n");
        File.CreateSymbolicLink(At($"proc/{process}/fd/3"), file);
    }

    private void Tty(string tty, string folder, bool withDevice, string? device = null)
    {
        Directory.CreateDirectory(At(folder));
        Link($"sys/class/tty/{tty}", folder);
        if (withDevice)
        {
            Link($"{folder}/device", device!);
        }
    }

    private void Attribute(string folder, string name, string? value)
    {
        Directory.CreateDirectory(At(folder));
        if (value is not null)
        {
            File.WriteAllText(At($"{folder}/{name}"), value + "\n");
        }
    }

    /// <summary>Relative, as those of /sys are.</summary>
    private void Link(string path, string target) =>
        File.CreateSymbolicLink(At(path), Path.GetRelativePath(Path.GetDirectoryName(At(path))!, At(target)));

    private string At(string path) => Path.Combine(_folder.Path, path);
}
