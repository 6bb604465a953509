using CsCheck;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class DfuClientTests
{
    private const string Port = "1-2";
    private static readonly byte[] s_image = [.. Enumerable.Range(0, 5000).Select(static index => (byte)(index % 251))];

    [Fact]
    public void Packets_are_those_of_the_vectors()
    {
        Dictionary<string, string> vectors = LoaderVectors.At("dfu/setup_packets").EnumerateArray()
            .ToDictionary(static row => row.GetProperty("name").GetString()!, static row => row.GetProperty("setup").GetString()!);
        Bench bench = new();
        bench.Client.GetStatus();
        bench.Client.Abort();
        bench.Client.ReadBlock(0, new byte[1024]);
        Assert.Equal([vectors["GETSTATUS"], vectors["ABORT"], vectors["UPLOAD block 0, 1024 bytes"]], bench.Device.Setups);
    }

    [Fact]
    public void Answers_are_read_as_the_vectors()
    {
        DfuStatus[] read = [.. LoaderVectors.At("dfu/getstatus_examples").EnumerateArray()
            .Select(static row => DfuStatus.Read(Convert.FromHexString(row.GetProperty("bytes").GetString()!))!.Value)];
        Assert.Equal(
            [
                new(DfuStatusCode.Ok, TimeSpan.Zero, DfuState.Idle, 0), new(DfuStatusCode.Ok, TimeSpan.FromMilliseconds(50), DfuState.DownloadBusy, 0),
                new(DfuStatusCode.Ok, TimeSpan.Zero, DfuState.DownloadIdle, 0), new DfuStatus(DfuStatusCode.ErrStalled, TimeSpan.Zero, DfuState.Error, 0),
            ],
            read);
        Assert.Null(DfuStatus.Read([0, 0, 0, 0, 11, 0]));
        Assert.Null(DfuStatus.Read([0, 0, 0, 0, 2]));
    }

    [Theory]
    [InlineData(BenchManifestation.Idle, 0x07, DfuEnd.Idle)]
    [InlineData(BenchManifestation.WaitReset, 0x03, DfuEnd.Reset)]
    [InlineData(BenchManifestation.Leaves, 0x03, DfuEnd.Left)]
    [InlineData(BenchManifestation.Stalls, 0x03, DfuEnd.Left)]
    internal async Task A_download_arrives_whole_however_the_device_ends_it(BenchManifestation manifestation, byte attributes, DfuEnd end)
    {
        Bench bench = new(manifestation, attributes);
        List<long> confirmed = [];
        Assert.Equal(end, await bench.Client.DownloadAsync(s_image, confirmed.Add, default));
        Assert.Equal(s_image, bench.Device.Flash[..s_image.Length]);
        Assert.Equal([1024, 2048, 3072, 4096, 5000], confirmed);
        Assert.Equal(["2101000000000004", "2101040000008803", "2101050000000000"],
            bench.Device.Setups.Where(static setup => setup.StartsWith("2101", StringComparison.Ordinal)).Where(static (_, index) => index is 0 or 4 or 5));
    }

    [Theory]
    [InlineData(BenchManifestation.Leaves)]
    [InlineData(BenchManifestation.Stalls)]
    internal async Task A_device_that_says_it_stays_and_leaves_is_not_taken_for_a_success(BenchManifestation manifestation)
    {
        Bench bench = new(manifestation, 0x07);
        DfuException refused = await Assert.ThrowsAsync<DfuException>(() => bench.Client.DownloadAsync(s_image, null, default));
        Assert.Contains("left while it took the firmware over", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(5, 0)]
    [InlineData(6, 0)]
    [InlineData(9, 0)]
    [InlineData(10, 7)]
    public async Task Whatever_was_begun_before_it_starts_from_idle(byte state, byte status)
    {
        Bench bench = new();
        bench.Device.State = state;
        bench.Device.Status = status;
        Assert.Equal(DfuEnd.Idle, await bench.Client.DownloadAsync(s_image, null, default));
        Assert.Equal(s_image, bench.Device.Flash[..s_image.Length]);
    }

    [Theory]
    [InlineData(0, "Detach it first")]
    [InlineData(8, "Plug it in again")]
    public async Task States_that_no_request_leads_out_of_are_named(byte state, string says)
    {
        Bench bench = new();
        bench.Device.State = state;
        Assert.Contains(says, (await Assert.ThrowsAsync<DfuException>(() => bench.Client.DownloadAsync(s_image, null, default))).Message, StringComparison.Ordinal);
        Assert.Empty(bench.Device.Downloads);
    }

    [Fact]
    public async Task A_device_that_never_gets_idle_is_given_up()
    {
        Bench bench = new();
        bench.Device.State = 10;
        bench.Device.Fault = static (device, _) =>
        {
            device.State = 10;
            return null;
        };
        Assert.Contains("5 attempts", (await Assert.ThrowsAsync<DfuException>(() => bench.Client.DownloadAsync(s_image, null, default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_status_of_a_failed_block_has_its_words()
    {
        for (byte status = 1; status <= 15; status++)
        {
            Bench bench = new();
            bench.Device.FailNext = status;
            DfuException refused = await Assert.ThrowsAsync<DfuException>(() => bench.Client.DownloadAsync(s_image, null, default));
            Assert.Contains("block 0 (bytes 0 to 1023)", refused.Message, StringComparison.Ordinal);
            Assert.Contains("(err", refused.Message, StringComparison.Ordinal);
            Assert.Equal(status, (byte)refused.Status!.Value.Status);
            Assert.Equal(2, bench.Device.State);
            Assert.Equal(DfuEnd.Idle, await bench.Client.DownloadAsync(s_image, null, default));
        }
    }

    [Fact]
    public async Task Long_waits_are_kept_and_a_device_that_is_busy_for_ever_is_given_up()
    {
        Bench bench = new();
        bench.Device.BlockTime = TimeSpan.FromSeconds(9);
        Assert.Equal(DfuEnd.Idle, await bench.Client.DownloadAsync(s_image, null, default));

        bench = new();
        DateTimeOffset start = bench.Clock.GetUtcNow();
        bench.Device.BusyForEver = true;
        bench.Device.BlockTime = TimeSpan.FromSeconds(7);
        DfuException refused = await Assert.ThrowsAsync<DfuException>(() => bench.Client.DownloadAsync(s_image, null, default));
        Assert.Contains("more than 60 s", refused.Message, StringComparison.Ordinal);
        Assert.InRange((bench.Clock.GetUtcNow() - start).TotalSeconds, 60, 75);
    }

    /// <summary>One fault of every kind at every transfer: an end in bounded time with a sentence, and the next attempt brings it in.</summary>
    [Theory]
    [InlineData(BenchReply.Stall, BenchManifestation.Idle)]
    [InlineData(BenchReply.Stall, BenchManifestation.WaitReset)]
    [InlineData(BenchReply.Silent, BenchManifestation.Idle)]
    [InlineData(BenchReply.Silent, BenchManifestation.Leaves)]
    [InlineData(BenchReply.Gone, BenchManifestation.Idle)]
    [InlineData(BenchReply.Gone, BenchManifestation.WaitReset)]
    internal async Task After_a_fault_at_any_transfer_the_next_attempt_brings_it_in(BenchReply fault, BenchManifestation manifestation)
    {
        byte attributes = manifestation == BenchManifestation.Idle ? (byte)7 : (byte)3;
        Bench whole = new(manifestation, attributes);
        await whole.Client.DownloadAsync(s_image, null, default);
        for (int at = 0; at < whole.Device.Setups.Count; at++)
        {
            Bench bench = new(manifestation, attributes);
            bench.FailAt(at, fault);
            try
            {
                await bench.Client.DownloadAsync(s_image, null, default);
            }
            catch (Exception e) when (e is DfuException or LinkException)
            {
                Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
            }
            if (!bench.Device.Loader)
            {
                Assert.Equal(s_image, bench.Device.Flash[..s_image.Length]);
                continue;
            }
            bench.Device.Fault = null;
            if (fault == BenchReply.Gone)
            {
                bench.Device.PowerCycle();
            }
            if (bench.Device.Loader)
            {
                await bench.Reopen().DownloadAsync(s_image, null, default);
            }
            Assert.Equal(s_image, bench.Device.Flash[..s_image.Length]);
        }
    }

    [Fact]
    public async Task Power_cut_at_a_hundred_random_transfers_leaves_a_loader_that_answers()
    {
        await Gen.Int[0, 40].SampleAsync(async at =>
        {
            Bench bench = new(BenchManifestation.WaitReset, 3);
            bench.Device.Fault = (_, index) => index < at ? null : BenchReply.Gone;
            try
            {
                await bench.Client.DownloadAsync(s_image, null, default);
            }
            catch (Exception e) when (e is DfuException or LinkException)
            {
            }
            bench.Device.Fault = null;
            bench.Device.PowerCycle();
            if (bench.Device.Loader)
            {
                await bench.Reopen().DownloadAsync(s_image, null, default);
                bench.Device.PowerCycle();
            }
            return !bench.Device.Loader && s_image.AsSpan().SequenceEqual(bench.Device.Flash.AsSpan(0, s_image.Length));
        }, iter: 100, threads: 1);
    }

    [Fact]
    public async Task A_stop_between_blocks_leaves_a_device_that_can_be_flashed()
    {
        Bench bench = new();
        using CancellationTokenSource stop = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.Client.DownloadAsync(s_image, _ => stop.Cancel(), stop.Token));
        Assert.Single(bench.Device.Downloads);
        Assert.Equal(DfuEnd.Idle, await bench.Client.DownloadAsync(s_image, null, default));
    }

    [Fact]
    public async Task An_upload_ends_at_the_short_block_and_has_a_limit()
    {
        Bench bench = new(flash: 5000);
        await bench.Client.DownloadAsync(s_image, null, default);
        Assert.Equal(s_image, await bench.Client.UploadAsync(5000, default));
        DfuException refused = await Assert.ThrowsAsync<DfuException>(() => bench.Client.UploadAsync(4096, default));
        Assert.Contains("more than 4096", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, bench.Device.State);
    }

    [Fact]
    public async Task What_a_device_says_it_cannot_do_is_not_asked()
    {
        Bench bench = new(BenchManifestation.Idle, 0);
        await Assert.ThrowsAsync<DfuException>(() => bench.Client.DownloadAsync(s_image, null, default));
        await Assert.ThrowsAsync<DfuException>(() => bench.Client.UploadAsync(1, default));
        await Assert.ThrowsAsync<DfuException>(() => new Bench().Client.DownloadAsync(default, null, default));
        Assert.Empty(bench.Device.Setups);
    }

    [Theory]
    [InlineData(0x0F, 1000)]
    [InlineData(0x07, 1000)]
    [InlineData(0x07, 0)]
    public async Task A_running_device_is_detached_and_found_again_where_it_is_plugged_in(byte attributes, ushort timeout)
    {
        EagerClock clock = new();
        BenchUsb usb = new(clock);
        SimulatedDfu device = new(clock, 8192) { Attributes = attributes, DetachTimeout = timeout };
        device.StartProgram();
        usb.Plugged[Port] = device;
        (IUsbControl found, DfuInterface face) = await DfuDetach.EnterAsync(usb, usb.Open(Port)!, 0, clock, default);
        using (found)
        {
            Assert.True(device.Loader && face.Loader);
            Assert.Equal("2100e80300000000", device.Setups[0]);
            DfuClient client = new(found, face, clock);
            client.Claim();
            await client.DownloadAsync(s_image, null, default);
        }
    }

    [Fact]
    public async Task A_device_that_does_not_come_back_is_given_up()
    {
        EagerClock clock = new();
        BenchUsb usb = new(clock);
        SimulatedDfu device = new(clock, 8192) { Attributes = 0x0F };
        device.StartProgram();
        usb.Plugged[Port] = device;
        device.Fault = (simulated, _) =>
        {
            simulated.Plugged = false;
            return BenchReply.Gone;
        };
        DfuException refused = await Assert.ThrowsAsync<DfuException>(() => DfuDetach.EnterAsync(usb, usb.Open(Port)!, 0, clock, default));
        Assert.Contains("within 10 s", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Interfaces_are_read_from_descriptors_and_damage_ends_the_list()
    {
        SimulatedDfuSe device = new(new EagerClock(), 4, 1024);
        byte[] bytes = device.Configuration();
        IReadOnlyList<DfuInterface> faces = DfuInterface.Find(bytes);
        Assert.Equal([(0, 4), (1, 5)], faces.Select(static face => ((int)face.Alternate, (int)face.Text)));
        Assert.All(faces, static face => Assert.True(face is { Loader: true, IsDfuSe: true, TransferSize: 2048, Abilities: DfuAbilities.Download | DfuAbilities.Upload | DfuAbilities.WillDetach }));
        Assert.Empty(DfuInterface.Find(bytes.AsSpan(..^9)));
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte, Gen.Int[0, bytes.Length]).Sample((at, value, length) =>
        {
            byte[] damaged = [.. bytes];
            damaged[at] = value;
            Assert.InRange(DfuInterface.Find(damaged.AsSpan(0, length)).Count, 0, 2);
        });
    }

    private sealed class Bench
    {
        private readonly BenchUsb _usb;

        public Bench(BenchManifestation manifestation = BenchManifestation.Idle, byte attributes = 7, int flash = 8192)
        {
            _usb = new(Clock);
            Device = new(Clock, flash)
            {
                Manifestation = manifestation,
                Attributes = attributes,
                IsProgram = static bytes => bytes.AsSpan(0, Math.Min(s_image.Length, bytes.Length)).SequenceEqual(s_image),
            };
            _usb.Plugged[Port] = Device;
            Client = Reopen();
        }

        public EagerClock Clock { get; } = new();

        public SimulatedDfu Device { get; }

        public DfuClient Client { get; }

        public DfuClient Reopen()
        {
            IUsbControl usb = _usb.Open(Port)!;
            DfuClient client = new(usb, DfuInterface.Find(usb.Configuration.Span)[0], Clock);
            client.Claim();
            return client;
        }

        public void FailAt(int at, BenchReply fault) => Device.Fault = (device, index) =>
        {
            if (index != at)
            {
                return null;
            }
            if (fault == BenchReply.Gone)
            {
                device.Plugged = false;
            }
            return fault;
        };
    }
}
