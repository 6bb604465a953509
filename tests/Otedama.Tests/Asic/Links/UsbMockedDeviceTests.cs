using System.Diagnostics;
using Otedama.Asic;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>What <see cref="UsbMockTests"/> runs, to which a device is there; elsewhere these are skipped.</summary>
public sealed class UsbMockedDeviceTests
{
    public const string Variable = "OTEDAMA_MOCKED_USB";

    private const byte ToDevice = 0x40, ToHost = 0xC0, In = 0x81, Out = 0x02;
    private const byte Keep = 1, StallNext = 2, Leave = 3, Silent = 4, Unknown = 9;

    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(20);

    /// <summary>One test, so that everywhere else one is skipped.</summary>
    [Fact]
    public void Libusb_lists_asks_moves_stalls_and_sees_it_leave()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(Variable) is null, "only below the mock of UsbMockTests");
        Assert.Null(Usb.Absence);
        UsbDeviceInfo device = ItIsListed();
        using (UsbConnection open = UsbConnection.Open(device))
        {
            Assert.Equal(("Bench", "Mocked device", "MOCK0001"),
                (open.ReadString(device.ManufacturerIndex), open.ReadString(device.ProductIndex), open.ReadString(device.SerialNumberIndex)));
            open.Claim(0);
            ControlRequests(open);
            BulkTransfers(open);
            Stalls(open);
            ItLeavesAndComesBack(open, device);
        }
        UsbDeviceInfo again = Usb.List().Single();
        using UsbConnection second = UsbConnection.Open(again);
        second.Claim(0);
        BulkTransfers(second);
    }

    private static UsbDeviceInfo ItIsListed()
    {
        UsbDeviceInfo device = Assert.Single(Usb.List());
        Assert.Equal((0xC0DE, 0x0001, "1-1"), (device.VendorId, device.ProductId, device.PortPath));
        UsbInterface its = Assert.Single(device.Interfaces);
        Assert.Equal([In, Out], its.Endpoints.Select(static end => end.Address));
        FoundPort found = Assert.Single(new PortFinder().List(), static port => port.Kind == LinkKind.Usb);
        Assert.Equal(("Bench", "MOCK0001", "1-1"), (found.Manufacturer, found.SerialNumber, found.PortPath));
        return device;
    }

    private static void ControlRequests(UsbConnection open)
    {
        byte[] sent = [1, 2, 3, 4, 5, 6, 7], back = new byte[16];
        open.ControlOut(ToDevice, Keep, 0, 0, sent, s_wait);
        Assert.Equal(sent.Length, open.ControlIn(ToHost, Keep, 0, 0, back, s_wait));
        Assert.Equal(sent, back[..sent.Length]);
        Assert.Equal(PortFault.Stalled, Assert.Throws<PortException>(() => open.ControlIn(ToHost, Unknown, 0, 0, back, s_wait)).Fault);
        Assert.Equal(PortFault.Timeout,
            Assert.Throws<PortException>(() => open.ControlIn(ToHost, Silent, 0, 0, back, TimeSpan.FromMilliseconds(100))).Fault);
    }

    /// <summary>More than one transfer of usbfs holds, a short end, and nothing for as long as was said.</summary>
    private static void BulkTransfers(UsbConnection open)
    {
        byte[] sent = new byte[60_000], back = new byte[sent.Length + 64];
        new Random(3).NextBytes(sent);
        Assert.Equal(sent.Length, open.BulkOut(Out, sent, s_wait));
        int got = 0;
        for (int some = 1; some > 0 && got < sent.Length; got += some)
        {
            some = open.BulkIn(In, back.AsSpan(got), s_wait);
        }
        Assert.Equal(sent.Select(static one => unchecked((byte)(one + 1))), back[..got]);
        long began = Stopwatch.GetTimestamp();
        Assert.Equal(0, open.BulkIn(In, back, TimeSpan.FromMilliseconds(150)));
        Assert.True(Stopwatch.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(149));
    }

    private static void Stalls(UsbConnection open)
    {
        byte[] back = new byte[3];
        open.ControlOut(ToDevice, StallNext, 0, 0, [], s_wait);
        Assert.Equal(3, open.BulkOut(Out, "abc"u8, s_wait));
        Assert.Equal(PortFault.Stalled, Assert.Throws<PortException>(() => open.BulkIn(In, back, s_wait)).Fault);
        Assert.Equal(PortFault.Stalled, Assert.Throws<PortException>(() => open.BulkIn(In, back, s_wait)).Fault);
        open.ClearHalt(In);
        Assert.Equal(3, open.BulkIn(In, back, s_wait));
        Assert.Equal("bcd"u8, back);
    }

    /// <summary>A read under way ends, the handle stays useless, and the watch sees one go and another come.</summary>
    private static void ItLeavesAndComesBack(UsbConnection open, UsbDeviceInfo device)
    {
        PortWatch watch = new(new PortFinder());
        Assert.Single(watch.Step().Added, static one => one.Kind == LinkKind.Usb);
        open.ControlOut(ToDevice, Leave, 1000, 0, [], s_wait);
        Assert.Equal(PortFault.Gone, Assert.Throws<PortException>(() => open.BulkIn(In, new byte[64], s_wait)).Fault);
        Assert.Equal(PortFault.Gone, Assert.Throws<PortException>(() => open.BulkOut(Out, "abc"u8, s_wait)).Fault);
        bool went = false, came = false;
        long began = Stopwatch.GetTimestamp();
        while (!(went && came) && Stopwatch.GetElapsedTime(began) < s_wait)
        {
            PortChanges changes = watch.Step();
            went |= changes.Removed.Any(static one => one.Kind == LinkKind.Usb);
            came |= changes.Added.Any(static one => one.Kind == LinkKind.Usb);
            Thread.Sleep(20);
        }
        Assert.True(went && came, $"went {went}, came {came}");
        Assert.Equal(device.Address + 1, Usb.List().Single().Address);
        Assert.Equal(PortFault.Missing, Assert.Throws<PortException>(() => UsbConnection.Open(device).Dispose()).Fault);
    }
}
