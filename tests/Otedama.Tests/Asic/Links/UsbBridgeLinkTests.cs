using System.Text.Json;
using Otedama.Asic;
using Otedama.Interop;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Our drivers of serial adapters against models at USB level; the same models stand behind USB/IP before Linux's own drivers.</summary>
public sealed class UsbBridgeLinkTests
{
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(1);

    private readonly HeldClock _time = new();

    [Fact]
    public void A_stick_is_set_up_as_cgminer_does_it()
    {
        FtdiModel model = new(new EchoDevice());
        using UsbBridgeLink link = Open(model, 115_200);
        link.SetPins(0xF, 2);
        link.SetPins(0xF, 0);
        link.SetPins(0xF, 2);
        string[] ours = [.. model.Requests.Select(Text)];
        string[] captured = [.. Captured()];
        Assert.Equal(captured, ours.Where(static one => !one.StartsWith("40 09", StringComparison.Ordinal)));
        Assert.Contains("40 09 0001 0000", ours); // and the latency, which cgminer leaves at 16 ms
        Assert.Equal(1, model.Latency);
        Assert.Equal((0xF, 2), model.Pins);
    }

    [Fact]
    public void Status_bytes_are_taken_out_of_every_packet()
    {
        EchoDevice echo = new();
        using UsbBridgeLink link = Open(new FtdiModel(echo), 115_200);
        byte[] all = [.. Enumerable.Range(0, 500).Select(static i => (byte)(i % 251))];
        echo.Say(all);
        Assert.Equal(all, ReadExactly(link, all.Length));
        Assert.Equal(0, link.Read(new byte[8], s_wait));
    }

    [Fact]
    public void A_wait_for_nothing_ends_though_the_adapter_reports_all_the_time()
    {
        using UsbBridgeLink link = Open(new FtdiModel(new EchoDevice()), 115_200);
        DateTimeOffset began = _time.GetUtcNow();
        Assert.Equal(0, link.Read(new byte[8], s_wait));
        Assert.InRange((_time.GetUtcNow() - began).TotalSeconds, 0.99, 1.2);
    }

    [Theory]
    [InlineData(9_600, 0x4138, 0, 9_600)]
    [InlineData(115_200, 0x001A, 0, 115_384)]
    [InlineData(921_600, 0x8003, 0, 923_077)]
    [InlineData(1_000_000, 0x0003, 0, 1_000_000)]
    [InlineData(1_500_000, 0x0002, 0, 1_500_000)]
    [InlineData(1_562_500, 0x0002, 0, 1_500_000)]
    [InlineData(2_000_000, 0x0001, 0, 2_000_000)]
    [InlineData(3_000_000, 0x0000, 0, 3_000_000)]
    [InlineData(3_125_000, 0x0000, 0, 3_000_000)]
    [InlineData(1_263_158, 0x0002, 1, 1_263_158)]
    [InlineData(460_800, 0x4006, 0, 461_538)]
    [InlineData(230_400, 0x000D, 0, 230_769)]
    [InlineData(300, 0x2710, 0, 300)]
    public void Divisors_of_FTDI(int rate, int value, int index, int real)
    {
        (int gotValue, int gotIndex, double gotReal) = FtdiBridge.Divisor(rate, fast: false);
        Assert.Equal((value, index), (gotValue, gotIndex));
        Assert.Equal(real, gotReal, 1.0);
        FtdiModel model = new(new EchoDevice());
        using UsbBridgeLink link = Open(model, rate);
        Assert.Equal(real, model.Rate, 1.0);
    }

    [Fact]
    public void A_fast_FTDI_counts_from_12_MHz()
    {
        Assert.Equal((0x001A, 2), Both(FtdiBridge.Divisor(460_800, fast: true)));
        Assert.Equal((0x0000, 2), Both(FtdiBridge.Divisor(12_000_000, fast: true)));
    }

    [Theory]
    [InlineData(9_600)]
    [InlineData(57_600)]
    [InlineData(115_200)]
    [InlineData(230_400)]
    [InlineData(921_600)]
    [InlineData(1_000_000)]
    [InlineData(1_500_000)]
    [InlineData(2_000_000)]
    public void Divisors_of_CH340(int rate)
    {
        Ch341Model model = new(new EchoDevice());
        using UsbBridgeLink link = Open(model, rate);
        Assert.InRange(model.Rate, rate * 0.98, rate * 1.02);
        Assert.Equal(0xC3, model.LineControl);
    }

    [Fact]
    public void The_divisor_of_115200_on_a_CH340_is_the_known_one() => Assert.Equal(0xCC83, Ch341Bridge.Divisor(115_200).Index);

    [Fact]
    public void A_rate_the_adapter_has_not_is_refused()
    {
        using UsbBridgeLink ftdi = Open(new FtdiModel(new EchoDevice()), 115_200);
        Assert.Equal(LinkFault.Unsupported, Assert.Throws<LinkException>(() => ftdi.SetRate(2_500_000)).Fault);
        using UsbBridgeLink cp = Open(Cp2102(new EchoDevice()), 115_200);
        LinkException refused = Assert.Throws<LinkException>(() => cp.SetRate(3_125_000));
        Assert.Equal(LinkFault.Unsupported, refused.Fault);
        Assert.Contains("3125000 bits a second: the adapter would run at 2000000", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_adapter_carries_bytes_rates_and_lines()
    {
        foreach (Func<EchoDevice, UsbModel> make in (Func<EchoDevice, UsbModel>[])[static echo => new FtdiModel(echo), Cp2102, static echo => new Ch341Model(echo)])
        {
            EchoDevice echo = new(1_000_000);
            UsbModel model = make(echo);
            using UsbBridgeLink link = Open(model, 115_200);
            link.Write([1], s_wait);
            Assert.Equal([0xFE], ReadExactly(link, 1));
            link.SetRate(1_000_000);
            byte[] all = [.. Enumerable.Range(0, 200).Select(static i => (byte)i)];
            link.Write(all, s_wait);
            link.Drain(s_wait);
            Assert.Equal(all.Select(static one => (byte)(one + 1)), ReadExactly(link, all.Length));
            Assert.True(link.SetLines(true, false));
            Assert.True(link.SetLines(false, true));
            Assert.Equal([(true, false), (false, true)], echo.Lines.TakeLast(2));
            echo.Say([1, 2, 3]);
            link.Discard();
            Assert.Equal(0, link.Read(new byte[8], TimeSpan.Zero));
        }
    }

    [Fact]
    public void Two_ports_of_a_CP2105_are_two_links_and_the_latch_is_set_as_data()
    {
        EchoDevice chips = new();
        EchoDevice telemetry = new();
        Cp210xModel model = new([chips, telemetry], "Silicon Labs", "GekkoScience Compac A1", "A1000001");
        List<(byte, byte)> written = [];
        model.LatchWritten = (mask, state) => written.Add((mask, state));
        using UsbBridgeLink first = Open(model, 115_200);
        using UsbBridgeLink second = UsbBridgeLink.Open(new ModelUsb(model, Pass), 1, 9_600, "second", _time);
        Assert.Equal([0x00, 0x07, 0x1E, 0x03, 0x12], model.Requests.Where(static one => one is { Type: 0x41, Index: 0 }).Select(static one => (int)one.Request));
        Assert.Equal((115_385, 9_600), (model.RateOf(0), model.RateOf(1)));
        Assert.Equal([0x0800, 0x0800], model.Formats.Select(static one => (int)one));
        first.Write([1], s_wait);
        second.Write([5, 6], s_wait);
        Assert.Equal([2], ReadExactly(first, 1));
        Assert.Equal([6, 7], ReadExactly(second, 2));
        first.SetPins(7, 7);
        Assert.Equal([((byte)7, (byte)7)], written);
        Assert.Equal(0xFF, first.ReadPins());
        second.SetPins(3, 0);
        Assert.Equal(0xFC, first.ReadPins());
        second.Dispose();
        Assert.Equal((true, false), (model.IsEnabled(0), model.IsEnabled(1)));
    }

    [Fact]
    public void The_latch_of_a_CP2102_is_set_as_index()
    {
        Cp210xModel model = Cp2102(new EchoDevice());
        using UsbBridgeLink link = Open(model, 115_200);
        link.SetPins(0x05, 0x04);
        Assert.Equal(0xFE, link.ReadPins());
    }

    [Fact]
    public void A_CH340_has_no_pins()
    {
        using UsbBridgeLink link = Open(new Ch341Model(new EchoDevice()), 115_200);
        Assert.Equal(LinkFault.Unsupported, Assert.Throws<LinkException>(() => link.SetPins(1, 1)).Fault);
        Assert.Equal(LinkFault.Unsupported, Assert.Throws<LinkException>(() => link.ReadPins()).Fault);
    }

    [Fact]
    public void A_refused_transfer_is_said_and_the_next_one_goes()
    {
        EchoDevice echo = new();
        FtdiModel model = new(echo);
        ModelUsb usb = new(model, Pass);
        using UsbBridgeLink link = UsbBridgeLink.Open(usb, 0, 115_200, "stick", _time);
        model.StallNext = 0x02;
        Assert.Equal(LinkFault.Stalled, Assert.Throws<LinkException>(() => link.Write([1], s_wait)).Fault);
        model.StallNext = 0x81;
        Assert.Equal(LinkFault.Stalled, Assert.Throws<LinkException>(() => link.Read(new byte[8], s_wait)).Fault);
        Assert.Equal([0x02, 0x81], usb.Cleared);
        link.Write([1], s_wait);
        Assert.Equal([2], ReadExactly(link, 1));
    }

    [Fact]
    public void Unplugged_and_closed_are_gone()
    {
        ModelUsb usb = new(new FtdiModel(new EchoDevice()), Pass);
        UsbBridgeLink link = UsbBridgeLink.Open(usb, 0, 115_200, "stick", _time);
        usb.Unplug();
        Assert.Equal(LinkFault.Gone, Assert.Throws<LinkException>(() => link.Read(new byte[8], s_wait)).Fault);
        Assert.Equal(LinkFault.Gone, Assert.Throws<LinkException>(() => link.Write([1], s_wait)).Fault);
        link.Dispose();
        link.Dispose();
        Assert.True(usb.Disposed);
        Assert.Equal("stick: it was closed.", Assert.Throws<LinkException>(() => link.Read(new byte[8], s_wait)).Message);
    }

    [Fact]
    public void A_busy_stick_and_another_device_are_refused_and_let_go()
    {
        ModelUsb busy = new(new FtdiModel(new EchoDevice()), Pass) { Busy = true };
        Assert.Equal(LinkFault.Busy, Assert.Throws<LinkException>(() => UsbBridgeLink.Open(busy, 0, 115_200, "stick")).Fault);
        Assert.True(busy.Disposed);
        ModelUsb other = new(new AcmModel([new EchoDevice()], 0xC0DE, 0xCAFE, "OSMU", "Bitaxe", "1"), Pass);
        LinkException refused = Assert.Throws<LinkException>(() => UsbBridgeLink.Open(other, 1, 115_200, "board"));
        Assert.Equal(LinkFault.Unsupported, refused.Fault);
        Assert.Contains("c0de:cafe is none of FTDI, CP210x and CH340; open its serial port instead", refused.Message, StringComparison.Ordinal);
        Assert.True(other.Disposed);
        ModelUsb none = new(new FtdiModel(new EchoDevice()), Pass);
        Assert.Contains("interface 3", Assert.Throws<LinkException>(() => UsbBridgeLink.Open(none, 3, 115_200, "stick")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Control_transfers_for_loaders_go_through_as_they_are()
    {
        FtdiModel model = new(new EchoDevice());
        ModelUsb usb = new(model, Pass, "2-1.3");
        using UsbControl control = UsbControl.Over(usb);
        Assert.Equal(("usb 0403:6015 at 2-1.3", "2-1.3", "GS000001"), (control.Name, control.PortPath, control.Serial));
        Assert.Equal((0x0403, 0x6015, 0x1000), (control.Vendor, control.Product, control.Release));
        Assert.Equal(model.Configuration(), control.Configuration.ToArray());
        Assert.Equal("GekkoScience", control.Text(1));
        Assert.Null(control.Text(9));
        control.Claim(0, 0);
        Assert.Equal([0], usb.Claimed);
        byte[] status = new byte[2];
        Assert.Equal(2, control.ControlIn(0xC0, 5, 0, 0, status, s_wait));
        Assert.Equal([0x01, 0x60], status);
        Assert.Equal(LinkFault.Stalled, Assert.Throws<LinkException>(() => control.ControlIn(0xC0, 0x77, 0, 0, status, s_wait)).Fault);
        control.ControlOut(0x40, 9, 2, 0, [], s_wait);
        Assert.Equal(2, model.Latency);
        control.Reset();
        usb.Unplug();
        Assert.Equal(LinkFault.Gone, Assert.Throws<LinkException>(control.Reset).Fault);
    }

    [Fact]
    public void A_loader_is_spoken_to_on_endpoint_0_alone()
    {
        byte[] configuration = [9, 2, 27, 0, 1, 1, 0, 0x80, 50, 9, 4, 0, 0, 0, 0xFE, 1, 2, 4, 9, 0x21, 0x0B, 0xFF, 0, 0, 8, 0x1A, 1];
        LoaderModel model = new(0x0483, 0xDF11, 0x2200, configuration, ["STMicroelectronics", "STM32 BOOTLOADER", "33FF", "@Internal Flash"],
            static (ReadOnlySpan<byte> setup, ReadOnlySpan<byte> data, Span<byte> into, out int came) =>
            {
                came = setup[1] == 3 ? 6 : 0;
                into[..came].Fill(2);
                return setup[0] is 0x21 or 0xA1 ? UsbReply.Done : UsbReply.Stall;
            });
        using UsbControl control = UsbControl.Over(new ModelUsb(model, Pass, "1-2"));
        Assert.Equal(configuration, control.Configuration.ToArray());
        Assert.Equal("@Internal Flash", control.Text(4));
        control.Claim(0, 0);
        byte[] status = new byte[6];
        Assert.Equal(6, control.ControlIn(0xA1, 3, 0, 0, status, s_wait));
        Assert.Equal([2, 2, 2, 2, 2, 2], status);
        Assert.Equal(LinkFault.Stalled, Assert.Throws<LinkException>(() => control.ControlOut(0x40, 1, 0, 0, [], s_wait)).Fault);
    }

    private static (int, int) Both((int Value, int Index, double) divisor) => (divisor.Value, divisor.Index);

    private static Cp210xModel Cp2102(EchoDevice echo) => new([echo], "Silicon Labs", "CP2102 USB to UART Bridge Controller", "0001");

    private static byte[] ReadExactly(UsbBridgeLink link, int count)
    {
        byte[] all = new byte[count];
        for (int got = 0; got < count;)
        {
            int some = link.Read(all.AsSpan(got), s_wait);
            Assert.True(some > 0, $"only {got} of {count} bytes came");
            got += some;
        }
        return all;
    }

    private static string Text(UsbRequest request) => $"{request.Type:X2} {request.Request:X2} {request.Value:X4} {request.Index:X4}";

    private static IEnumerable<string> Captured()
    {
        using JsonDocument links = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests/vectors/asic/links.json")));
        return [.. links.RootElement.GetProperty("cgminer_compacf_ftdi").EnumerateArray().Select(static one => one.GetString()!)];
    }

    private void Pass(TimeSpan time) => _time.Advance(time);

    private UsbBridgeLink Open(UsbModel model, int rate) => UsbBridgeLink.Open(new ModelUsb(model, Pass), 0, rate, "stick", _time);
}
