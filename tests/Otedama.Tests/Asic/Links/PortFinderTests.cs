using Otedama.Asic;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class PortFinderTests
{
    [Fact]
    public void Ports_are_found_with_what_is_behind_them()
    {
        using FakeSystem system = new();
        system.Device("1-1", "0403", "6015", "00", "GekkoScience", "CompacF Bitcoin Miner", "GS000001");
        system.Port("ttyUSB10", "1-1", 0, "ftdi_sio");
        system.Device("1-4.2", "c0de", "cafe", "ef", "OSMU", "Bitaxe", "AB12");
        system.Port("ttyACM0", "1-4.2", 0, "cdc_acm");
        system.Port("ttyACM1", "1-4.2", 2, "cdc_acm");
        system.Device("1-2", "10c4", "ea70", "00", "Silicon Labs", "GekkoScience Compac A1", "A1");
        system.Port("ttyUSB2", "1-2", 1, "cp210x");
        system.Uart("ttyS0", 4);
        system.Uart("ttyS1", 0);
        IReadOnlyList<FoundPort> found = new PortFinder(system.Root).List();
        Assert.Equal(["/dev/ttyACM0", "/dev/ttyACM1", "/dev/ttyS0", "/dev/ttyUSB2", "/dev/ttyUSB10"],
            found.Where(static port => port.Kind == LinkKind.Serial).Select(static port => port.Address));
        Assert.Equal(["usb:0403:6015:GS000001", "usb:10c4:ea70:A1", "usb:c0de:cafe:AB12"],
            found.Where(static port => port.Kind == LinkKind.Usb).Select(static port => port.Address));
        FoundPort stick = found.Single(static port => port.Address == "/dev/ttyUSB10");
        Assert.Equal(new FoundPort(LinkKind.Serial, "/dev/ttyUSB10", 0x0403, 0x6015, 0x1000, "GekkoScience", "CompacF Bitcoin Miner", "GS000001", "1-1", 0, "ftdi_sio"), stick);
        Assert.Equal("0403:6015 GekkoScience CompacF Bitcoin Miner", stick.Describe());
        FoundPort second = found.Single(static port => port.Address == "/dev/ttyACM1");
        Assert.Equal(("1-4.2", 2, "cdc_acm"), (second.PortPath, second.Interface, second.Driver));
        Assert.Equal("no USB device", found.Single(static port => port.Address == "/dev/ttyS0").Describe());
        Assert.All(found.Where(static port => port.Kind == LinkKind.Usb), static port => Assert.True(LinkAddress.TryParse(port.Address, out _, out string? error), error));
    }

    [Fact]
    public void Two_of_one_serial_number_or_none_are_named_by_their_places()
    {
        using FakeSystem system = new();
        system.Device("1-1", "0403", "6015", "00", "FTDI", "UART", "0000");
        system.Device("1-2", "0403", "6015", "00", "FTDI", "UART", "0000");
        system.Device("1-3", "1a86", "7523", "ff", null, "USB Serial", null);
        Assert.Equal(["usb:0403:6015@1-1", "usb:0403:6015@1-2", "usb:1a86:7523@1-3"], new PortFinder(system.Root).List().Select(static port => port.Address));
    }

    [Fact]
    public void What_a_device_says_of_itself_cannot_steer_a_terminal()
    {
        using FakeSystem system = new();
        system.Device("1-1", "0403", "6015", "00", "Evil\u001b[2J\u0007", new string('x', 5000), "S\u202En");
        FoundPort port = Assert.Single(new PortFinder(system.Root).List());
        Assert.Equal("Evil?[2J?", port.Manufacturer);
        Assert.Equal(126, port.Product!.Length);
        Assert.Equal("S?n", port.SerialNumber);
    }

    [Fact]
    public void A_system_without_any_of_it_has_no_ports()
    {
        Assert.Empty(new PortFinder("/nowhere").List());
        Assert.NotNull(new PortFinder().List());
    }

    [Fact]
    public void Coming_and_going_is_noticed()
    {
        using FakeSystem system = new();
        PortWatch watch = new(new PortFinder(system.Root));
        Assert.Empty(watch.Step().Added);
        system.Device("1-1", "0403", "6015", "00", "GekkoScience", "CompacF", "GS000001");
        system.Port("ttyUSB0", "1-1", 0, "ftdi_sio");
        PortChanges changes = watch.Step();
        Assert.Equal(["/dev/ttyUSB0", "usb:0403:6015:GS000001"], changes.Added.Select(static port => port.Address));
        FoundPort stick = changes.Added[0];
        Assert.Equal(stick, watch.Again(stick));
        changes = watch.Step();
        Assert.Empty(changes.Added.Concat(changes.Removed));
        system.Unplug("1-1");
        changes = watch.Step();
        Assert.Equal(["/dev/ttyUSB0", "usb:0403:6015:GS000001"], changes.Removed.Select(static port => port.Address));
        Assert.Null(watch.Again(stick));
        // In another socket, under another name.
        system.Device("1-3", "0403", "6015", "00", "GekkoScience", "CompacF", "GS000001");
        system.Port("ttyUSB5", "1-3", 0, "ftdi_sio");
        watch.Step();
        Assert.Equal("/dev/ttyUSB5", watch.Again(stick)?.Address);
    }

    [Fact]
    public void Without_a_serial_number_the_place_tells_which_it_was()
    {
        using FakeSystem system = new();
        foreach ((string place, string tty) in (ReadOnlySpan<(string, string)>)[("1-1", "ttyUSB0"), ("1-2", "ttyUSB1")])
        {
            system.Device(place, "1a86", "7523", "ff", null, "USB Serial", null);
            system.Port(tty, place, 0, "ch341");
        }
        PortWatch watch = new(new PortFinder(system.Root));
        FoundPort second = watch.Step().Added.Single(static port => port.Address == "/dev/ttyUSB1");
        system.Unplug("1-2");
        watch.Step();
        Assert.Null(watch.Again(second));
        system.Device("1-2", "1a86", "7523", "ff", null, "USB Serial", null);
        system.Port("ttyUSB7", "1-2", 0, "ch341");
        watch.Step();
        Assert.Equal("/dev/ttyUSB7", watch.Again(second)?.Address);
    }

    [Fact]
    public void A_controller_in_its_loader_is_found_at_its_place()
    {
        using FakeSystem system = new();
        system.Device("1-1", "c0de", "cafe", "ef", "OSMU", "Bitaxe", "AB12");
        PortWatch watch = new(new PortFinder(system.Root));
        FoundPort board = Assert.Single(watch.Step().Added);
        system.Unplug("1-1");
        system.Device("1-1", "0483", "df11", "00", "STMicroelectronics", "STM32 BOOTLOADER", "33FF");
        watch.Step();
        Assert.Null(watch.Again(board));
        Assert.Equal("usb:0483:df11:33FF", watch.AtPlaceOf(board, LinkKind.Usb)?.Address);
    }

    [Fact]
    public void Without_rights_the_group_and_the_rule_are_said()
    {
        using FakeSystem system = new();
        system.Device("1-1", "0403", "6015", "00", "GekkoScience", "CompacF", "GS000001");
        system.Port("ttyUSB0", "1-1", 0, "ftdi_sio");
        PortFinder finder = new(system.Root);
        Assert.Equal("dialout", new PortAdvice(finder).GroupName(20));
        Assert.Null(new PortAdvice(finder).GroupName(4711));
        Assert.Equal(
            """
            /dev/ttyUSB0: this user may not open it; members of the group uucp may: sudo usermod -aG uucp $USER (then log in again). Or put this rule into /etc/udev/rules.d/70-otedama-0403-6015.rules:
            SUBSYSTEM=="tty", ATTRS{idVendor}=="0403", ATTRS{idProduct}=="6015", GROUP="dialout", MODE="0660", TAG+="uaccess"
            SUBSYSTEM=="usb", ATTR{idVendor}=="0403", ATTR{idProduct}=="6015", GROUP="dialout", MODE="0660", TAG+="uaccess"
            then run: sudo udevadm control --reload && sudo udevadm trigger
            """, PortAdvice.Denied("/dev/ttyUSB0", "uucp", finder.Serial("/dev/ttyUSB0")));
        string usb = new PortAdvice(finder).ForUsb("usb:0403:6015", new PortException(PortFault.Denied, "Access denied"), finder.List()[^1]);
        Assert.Contains("members of the group dialout may", usb, StringComparison.Ordinal);
        Assert.Contains("70-otedama-0403-6015.rules", usb, StringComparison.Ordinal);
        string serial = new PortAdvice(finder).ForSerial("/dev/ttyUSB0", new PortException(PortFault.Denied, "Permission denied"));
        Assert.Contains("sudo usermod -aG dialout $USER", serial, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_that_is_roots_alone_is_given_a_group_by_a_rule()
    {
        Assert.Equal("/dev/ttyS0: this user may not open it; members of the group dialout may: sudo usermod -aG dialout $USER (then log in again).",
            PortAdvice.Denied("/dev/ttyS0", "dialout", null));
        Assert.Equal(
            """
            /dev/ttyACM9: this user may not open it, only root may. Put this rule into /etc/udev/rules.d/70-otedama-ttyACM9.rules:
            KERNEL=="ttyACM9", GROUP="dialout", MODE="0660"
            then run: sudo udevadm control --reload && sudo udevadm trigger
            and join the group it gives the port to: sudo usermod -aG dialout $USER (then log in again)
            """, PortAdvice.Denied("/dev/ttyACM9", "root", null));
        Assert.Equal("/dev/x\"y: this user may not open it, only root may.", PortAdvice.Denied("/dev/x\"y", "root", null)); // no rule of an odd name
        using FakeSystem system = new();
        system.Device("1-1", "0403", "6015", "00", "GekkoScience", "CompacF", "GS000001");
        system.Port("ttyUSB0", "1-1", 0, "ftdi_sio");
        string known = PortAdvice.Denied("/dev/ttyUSB0", "root", new PortFinder(system.Root).Serial("/dev/ttyUSB0"));
        Assert.Contains("only root may. Put this rule into /etc/udev/rules.d/70-otedama-0403-6015.rules", known, StringComparison.Ordinal);
        Assert.Contains("join the group", known, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_holds_a_port_is_named_when_the_system_tells()
    {
        using FakeSystem system = new();
        system.Program(4711, "picocom", "/dev/ttyUSB0");
        system.Program(4712, "bash", "/dev/pts/1");
        string busy = new PortAdvice(new PortFinder(system.Root)).ForSerial("/dev/ttyUSB0", new PortException(PortFault.Busy, "Device or resource busy"));
        Assert.Equal("/dev/ttyUSB0 is in use by picocom (process 4711): Device or resource busy. Close that program, or name another port.", busy);
        busy = new PortAdvice(new PortFinder(system.Root)).ForSerial("/dev/ttyUSB1", new PortException(PortFault.Busy, "Device or resource busy"));
        Assert.StartsWith("/dev/ttyUSB1 is in use by another program: ", busy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_port_and_a_wrong_device_are_said_with_what_there_is()
    {
        using FakeSystem system = new();
        system.Device("1-1", "1a86", "7523", "ff", null, "USB Serial", null);
        system.Port("ttyUSB0", "1-1", 0, "ch341");
        PortFinder finder = new(system.Root);
        Assert.Equal("/dev/ttyUSB1: there is no such port (No such file or directory). There are these serial ports: /dev/ttyUSB0 (1a86:7523 USB Serial).",
            new PortAdvice(finder).ForSerial("/dev/ttyUSB1", new PortException(PortFault.Missing, "No such file or directory")));
        Assert.Equal("usb:0403:6015: no such USB device is plugged in. There are these USB devices: usb:1a86:7523@1-1 (1a86:7523 USB Serial).",
            new PortAdvice(finder).ForUsb("usb:0403:6015", new PortException(PortFault.Missing, ""), null));
        Assert.Equal("/dev/ttyUSB0 is 1a86:7523 USB Serial, not a GekkoScience stick. `otedama asic list` shows every port and what is behind it.",
            PortAdvice.WrongDevice("/dev/ttyUSB0", finder.Serial("/dev/ttyUSB0"), "a GekkoScience stick"));
    }

    [Fact]
    public void The_opener_takes_every_kind_of_address()
    {
        LinkOpener opener = new();
        EchoDevice echo = new();
        using Pty pty = new(echo);
        using (ILink serial = opener.Open(Parse(pty.Path + "@9600"), 115_200))
        {
            serial.Write([1], Patience.Limit);
            Assert.Equal([2], SerialLinkTests.ReadExactly(serial, 1));
            Assert.Equal([9_600], echo.Rates);
        }
        using TcpDevice device = new(new EchoDevice());
        using (ILink tcp = opener.Open(Parse($"tcp://127.0.0.1:{device.Port}"), 115_200))
        {
            tcp.Write([1], Patience.Limit);
            Assert.Equal([2], SerialLinkTests.ReadExactly(tcp, 1));
        }
        LinkException none = Assert.Throws<LinkException>(() => opener.Open(Parse("usb:ffff:fffe"), 115_200));
        Assert.True(none.Fault is LinkFault.Missing or LinkFault.Unsupported, none.Message);
        if (PortFinder.UsbNote is { } note)
        {
            Assert.Contains(note, none.Message, StringComparison.Ordinal);
            Assert.Contains("libusb-1.0-0", note, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Listing_usb_devices_never_throws_for_want_of_any() => Assert.NotNull(Usb.List());

    private static LinkAddress Parse(string text)
    {
        Assert.True(LinkAddress.TryParse(text, out LinkAddress? address, out string? error), error);
        return address;
    }
}
