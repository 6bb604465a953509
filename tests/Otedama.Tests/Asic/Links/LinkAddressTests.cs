using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class LinkAddressTests
{
    [Theory]
    [InlineData("/dev/ttyUSB0", LinkKind.Serial, "/dev/ttyUSB0", null)]
    [InlineData(" /dev/ttyACM0@115200 ", LinkKind.Serial, "/dev/ttyACM0", 115_200)]
    [InlineData("/dev/serial/by-id/usb-FTDI_x-if00-port0", LinkKind.Serial, "/dev/serial/by-id/usb-FTDI_x-if00-port0", null)]
    [InlineData("COM3", LinkKind.Serial, "COM3", null)]
    [InlineData("com12@3125000", LinkKind.Serial, "com12", 3_125_000)]
    [InlineData(@"\\.\COM10", LinkKind.Serial, @"\\.\COM10", null)]
    public void Serial_ports(string text, LinkKind kind, string path, int? rate)
    {
        LinkAddress address = Parse(text);
        Assert.Equal((kind, path, rate), (address.Kind, address.Path, address.Rate));
        Assert.Equal(text.Trim(), address.ToString());
    }

    [Theory]
    [InlineData("tcp://192.0.2.7:3333", "192.0.2.7", 3333)]
    [InlineData("TCP://rig.example:65535/", "rig.example", 65535)]
    [InlineData("tcp://[2001:db8::7]:23", "2001:db8::7", 23)]
    public void Sockets(string text, string host, int port)
    {
        LinkAddress address = Parse(text);
        Assert.Equal((LinkKind.Tcp, host, port), (address.Kind, address.Host, address.Port));
        Assert.Equal(text.TrimEnd('/').Replace("TCP", "tcp", StringComparison.Ordinal), address.ToString());
    }

    [Theory]
    [InlineData("usb:0403:6015", 0x0403, 0x6015, null, null, 0)]
    [InlineData("usb:10C4:ea70:A1000001", 0x10C4, 0xEA70, "A1000001", null, 0)]
    [InlineData("usb:10c4:ea70:A1000001/1", 0x10C4, 0xEA70, "A1000001", null, 1)]
    [InlineData("usb:0403:6015:with space:and colon", 0x0403, 0x6015, "with space:and colon", null, 0)]
    [InlineData("usb:0403:6015@1-1.4", 0x0403, 0x6015, null, "1-1.4", 0)]
    [InlineData("usb:10c4:ea70@3-2/1", 0x10C4, 0xEA70, null, "3-2", 1)]
    public void Usb_devices(string text, int vendor, int product, string? serial, string? place, int number)
    {
        LinkAddress address = Parse(text);
        Assert.Equal(LinkKind.Usb, address.Kind);
        Assert.Equal((vendor, product, serial, place, number), (address.VendorId, address.ProductId, address.SerialNumber, address.PortPath, address.Interface));
        Assert.Equal(Parse(address.ToString()), address);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("ttyUSB0", "a serial port begins with /dev/ (Linux) or COM (Windows)")]
    [InlineData("/", "a serial port begins")]
    [InlineData("/dev/", "a serial port begins")]
    [InlineData("COM", "a serial port begins")]
    [InlineData("COM0", "a serial port begins")]
    [InlineData("/dev/ttyUSB0@", "behind @ stands the rate, 1 to 12000000")]
    [InlineData("/dev/ttyUSB0@fast", "behind @ stands the rate")]
    [InlineData("/dev/ttyUSB0@0", "behind @ stands the rate")]
    [InlineData("/dev/ttyUSB0@-9600", "behind @ stands the rate")]
    [InlineData("/dev/ttyUSB0@12000001", "behind @ stands the rate")]
    [InlineData("/dev/tty\u001b[31mUSB0", "a character that is not to be seen")]
    [InlineData("http://192.0.2.7:80", "only tcp://")]
    [InlineData("tcp://192.0.2.7", "behind the host stands a colon and the port")]
    [InlineData("tcp://:3333", "behind the host")]
    [InlineData("tcp://192.0.2.7:0", "behind the host")]
    [InlineData("tcp://192.0.2.7:65536", "behind the host")]
    [InlineData("tcp://2001:db8::7:23", "neither a name nor an address")]
    [InlineData("tcp://a b:23", "neither a name nor an address")]
    [InlineData("usb:", "four hexadecimal digits each")]
    [InlineData("usb:403:6015", "four hexadecimal digits each")]
    [InlineData("usb:0403-6015", "four hexadecimal digits each")]
    [InlineData("usb:04g3:6015", "four hexadecimal digits each")]
    [InlineData("usb:0403:6015:", "behind the product stands :SERIAL")]
    [InlineData("usb:0403:6015@", "behind the product stands")]
    [InlineData("usb:0403:6015@here", "behind the product stands")]
    [InlineData("usb:0403:6015X", "behind the product stands")]
    [InlineData("usb:0403:6015/16", "the interface, 0 to 15")]
    public void What_is_none_is_said_with_what_is_allowed(string text, string why)
    {
        Assert.False(LinkAddress.TryParse(text, out LinkAddress? address, out string? error));
        Assert.Null(address);
        Assert.Contains(why, error, StringComparison.Ordinal);
        Assert.Contains("Write /dev/ttyUSB0", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', error);
    }

    [Fact]
    public void A_long_text_is_refused_and_not_repeated()
    {
        Assert.False(LinkAddress.TryParse("/dev/" + new string('x', 100_000), out _, out string? error));
        Assert.Contains("allowed are 255", error, StringComparison.Ordinal);
        Assert.True(error.Length < 500);
    }

    private static LinkAddress Parse(string text)
    {
        Assert.True(LinkAddress.TryParse(text, out LinkAddress? address, out string? error), error);
        return address;
    }
}
