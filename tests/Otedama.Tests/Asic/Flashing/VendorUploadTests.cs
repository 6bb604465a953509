using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Text;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class VendorUploadTests
{
    private static readonly byte[] s_bmu = Bmu(("a.bin", "X21", "wrong"), ("b.bin", "X22", "signed 2.0.0 " + new string('x', 200_000)));
    private static readonly byte[] s_package = Package("upgrade.bin");

    [Fact]
    public async Task An_Antminer_gets_the_item_for_it_and_is_back_with_the_new_version()
    {
        await using Antminer bench = new();
        FlashPlan plan = await bench.Flash.PlanAsync(bench.Target, s_bmu, Newer);
        FlashOutcome outcome = await bench.Flash.RunAsync(bench.Target);
        Assert.True(outcome.Ending == FlashEnding.Updated, bench.Flash.Ledger());
        Assert.Equal(("2.0.0", 1), (bench.Device.Version, bench.Device.Uploads));
        Assert.StartsWith("signed 2.0.0", Encoding.ASCII.GetString(bench.Device.Taken!), StringComparison.Ordinal);
        Assert.DoesNotContain("bench-ant-root", bench.Flash.Ledger() + Encoding.UTF8.GetString(plan.ToJson()), StringComparison.Ordinal);
    }

    public static TheoryData<string, FlashEnding, string> Faults => new()
    {
        { "reply lost", FlashEnding.Updated, "2.0.0" },
        { "breaks", FlashEnding.OldStays, "1.0.0" },
        { "keeps old", FlashEnding.OldStays, "1.0.0" },
        { "signature", FlashEnding.OldStays, "1.0.0" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_an_Antminer_runs_is_decided_by_what_it_says_it_runs(string fault, FlashEnding ending, string version)
    {
        await using Antminer bench = new();
        byte[] image = fault == "signature" ? Bmu(("b.bin", "X22", "unsigned" + new string('x', 5000))) : s_bmu;
        await bench.Flash.PlanAsync(bench.Target, image, Newer);
        bench.Device.LosesReply = fault == "reply lost";
        bench.Device.BreaksAfter = fault == "breaks" ? 100_000 : null;
        bench.Device.KeepsOld = fault == "keeps old";
        FlashOutcome outcome = await bench.Flash.RunAsync(bench.Target);
        Assert.True(outcome.Ending == ending && bench.Device.Version == version, $"{outcome.Ending}\n{bench.Flash.Ledger()}");
        Assert.Equal(1, bench.Device.Uploads);
    }

    [Fact]
    public async Task A_container_without_an_item_for_it_is_refused()
    {
        await using Antminer bench = new();
        FlashDevice device = await bench.Target.ReadAsync(default);
        Assert.Equal(("S21", "X22", "1.0.0"), (device.Model, device.Board, device.Version));
        byte[] other = Bmu(("a.bin", "X21", "signed 2.0.0"));
        FlashException refused = Assert.Throws<FlashException>(() => bench.Target.Program(device, FlashBench.Inspector.Inspect(other), other, new()));
        Assert.Contains("no item is for a S21 with X22", refused.Message, StringComparison.Ordinal);
        Assert.Contains("runme.sh", Assert.Throws<FlashException>(() => bench.Target.Program(device, FlashBench.Inspector.Inspect(s_package), s_package, new())).Message, StringComparison.Ordinal);
        byte[] script = Package("runme.sh");
        Assert.NotEmpty(bench.Target.Program(device, FlashBench.Inspector.Inspect(script), script, new()).Steps);
    }

    [Fact]
    public void A_container_in_a_container_is_opened_and_not_for_ever()
    {
        byte[] inner = Bmu(("b.bin", "X22", "right")), outer = inner;
        Assert.Equal("right", Encoding.ASCII.GetString(BmuContainer.Resolve(Bmu(("i.bmu", "X22", Encoding.Latin1.GetString(inner))), "f", new("S21", "X22")).Data.Span));
        for (int depth = 0; depth < 6; depth++)
        {
            outer = Bmu(("i.bmu", "X22", Encoding.Latin1.GetString(outer)));
        }
        Assert.Contains("deep", Assert.Throws<InvalidDataException>(() => BmuContainer.Resolve(outer, "f", new("S21", "X22"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_that_is_cut_off_or_damaged_is_told()
    {
        Assert.True(FlashBench.Inspector.Inspect(s_package).Sound);
        foreach (byte[] bad in (byte[][])[s_package[..^20], [.. s_package[..30], 0xFF, 0xFF, .. s_package[32..]], [0x1F, 0x8B, 8]])
        {
            ImageReport report = FlashBench.Inspector.Inspect(bad);
            Assert.False(report.Sound);
            Assert.Contains("fetch it again", report.Problems().First(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_Whatsminer_takes_a_package_the_way_that_was_switched_on(bool same)
    {
        await using Whatsminer bench = new(same, same ? WhatsminerUpload.SameConnection : WhatsminerUpload.NewConnection);
        byte[] package = [.. Encoding.ASCII.GetBytes("signed 2.0.0"), .. new byte[50_000]];
        FlashStepResult result = await bench.WriteAsync(package);
        Assert.True(result.Outcome == FlashStepOutcome.Done, result.Says);
        Assert.Equal(package, bench.Device.Taken);
    }

    [Theory]
    [InlineData("breaks", "still runs 1.0.0")]
    [InlineData("unsigned", "still runs 1.0.0")]
    [InlineData("no writes", "not ready")]
    public async Task A_Whatsminer_that_does_not_take_it_keeps_what_it_has(string fault, string says)
    {
        await using Whatsminer bench = new(true, WhatsminerUpload.SameConnection);
        bench.Device.BreaksAfter = fault == "breaks" ? 1000 : null;
        bench.Device.WritesEnabled = fault != "no writes";
        FlashStepResult result = await bench.WriteAsync([.. Encoding.ASCII.GetBytes(fault == "unsigned" ? "unsigned 2" : "signed 2.0.0"), .. new byte[50_000]]);
        Assert.Equal(FlashStepOutcome.Failed, result.Outcome);
        Assert.Contains(says, result.Says, StringComparison.Ordinal);
        Assert.Equal("1.0.0", bench.Device.Version);
    }

    [Fact]
    public async Task Uploading_to_a_Whatsminer_is_off_until_it_is_switched_on()
    {
        await using Whatsminer bench = new(true, WhatsminerUpload.Off);
        FlashDevice device = await bench.Target.ReadAsync(default);
        Assert.Contains("switched off", Assert.Throws<FlashException>(() => bench.Target.Program(device, FlashBench.Inspector.Inspect(s_package), s_package, new())).Message, StringComparison.Ordinal);
    }

    /// <summary>A container says nothing of its version.</summary>
    private static FlashOptions Newer => new() { AllowDowngrade = true };

    private static byte[] Package(string name)
    {
        MemoryStream packed = new();
        using (GZipStream zip = new(packed, CompressionMode.Compress, leaveOpen: true))
        using (TarWriter tar = new(zip))
        {
            byte[] content = new byte[3000];
            new Random(5).NextBytes(content);
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }
        return packed.ToArray();
    }

    private static byte[] Bmu(params (string Name, string Hardware, string Data)[] items)
    {
        List<byte> data = [];
        byte[] file = new byte[36 + (items.Length * 172)];
        uint[] head = [0xABAB_ABAB, 0, 36, (uint)items.Length, 172];
        for (int word = 0; word < head.Length; word++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(word * 4), head[word]);
        }
        for (int index = 0; index < items.Length; index++)
        {
            Span<byte> item = file.AsSpan(36 + (index * 172), 172);
            (string Text, int At)[] texts = [(items[index].Name, 4), (items[index].Hardware, 68), (items[index].Hardware, 100), ("S21", 132)];
            for (int text = 0; text < texts.Length; text++)
            {
                item[text] = (byte)texts[text].Text.Length;
                Encoding.ASCII.GetBytes(texts[text].Text, item[texts[text].At..]);
            }
            byte[] content = Encoding.Latin1.GetBytes(items[index].Data);
            BinaryPrimitives.WriteInt32LittleEndian(item[164..], file.Length + data.Count);
            BinaryPrimitives.WriteInt32LittleEndian(item[168..], content.Length);
            data.AddRange(content);
        }
        file = [.. file, .. data];
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(24), Crc32.Of(file));
        return file;
    }

    private sealed class Antminer : IAsyncDisposable
    {
        private readonly EagerClock _time = new();
        private readonly FleetTransport _transport;
        private readonly UploadClient _uploads;

        public Antminer()
        {
            Device = new(_time);
            _transport = new(_time);
            _uploads = new(_transport);
            Flash = new(_time);
            FleetTarget target = new(IPAddress.Loopback) { Ports = new() { Web = Device.Port, Api = 1 }, Credentials = new("root", new("bench-ant-root")) };
            Target = new(new AntminerDriver(_transport), _transport, _uploads, target);
        }

        public SimulatedAntminer Device { get; }

        public AntminerUploadTarget Target { get; }

        public FlashBench Flash { get; }

        public async ValueTask DisposeAsync()
        {
            _uploads.Dispose();
            _transport.Dispose();
            Flash.Dispose();
            await Device.DisposeAsync();
        }
    }

    private sealed class Whatsminer : IAsyncDisposable
    {
        private readonly EagerClock _time = new();
        private readonly FleetTransport _transport;
        private readonly FlashBench _flash;

        public Whatsminer(bool same, WhatsminerUpload way)
        {
            Device = new(_time, same);
            _transport = new(_time);
            _flash = new(_time);
            FleetTarget target = new(IPAddress.Loopback) { Ports = new() { Web = 1, Api = Device.Port }, Credentials = new("admin", new("bench-wm-pass")) };
            Target = new(new WhatsminerV2Driver(_transport), _transport, target, way);
        }

        public SimulatedWhatsminer Device { get; }

        public WhatsminerUploadTarget Target { get; }

        /// <summary>The write step of a plan for these bytes.</summary>
        public async Task<FlashStepResult> WriteAsync(byte[] package)
        {
            FlashPlan plan = await _flash.PlanAsync(Target, s_package, Newer with { Board = "H3" });
            return await Target.DoAsync(plan.Steps.First(static step => step.Kind == FlashStepKind.Write) with { Length = package.Length }, new(plan, package, _flash.Folder!), default);
        }

        public async ValueTask DisposeAsync()
        {
            _transport.Dispose();
            _flash.Dispose();
            await Device.DisposeAsync();
        }
    }
}
