using CsCheck;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class DfuSeClientTests
{
    private const int Sectors = 16, SectorSize = 1024;
    private static readonly byte[] s_old = Fill(Sectors * SectorSize, 3), s_new = Fill(5000, 11);

    [Fact]
    public async Task Only_touched_sectors_are_erased_and_what_is_beside_stays()
    {
        Bench bench = new();
        await bench.Client.WriteAsync([new(0x0800_0800, s_new), new(0x0800_3C00, s_new.AsMemory(0, 10))], null, default);
        Assert.Equal([0x0800_0800u, 0x0800_0C00, 0x0800_1000, 0x0800_1400, 0x0800_1800, 0x0800_3C00], bench.Device.Erased);
        Assert.Equal(s_new, bench.Device.Flash[0x800..(0x800 + 5000)]);
        Assert.Equal(s_old[..0x800], bench.Device.Flash[..0x800]);
        Assert.Equal(s_old[0x1C00..0x3C00], bench.Device.Flash[0x1C00..0x3C00]);
        Assert.False(bench.Device.Wiped);
    }

    [Fact]
    public async Task Commands_are_those_of_the_vectors_and_nothing_wipes()
    {
        Bench bench = new(sectors: 32);
        await bench.Client.WriteAsync([new(0x0800_4000, s_new.AsMemory(0, 4))], null, default);
        Dictionary<string, string> vectors = LoaderVectors.At("dfu/dfuse_commands").EnumerateArray()
            .ToDictionary(static row => row.GetProperty("name").GetString()!, static row => row.GetProperty("data").GetString()!);
        string[] sent = [.. bench.Device.Downloads.Select(Convert.ToHexStringLower)];
        Assert.Equal([vectors["erase page 08004000"], vectors["set address 08004000"], Convert.ToHexStringLower(s_new.AsSpan(0, 4))], sent);
        Assert.Equal([0x00, 0x21, 0x41, 0x92], await bench.Client.CommandsAsync(default));
        Assert.False(bench.Device.Wiped);
    }

    [Theory]
    [InlineData(0x07FF_FFFFu, 2)]
    [InlineData(0x0800_3FFFu, 2)]
    [InlineData(0x1FFF_F800u, 16)]
    public async Task What_lies_outside_is_refused_before_anything_is_sent(uint address, int length)
    {
        Bench bench = new();
        DfuException refused = await Assert.ThrowsAsync<DfuException>(() => bench.Client.WriteAsync([new(0x0800_0000, s_new), new(address, new byte[length])], null, default));
        Assert.Contains("Nothing was written", refused.Message, StringComparison.Ordinal);
        Assert.Empty(bench.Device.Downloads);
    }

    [Fact]
    public async Task What_was_written_reads_back_and_the_program_starts()
    {
        Bench bench = new();
        await bench.Client.WriteAsync([new(0x0800_0000, s_new)], null, default);
        Assert.Equal(s_new, await bench.Client.ReadAsync(0x0800_0000, s_new.Length, null, default));
        await bench.Client.LeaveAsync(0x0800_0000, default);
        Assert.False(bench.Device.Loader);
        Assert.Equal(0x0800_0000u, bench.Device.StartedAt);
    }

    [Fact]
    public async Task A_device_that_leaves_without_an_answer_has_started()
    {
        Bench bench = new();
        bench.Device.Manifestation = BenchManifestation.Leaves;
        await bench.Client.LeaveAsync(0x0800_0000, default);
        Assert.False(bench.Device.Loader);
    }

    [Fact]
    public async Task A_chip_protected_against_reading_says_so()
    {
        Bench bench = new();
        bench.Device.ReadProtected = true;
        await Assert.ThrowsAsync<DfuException>(() => bench.Client.ReadAsync(0x0800_0000, 16, null, default));
        await bench.Client.WriteAsync([new(0x0800_0000, s_new)], null, default);
        Assert.False(bench.Device.Wiped);
    }

    /// <summary>The first word is written last: a chip without it starts its loader by itself.</summary>
    [Fact]
    public async Task Power_cut_at_a_hundred_random_transfers_leaves_the_old_program_or_a_loader()
    {
        Bench whole = new();
        await whole.Client.WriteAsync([new(0x0800_0000, s_new)], null, default);
        await Gen.Int[0, whole.Device.Setups.Count].SampleAsync(async at =>
        {
            Bench bench = new();
            bench.Device.Fault = (_, index) => index < at ? null : BenchReply.Gone;
            try
            {
                await bench.Client.WriteAsync([new(0x0800_0000, s_new)], null, default);
            }
            catch (Exception e) when (e is DfuException or LinkException)
            {
            }
            bench.Device.Fault = null;
            bench.Device.PowerCycle();
            bool old = s_old.AsSpan().SequenceEqual(bench.Device.Flash), isNew = s_new.AsSpan().SequenceEqual(bench.Device.Flash.AsSpan(0, s_new.Length));
            Assert.True(bench.Device.Loader || old || isNew, $"a cut before transfer {at} leaves a program that is neither");
            if (bench.Device.Loader)
            {
                await bench.Reopen().WriteAsync([new(0x0800_0000, s_new)], null, default);
            }
            return old || s_new.AsSpan().SequenceEqual(bench.Device.Flash.AsSpan(0, s_new.Length));
        }, iter: 100, threads: 1);
    }

    private static byte[] Fill(int length, int seed) => [.. Enumerable.Range(0, length).Select(index => (byte)((index * seed) % 253))];

    private sealed class Bench
    {
        private readonly BenchUsb _usb;

        public Bench(int sectors = Sectors)
        {
            _usb = new(Clock);
            Device = new(Clock, sectors, SectorSize);
            s_old.CopyTo(Device.Flash, 0);
            _usb.Plugged["1-2"] = Device;
            Client = Reopen();
        }

        public EagerClock Clock { get; } = new();

        public SimulatedDfuSe Device { get; }

        public DfuSeClient Client { get; }

        public DfuSeClient Reopen()
        {
            IUsbControl usb = _usb.Open("1-2")!;
            DfuInterface face = DfuInterface.Find(usb.Configuration.Span)[0];
            DfuClient dfu = new(usb, face, Clock);
            dfu.Claim();
            return new(dfu, MemoryMap.Read(usb.Text(face.Text)!));
        }
    }
}
