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

    /// <summary>In a guest that is emulated on a busy machine.</summary>
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("0403:6015", 0, "ftdi_sio", 1_500_000)]
    [InlineData("10c4:ea60", 0, "cp210x", 921_600)]
    [InlineData("10c4:ea70", 0, "cp210x", 115_200)]
    [InlineData("10c4:ea70", 1, "cp210x", 115_200)]
    [InlineData("1a86:7523", 0, "ch341", 1_000_000)]
    [InlineData("c0de:cafe", 0, "cdc_acm", 115_200)]
    [InlineData("c0de:cafe", 2, "cdc_acm", 1_000_000)]
    public void A_serial_port_of_each_driver_carries_bytes_rates_and_lines(string ids, int number, string driver, int rate)
    {
        SkipElsewhere();
        FoundPort port = new PortFinder().List().Single(one => one.Kind == LinkKind.Serial && one.Describe().StartsWith(ids, StringComparison.Ordinal) && one.Interface == number);
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

    [Theory]
    [InlineData("usb:0403:6015:GS000001", 0)]
    [InlineData("usb:10c4:ea60", 0)]
    [InlineData("usb:10c4:ea70:A1000001", 1)]
    [InlineData("usb:1a86:7523", 0)]
    public void An_adapter_is_driven_by_libusb_and_given_back(string address, int number)
    {
        SkipElsewhere();
        Assert.Null(Usb.Absence);
        Assert.True(LinkAddress.TryParse(number == 0 ? address : $"{address}/{number}", out LinkAddress? parsed, out string? error), error);
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

    [Fact]
    public void Libusb_and_the_system_list_the_same_devices()
    {
        SkipElsewhere();
        string[] system = [.. new PortFinder().List().Where(static port => port.Kind == LinkKind.Usb).Select(static port => $"{port.PortPath} {port.VendorId:x4}:{port.ProductId:x4}").Order()];
        string[] libusb = [.. Usb.List().Select(static one => $"{one.PortPath} {one.VendorId:x4}:{one.ProductId:x4}").Order()];
        Assert.Equal(system, libusb);
        Assert.Equal(5, libusb.Length);
        UsbDeviceInfo stick = Usb.List().Single(static one => one.VendorId == 0x0403);
        using UsbConnection open = UsbConnection.Open(stick);
        Assert.Equal("GekkoScience", open.ReadString(stick.ManufacturerIndex));
        Assert.Equal("GS000001", open.ReadString(stick.SerialNumberIndex));
    }

    private static void SkipElsewhere() =>
        Assert.SkipWhen(Environment.GetEnvironmentVariable(Variable) is null, "only inside the guest of the USB laboratory");

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
