using Otedama.Asic;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>
/// What runs inside the guest of <see cref="UsbLaboratory"/>: Linux's own drivers and the real libusb between the product
/// and the models, which echo each byte plus one. Elsewhere these are skipped.
/// </summary>
public sealed class UsbGuestTests
{
    public const string Variable = "OTEDAMA_GUEST";

    /// <summary>Serial number of a stick that is not for these tests: chips are behind it, which echo nothing.</summary>
    public const string ChipsSerial = "GS000097";

    /// <summary>Of a stick that is nobody's board, and of an adapter with a loader behind it: not for these tests either.</summary>
    public const string ForeignSerial = "DM00A1B2", LoaderSerial = "0002";

    private static readonly (string Ids, int Number, string Driver, int Rate)[] s_ports = [
        ("0403:6015", 0, "ftdi_sio", 1_500_000), ("10c4:ea60", 0, "cp210x", 921_600), ("10c4:ea70", 0, "cp210x", 115_200),
        ("10c4:ea70", 1, "cp210x", 115_200), ("1a86:7523", 0, "ch341", 1_000_000), ("c0de:cafe", 0, "cdc_acm", 115_200),
        ("c0de:cafe", 2, "cdc_acm", 1_000_000)];

    private static readonly string[] s_adapters = ["usb:0403:6015:GS000001", "usb:10c4:ea60:0001", "usb:10c4:ea70:A1000001/1", "usb:1a86:7523"];

    /// <summary>In a guest that is emulated on a busy machine.</summary>
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(20);

    /// <summary>One test, so that everywhere else one is skipped; it says of each row what failed.</summary>
    [Fact]
    public void Every_adapter_is_driven_through_the_kernel_and_through_libusb()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(Variable) is null, "only inside the guest of the USB laboratory");
        List<string> failed = [];
        Try("lists", LibusbAndTheSystemListTheSameDevices);
        foreach ((string ids, int number, string driver, int rate) in s_ports)
        {
            Try($"{ids} {number} by {driver}", () => PortOf(ids, number, driver, rate));
        }
        foreach (string address in s_adapters)
        {
            Try(address, () => AdapterOf(address));
        }
        Try("unplugged while a port is read", () => Unplugged("/dev/ttyUSB", "10c4:ea60", 1));
        Try("unplugged while libusb reads", () => Unplugged("usb:", "0403:6015", 0));
        Assert.True(failed.Count == 0, string.Join("\n", failed));

        void Try(string what, Action check)
        {
            try
            {
                check();
            }
            catch (Exception e)
            {
                failed.Add($"{what}: {e}");
            }
        }
    }

    /// <summary>A serial port of a driver of Linux carries bytes, rates and lines.</summary>
    private static void PortOf(string ids, int number, string driver, int rate)
    {
        FoundPort port = new PortFinder().List().Single(one => one.Kind == LinkKind.Serial && one.Describe().StartsWith(ids, StringComparison.Ordinal) && one.Interface == number
            && one.SerialNumber is not (ChipsSerial or ForeignSerial or LoaderSerial));
        Assert.Equal(driver, port.Driver);
        using SerialLink link = SerialLink.Open(port.Address, 115_200);
        Echo(link);
        link.SetRate(rate);
        Echo(link);
        Assert.True(link.SetLines(true, false));
        Assert.True(link.SetLines(false, true));
        Assert.True(link.SetLines(false, false));
        Assert.Equal(LinkFault.Busy, Assert.Throws<LinkException>(() => SerialLink.Open(port.Address, 115_200)).Fault);
    }

    /// <summary>An adapter is driven by libusb, taken from its driver and given back.</summary>
    private static void AdapterOf(string address)
    {
        Assert.Null(Usb.Absence);
        Assert.True(LinkAddress.TryParse(address, out LinkAddress? parsed, out string? error), error);
        PortFinder finder = new();
        int before = finder.List().Count(static port => port.Kind == LinkKind.Serial);
        using (ILink link = new LinkOpener().Open(parsed, 115_200))
        {
            Assert.Equal(before - 1, finder.List().Count(static port => port.Kind == LinkKind.Serial));
            Echo(link);
            Assert.Equal(0, link.Read(new byte[8], TimeSpan.FromMilliseconds(100)));
            Assert.True(link.SetLines(true, false));
            link.SetRate(1_000_000);
            Echo(link);
            link.Drain(s_wait);
            link.Discard();
            LinkException busy = Assert.Throws<LinkException>(() => new LinkOpener().Open(parsed, 115_200));
            Assert.Equal(LinkFault.Busy, busy.Fault);
        }
        for (int i = 0; i < 100 && finder.List().Count(static port => port.Kind == LinkKind.Serial) < before; i++)
        {
            Thread.Sleep(50);
        }
        Assert.Equal(before, finder.List().Count(static port => port.Kind == LinkKind.Serial));
    }

    /// <summary>The laboratory pulls the device out when it is asked to; a read under way says so, and the watch sees it go.</summary>
    private static void Unplugged(string address, string ids, int number)
    {
        PortWatch watch = new(new PortFinder());
        FoundPort port = watch.Step().Added.First(one => one.Address.StartsWith(address, StringComparison.Ordinal) && one.Describe().StartsWith(ids, StringComparison.Ordinal)
            && one.SerialNumber is not (ChipsSerial or ForeignSerial or LoaderSerial));
        Assert.True(LinkAddress.TryParse(port.Address, out LinkAddress? parsed, out string? error), error);
        using ILink link = new LinkOpener().Open(parsed, 115_200);
        watch.Step();
        File.WriteAllText(Path.Combine(Environment.GetEnvironmentVariable("LAB")!, $"unplug-{number}"), "");
        LinkException gone = Assert.Throws<LinkException>(() =>
        {
            for (int i = 0; i < 20; i++)
            {
                link.Read(new byte[8], TimeSpan.FromSeconds(1));
            }
        });
        Assert.Equal(LinkFault.Gone, gone.Fault);
        List<FoundPort> left = [];
        for (int i = 0; i < 100 && left.Count == 0; i++)
        {
            left.AddRange(watch.Step().Removed);
            Thread.Sleep(50);
        }
        Assert.Contains(left, one => one.VendorId == port.VendorId && one.ProductId == port.ProductId);
    }

    private static void LibusbAndTheSystemListTheSameDevices()
    {
        string[] system = [.. new PortFinder().List().Where(static port => port.Kind == LinkKind.Usb).Select(static port => $"{port.PortPath} {port.VendorId:x4}:{port.ProductId:x4}").Order()];
        string[] libusb = [.. Usb.List().Select(static one => $"{one.PortPath} {one.VendorId:x4}:{one.ProductId:x4}").Order()];
        Assert.Equal(system, libusb);
        Assert.Equal(9, libusb.Length);
        List<string?> serials = [];
        foreach (UsbDeviceInfo stick in Usb.List().Where(static one => one.VendorId == 0x0403))
        {
            using UsbConnection open = UsbConnection.Open(stick);
            serials.Add($"{open.ReadString(stick.ManufacturerIndex)} {open.ReadString(stick.SerialNumberIndex)}");
        }
        Assert.Equal([$"FTDI {ForeignSerial}", "GekkoScience GS000001", $"GekkoScience {ChipsSerial}"], serials.Order(StringComparer.Ordinal));
    }

    private static void Echo(ILink link)
    {
        byte[] all = [.. Enumerable.Range(0, 200).Select(static i => (byte)i)];
        link.Write(all, s_wait);
        byte[] back = new byte[all.Length];
        for (int got = 0; got < back.Length;)
        {
            int some = link.Read(back.AsSpan(got), s_wait);
            Assert.True(some > 0, $"{link.Name}: only {got} of {back.Length} bytes came");
            got += some;
        }
        Assert.Equal(all.Select(static one => (byte)(one + 1)), back);
    }
}
