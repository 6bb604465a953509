using System.Text.Json;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>The ROM loader's client against a simulated ESP32-S3.</summary>
public sealed class EspLoaderTests
{
    private static readonly byte[] s_app = EspFirmware.App("v2.0.0", 40_000);

    [Fact]
    public void It_enters_the_loader_and_says_who_is_there()
    {
        using EspBench bench = new(EspFirmware.Installed("v1.5.0"));
        using EspLoader loader = bench.Loader();
        EspChip chip = loader.Connect();
        Assert.True(bench.Device.IsInLoader);
        Assert.Equal(("24:ec:4a:01:02:f3", 16L << 20, 0x1840C8u), (chip.Mac, chip.FlashSize, chip.FlashId));
        Assert.Equal(EspLoader.RateMax, loader.Rate);
        Assert.Equal(bench.Device.Flash.Read(0x8000, 200), loader.Spi.Read(0x8000, 200));
        Assert.True(loader.Run());
        Assert.Equal("v1.5.0", bench.Device.Running?.Version);
    }

    [Theory]
    [InlineData(true, "usb 303a:1001 serial 24EC4A")]
    [InlineData(false, "/dev/ttyUSB0")]
    public void Each_kind_of_port_has_its_dance(bool usb, string name)
    {
        SimulatedFlash flash = EspFirmware.Installed("v1.5.0");
        using EspBench bench = new(flash, new SimulatedEsp32S3(flash) { IsUsb = usb });
        bench.Cable.PortName = name;
        using EspLoader loader = bench.Loader();
        loader.Connect();
        Assert.Equal(usb ? 1 : 2, bench.Device.Requests(0x08)); // once more after the rate was raised
        Assert.True(loader.Run());
        Assert.Equal("v1.5.0", bench.Device.Running?.Version);
    }

    [Fact]
    public void A_link_without_lines_works_when_boot_is_held()
    {
        using EspBench bench = new(EspFirmware.Installed("v1.5.0"));
        bench.Cable.HasLines = false;
        using EspLoader running = bench.Loader();
        EspException refused = Assert.Throws<EspException>(running.Connect);
        Assert.Contains("Hold BOOT", refused.Message, StringComparison.Ordinal);
        bench.Device.BootHeld = true;
        bench.Device.PowerOn();
        using EspLoader loader = bench.Loader();
        Assert.Equal("24:ec:4a:01:02:f3", loader.Connect().Mac);
        Assert.False(loader.Run());
        using EspLoader next = bench.Loader();
        Assert.Equal("24:ec:4a:01:02:f3", next.Connect().Mac);
        using EspLoader lost = bench.Loader(); // and where the last tool died at its rate
        Assert.Equal("24:ec:4a:01:02:f3", lost.Connect().Mac);
    }

    [Fact]
    public void Another_chip_is_not_touched()
    {
        SimulatedFlash flash = EspFirmware.Installed("v1.5.0");
        using EspBench bench = new(flash, new SimulatedEsp32S3(flash) { ChipId = 13 });
        using EspLoader loader = bench.Loader();
        EspException refused = Assert.Throws<EspException>(loader.Connect);
        Assert.Contains("kind 13", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, bench.Device.Requests(0x0D));
    }

    [Fact]
    public void A_loader_in_memory_is_told_from_the_roms()
    {
        using EspBench bench = new(EspFirmware.Installed("v1.5.0"));
        bench.Cable.HasLines = false;
        bench.Device.BootHeld = true;
        bench.Device.PowerOn();
        using ILink link = bench.Cable.Open();
        link.Write(EspSlip.Frame(EspRequest.MemBegin(4, 0x40370000)), TimeSpan.Zero);
        link.Write(EspSlip.Frame(EspRequest.MemData(0, [1, 2, 3, 4])), TimeSpan.Zero);
        link.Write(EspSlip.Frame(EspRequest.MemEnd(0x40370000)), TimeSpan.Zero);
        Assert.True(bench.Device.IsInStub);
        using EspLoader loader = bench.Loader();
        Assert.Contains("loader in RAM", Assert.Throws<EspException>(loader.Connect).Message, StringComparison.Ordinal);
    }

    /// <summary>The kinds of requests of a recorded write, in their order.</summary>
    [Fact]
    public void A_write_goes_the_recorded_way()
    {
        string[] recorded = [.. FlashVectors.Root.GetProperty("esp_write_sequence_rom").GetProperty("ops").EnumerateArray()
            .Select(static one => one[0].GetString()!).Where(static op => op is not ("0a" or "09")).Distinct()];
        Assert.Equal(["08", "14", "0d", "0b", "10", "11", "13"], recorded);
        using EspBench bench = new(new SimulatedFlash());
        using Recorder recorder = new(bench.Cable.Open());
        using EspLoader loader = new(new EspPort(() => recorder, bench.Clock, static _ => { }), fastest: 115_200);
        loader.Connect();
        byte[] image = Convert.FromHexString(FlashVectors.Root.GetProperty("esp_image").GetProperty("bytes").GetString()!);
        recorder.Ops.Add("write");
        Assert.True(new EspWriter(loader).Write(0x10000, image));
        Assert.Equal(["08", "14", "0d", "0b", "write", "13", "10", "11", "13"], recorder.Ops.Where(static op => op is not ("0a" or "09")));
        Assert.Equal(image, bench.Device.Flash.Read(0x10000, image.Length));
        Assert.Equal("fb0ad7243fac0fb702a9b40bf7e466e6", loader.Rom.FlashMd5(0x10000, (uint)image.Length));
        Assert.False(new EspWriter(loader).Write(0x10000, image)); // it is there
    }

    public static TheoryData<string, byte, int, string, int> Troubles => new()
    {
        { "a lost reply to a block", 0x11, 3, "LoseReply", 1 },
        { "a lost request", 0x11, 3, "LoseRequest", 1 },
        { "one no", 0x11, 3, "Nak", 1 },
        { "two no", 0x11, 3, "Nak", 2 },
        { "three no", 0x11, 3, "Nak", 3 },
        { "a no to the beginning", 0x10, 1, "Nak", 1 },
        { "a damaged frame", 0x11, 2, "GarbleReply", 1 },
        { "a wrong MD5", 0x13, 2, "WrongMd5", 1 },
        { "a restart amid the write", 0x11, 4, "Reboot", 1 },
        { "a restart at the beginning", 0x10, 1, "Reboot", 1 },
        { "a lost reply to the MD5", 0x13, 2, "LoseReply", 1 },
        { "the rate ignored", 0x0F, 1, "KeepRate", 1 },
        { "the cable out and in again", 0x11, 4, "Unplug", 1 },
    };

    [Theory]
    [MemberData(nameof(Troubles))]
    public void Trouble_is_mended(string what, byte op, int from, string trouble, int count)
    {
        Assert.NotEmpty(what);
        using EspBench bench = new(EspFirmware.Installed("v1.5.0")) { Replugs = true };
        bench.Device.Trouble(op, from, Enum.Parse<EspTrouble>(trouble), count);
        using EspLoader loader = bench.Loader();
        loader.Connect();
        Assert.True(new EspWriter(loader).Write(0x40000, s_app));
        Assert.Equal(s_app, bench.Device.Flash.Read(0x40000, s_app.Length));
        Assert.True(bench.Device.Requests(op) >= from, $"{op:X2}h came {bench.Device.Requests(op)} times");
    }

    /// <summary>A plain write after a lost reply goes on behind what the chip has, without a reset.</summary>
    [Fact]
    public void Writing_goes_on_behind_what_is_there()
    {
        using EspBench bench = new(new SimulatedFlash());
        bench.Device.Trouble(0x11, 1, EspTrouble.LoseRequest);
        bench.Device.Trouble(0x03, 20, EspTrouble.LoseReply);
        using EspLoader loader = bench.Loader();
        loader.Connect();
        int syncs = bench.Device.Requests(0x08);
        Assert.True(new EspWriter(loader).Write(0x40000, s_app));
        int blocks = (s_app.Length + 0x3FF) / 0x400;
        Assert.Equal(blocks + 20 - 20, bench.Device.Requests(0x03)); // the twentieth was stored, and is not sent again
        Assert.Equal(syncs + 3, bench.Device.Requests(0x08)); // two faults, and one for the lower rate
        Assert.Equal(460_800, loader.Rate);
        Assert.Equal(s_app, bench.Device.Flash.Read(0x40000, s_app.Length));
    }

    [Fact]
    public void What_stays_wrong_ends_with_a_sentence()
    {
        using EspBench bench = new(new SimulatedFlash());
        bench.Device.Trouble(0x13, 2, EspTrouble.WrongMd5, 1000);
        using EspLoader loader = bench.Loader();
        loader.Connect();
        EspException refused = Assert.Throws<EspException>(() => new EspWriter(loader).Write(0x40000, s_app));
        Assert.Contains("MD5", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Notes the kinds of requests that go through a link.</summary>
    private sealed class Recorder(ILink inner) : ILink
    {
        public List<string> Ops { get; } = [];

        public string Name => inner.Name;

        public int Read(Span<byte> into, TimeSpan wait) => inner.Read(into, wait);

        public void Write(ReadOnlySpan<byte> bytes, TimeSpan wait)
        {
            string op = Convert.ToHexStringLower(bytes.Slice(2, 1));
            if (Ops.LastOrDefault() != op)
            {
                Ops.Add(op);
            }
            inner.Write(bytes, wait);
        }

        public void Drain(TimeSpan wait) => inner.Drain(wait);

        public void Discard() => inner.Discard();

        public void SetRate(int bitsPerSecond) => inner.SetRate(bitsPerSecond);

        public bool SetLines(bool dataTerminalReady, bool requestToSend) => inner.SetLines(dataTerminalReady, requestToSend);

        public void Dispose() => inner.Dispose();
    }
}
