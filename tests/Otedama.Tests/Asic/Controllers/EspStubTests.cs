using System.Text;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>A loader of the operator's in the chip's memory.</summary>
public sealed class EspStubTests
{
    private static readonly byte[] s_text = EspFirmware.Noise("text", 7_000);
    private static readonly byte[] s_data = EspFirmware.Noise("data", 300);

    internal static string Json(uint entry = 0x4037_8004, uint text = 0x4037_8000, uint data = 0x3FCA_0000) => $$"""
        {"entry":{{entry}},"text":"{{Convert.ToBase64String(s_text)}}","text_start":{{text}},
         "data":"{{Convert.ToBase64String(s_data)}}","data_start":{{data}},"bss_start":1070202880}
        """;

    private static EspStub Stub => EspStub.Parse(Encoding.UTF8.GetBytes(Json()), "stub.json");

    [Fact]
    public void It_is_put_into_memory_and_writes_and_reads()
    {
        using EspBench bench = new(EspFirmware.Installed("v1.5.0"));
        using EspLoader loader = new(new EspPort(bench.Cable.Open, bench.Clock, static _ => { }), stub: Stub);
        loader.Connect();
        Assert.True(bench.Device.IsInStub);
        Assert.Equal([.. s_text, .. s_data], bench.Device.Loaded);
        byte[] image = EspFirmware.App("v2.0.0", 100_000);
        Assert.True(new EspWriter(loader).Write(0x100000, image));
        Assert.Equal(image, bench.Device.Flash.Read(0x100000, image.Length));
        Assert.InRange(bench.Device.Requests(0x11), 1, 8); // 16 KiB at once
        Assert.Equal(image, loader.Read(0x100000, image.Length));
        Assert.Equal(image.Length, bench.Device.ReadByFrames);
        Assert.True(loader.Run());
        Assert.False(bench.Device.IsInStub);
        Assert.Equal("v1.5.0", bench.Device.Running?.Version);
    }

    [Theory]
    [InlineData(0x11, 2, "LoseReply", 1)]
    [InlineData(0x11, 2, "LoseRequest", 1)]
    [InlineData(0x11, 2, "Nak", 3)]
    [InlineData(0x11, 2, "GarbleReply", 1)]
    [InlineData(0x11, 2, "Reboot", 1)]
    [InlineData(0x10, 1, "Reboot", 1)]
    [InlineData(0x13, 2, "WrongMd5", 1)]
    [InlineData(0x0F, 1, "KeepRate", 1)]
    public void Troubles_are_mended_as_with_the_chips_own(byte op, int from, string trouble, int count)
    {
        using EspBench bench = new(EspFirmware.Installed("v1.5.0"));
        bench.Device.Trouble(op, from, Enum.Parse<EspTrouble>(trouble), count);
        using EspLoader loader = new(new EspPort(bench.Cable.Open, bench.Clock, bench.Clock.Advance), stub: Stub);
        loader.Connect();
        byte[] image = EspFirmware.App("v2.0.0", 100_000);
        Assert.True(new EspWriter(loader).Write(0x100000, image));
        Assert.Equal(image, bench.Device.Flash.Read(0x100000, image.Length));
        Assert.True(bench.Device.IsInStub);
    }

    [Fact]
    public void Where_no_line_resets_it_the_one_that_runs_is_used_again()
    {
        using EspBench bench = new(EspFirmware.Installed("v1.5.0"));
        bench.Cable.HasLines = false;
        bench.Device.BootHeld = true;
        bench.Device.PowerOn();
        for (int i = 0; i < 2; i++)
        {
            using EspLoader loader = new(new EspPort(bench.Cable.Open, bench.Clock, static _ => { }), stub: Stub);
            Assert.Equal("24:ec:4a:01:02:f3", loader.Connect().Mac);
            Assert.False(loader.Run());
        }
        Assert.Equal(s_text.Length + s_data.Length, bench.Device.Loaded.Length);
    }

    [Fact]
    public async Task A_whole_flash_is_kept_and_goes_back()
    {
        using EspBench bench = new(EspFirmware.Installed("v1.5.0"));
        using TempFolder folder = new();
        byte[] all = bench.Device.Flash.Read(0, SimulatedFlash.Size);
        using (EspSerialTarget target = new(new EspLoader(new EspPort(bench.Cable.Open, bench.Clock, static _ => { }), stub: Stub)))
        {
            EspBackup backup = await EspBackup.TakeAsync(target, folder.Path, bench.Clock, static _ => { }, default, whole: true);
            Assert.Equal([("head", 0x10000), ("rest", SimulatedFlash.Size - 0x10000)], backup.Parts.Select(static part => (part.Name, part.Length)));
        }
        EspBackup.Open(folder.Path, out byte[] bytes);
        Assert.Equal(all, bytes);
        Assert.InRange(bench.Device.ReadByFrames, 1, 1 << 20); // what is blank was asked for and not read
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { "{", "none for an ESP32-S3" },
        { "[]", "none for an ESP32-S3" },
        { "{}", "none for an ESP32-S3" },
        { Json(entry: 0), "entry 00000000h lies outside" },
        { Json(text: 0x4000_0000), "text_start 40000000h" },
        { Json(data: 0x1000), "data_start 00001000h" },
        { Json().Replace("\"text\":\"", "\"text\":\"!", StringComparison.Ordinal), "none for an ESP32-S3" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_file_that_is_none_is_told(string text, string words) =>
        Assert.Contains(words, Assert.Throws<InvalidDataException>(() => EspStub.Parse(Encoding.UTF8.GetBytes(text), "stub.json")).Message, StringComparison.Ordinal);

    /// <summary>The form in which Espressif's own tool carries its stubs.</summary>
    [Fact]
    public void The_file_of_Espressifs_tool_is_of_that_form()
    {
        string? folder = Environment.GetEnvironmentVariable("OTEDAMA_ESPTOOL_JS");
        Assert.SkipUnless(Directory.Exists(folder), "OTEDAMA_ESPTOOL_JS names no folder with esptool-js; its form of a stub was not read");
        EspStub stub = EspStub.Open(Path.Combine(folder!, "node_modules/esptool-js/lib/targets/stub_flasher/esp32s3.json"));
        using EspBench bench = new(EspFirmware.Installed("v1.5.0"));
        using EspLoader loader = new(new EspPort(bench.Cable.Open, bench.Clock, static _ => { }), stub: stub);
        loader.Connect();
        Assert.Equal([.. stub.Text, .. stub.Data], bench.Device.Loaded);
    }
}
