using System.Net;
using CsCheck;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class AxeOsOtaTests
{
    private const string Old = "v2.14.2", New = "v2.15.0";
    private static readonly byte[] s_image = AxeosImage.Make(New, 120_000);

    [Fact]
    public async Task An_update_is_in_when_version_and_slot_say_so()
    {
        await using Bench bench = new();
        FlashPlan plan = await bench.Flash.PlanAsync(bench.Target, s_image);
        Assert.Equal((Old, "ota_0", New, "ota_1"), (plan.From.Version, plan.From.Slot, plan.To.Version, plan.To.Slot));
        FlashOutcome outcome = await bench.RunAsync();
        bench.Ends(FlashEnding.Updated, outcome, New, "ota_1");
        Assert.False(bench.Device.Paused);
        Assert.Equal(1, bench.Device.Journal.Count(static line => line.StartsWith("OTA", StringComparison.Ordinal)));
        Assert.Equal(FlashEntryKind.End, bench.Flash.Entries[^1].Kind);
        Assert.DoesNotContain("bench-pool-pass", File.ReadAllText(Path.Combine(bench.Flash.Folder!.FolderPath, "settings.json")), StringComparison.Ordinal);
        Assert.DoesNotContain("bench-wifi-key", File.ReadAllText(Path.Combine(bench.Flash.Folder!.FolderPath, "settings.json")), StringComparison.Ordinal);
    }

    public static TheoryData<string, FlashEnding> Faults => new()
    {
        { "stall", FlashEnding.OldStays },
        { "stall once", FlashEnding.Updated },
        { "reset at 60", FlashEnding.OldStays },
        { "reset at 60 once", FlashEnding.Updated },
        { "reset at 100", FlashEnding.Updated },
        { "restart at 40", FlashEnding.OldStays },
        { "restart at 40 once", FlashEnding.Updated },
        { "begin aborts", FlashEnding.OldStays },
        { "version unchanged", FlashEnding.OldStays },
        { "not hashing", FlashEnding.RolledBack },
        { "hashes less", FlashEnding.RolledBack },
    };

    /// <summary>The rows of the fault matrix that the network has: each ends with a firmware that boots, and the ledger says which.</summary>
    [Theory]
    [MemberData(nameof(Faults))]
    public async Task After_every_fault_one_of_both_boots_and_the_ledger_says_which(string fault, FlashEnding ending)
    {
        await using Bench bench = new();
        await bench.Flash.PlanAsync(bench.Target, s_image);
        Set(bench.Device.Faults, fault);
        bench.OneFault = fault.EndsWith("once", StringComparison.Ordinal);
        FlashOutcome outcome = await bench.RunAsync();
        bool isNew = ending == FlashEnding.Updated;
        bench.Ends(ending, outcome, isNew ? New : Old, isNew ? "ota_1" : "ota_0");
        Assert.False(bench.Device.Paused);
        Assert.StartsWith(ending.ToString(), bench.Flash.Entries[^1].Says, StringComparison.Ordinal);
        Assert.InRange(bench.Device.Journal.Count(static line => line.StartsWith("OTA", StringComparison.Ordinal)), 0, 2);
    }

    [Fact]
    public async Task Who_is_interrupted_lets_the_device_mine_again()
    {
        await using Bench bench = new();
        await bench.Flash.PlanAsync(bench.Target, s_image);
        using CancellationTokenSource stop = new();
        bool wasPaused = false;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.RunAsync(progress =>
        {
            wasPaused |= bench.Device.Paused;
            if (progress.Done > 0 && progress.Step.Kind == FlashStepKind.Write)
            {
                stop.Cancel();
            }
        }, stop.Token));
        Assert.True(wasPaused);
        Assert.False(bench.Device.Paused);
    }

    [Fact]
    public async Task A_firmware_that_never_answers_is_told_with_the_way_out()
    {
        await using Bench bench = new();
        await bench.Flash.PlanAsync(bench.Target, s_image);
        bench.Device.Faults.NewImageDoesNotStart = true;
        FlashOutcome outcome = await bench.RunAsync();
        Assert.Equal(FlashEnding.Unknown, outcome.Ending);
        Assert.True(outcome.Says.Contains("by serial", StringComparison.Ordinal), bench.Flash.Ledger());
        Assert.NotEqual(FlashEntryKind.End, bench.Flash.Entries[^1].Kind);
    }

    /// <summary>What the new firmware has changed in the settings, going back does not undo: the old one boots, and the plan stays open for a person.</summary>
    [Theory]
    [InlineData("204", null, "board 601 is 204 now")]
    [InlineData(null, "somebody.else", "pool user w.1 is somebody.else now")]
    public async Task A_device_that_is_not_what_it_was_goes_back_to_the_old_firmware(string? board, string? user, string says)
    {
        await using Bench bench = new();
        bench.Device.Faults.MissingFields.Add("pools"); // as older firmware, whose one pool the new image's settings replace
        await bench.Flash.PlanAsync(bench.Target, s_image);
        bench.Device.Faults.BoardAfterUpdate = board;
        bench.Device.Faults.UserAfterUpdate = user;
        FlashOutcome outcome = await bench.RunAsync();
        bench.Ends(FlashEnding.Unknown, outcome, Old, "ota_0");
        Assert.Contains(says, outcome.Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_is_not_quiet_is_not_written()
    {
        await using Bench bench = new();
        await bench.Flash.PlanAsync(bench.Target, s_image);
        bench.Device.ChipC = 71;
        FlashOutcome outcome = await bench.RunAsync();
        bench.Ends(FlashEnding.OldStays, outcome, Old, "ota_0");
        Assert.Contains("71 C, below 70 is allowed", outcome.Says, StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Device.Journal, static line => line.StartsWith("OTA", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_device_at_the_address_is_not_written()
    {
        await using Bench bench = new();
        await bench.Flash.PlanAsync(bench.Target, s_image);
        bench.Device.Mac = "AA:BB:CC:DD:EE:00";
        Assert.Contains("Another device", (await Assert.ThrowsAsync<FlashException>(() => bench.RunAsync())).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Device.Journal, static line => line.StartsWith("OTA", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, FlashEnding.Updated)]
    [InlineData(50, FlashEnding.OldStays)]
    public async Task Web_pages_are_written_by_themselves(int? breaksAt, FlashEnding ending)
    {
        await using Bench bench = new();
        byte[] pages = [.. Enumerable.Range(0, 50_000).Select(static index => (byte)(index % 241))];
        await bench.Flash.PlanAsync(bench.Target, pages, new() { Www = true });
        bench.Device.Faults.WebBreaksAtPercent = breaksAt;
        FlashOutcome outcome = await bench.RunAsync();
        bench.Ends(ending, outcome, Old, "ota_0");
        Assert.Equal(breaksAt is null ? pages : null, bench.Device.Web);
        Assert.True(breaksAt is null || outcome.Says.Contains("/recovery", StringComparison.Ordinal), outcome.Says);
    }

    [Fact]
    public async Task A_factory_image_and_other_kinds_are_refused()
    {
        await using Bench bench = new();
        FlashDevice device = await bench.Target.ReadAsync(default);
        byte[] uf2 = LoaderVectors.Bytes("uf2/blocks");
        FlashException refused = Assert.Throws<FlashException>(() => bench.Target.Program(device, FlashBench.Inspector.Inspect(uf2), uf2, new()));
        Assert.Contains("The image is uf2", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The device's power, or this tool, goes at a hundred random places; the tool goes on, and one of both boots.</summary>
    [Fact]
    public async Task Cut_at_a_hundred_random_offsets_one_of_both_boots()
    {
        await Gen.Select(Gen.Int[0, 100], Gen.Bool).SampleAsync(async (percent, isTool) =>
        {
            await using Bench bench = new();
            bench.Device.Post("pause", ""); // so that there is no hash rate to be waited for, a hundred times
            await bench.Flash.PlanAsync(bench.Target, s_image);
            FlashOutcome outcome;
            if (isTool)
            {
                using CancellationTokenSource kill = new();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.RunAsync(
                    progress =>
                    {
                        if (progress.Step.Kind == FlashStepKind.Write && progress.Done * 100 >= percent * progress.All)
                        {
                            kill.Cancel();
                        }
                    },
                    kill.Token));
                await Patience.UntilAsync(() => bench.Device.IsUp || bench.Device.Restarts > 0);
                bench.Clock.Advance(TimeSpan.FromMinutes(10));
                outcome = await bench.RunAsync();
            }
            else
            {
                bench.Device.Faults.RestartAtPercent = Math.Min(percent, 99);
                bench.OneFault = percent % 2 == 0;
                outcome = await bench.RunAsync();
            }
            bool isNew = bench.Device.Running == "ota_1";
            Assert.Equal(isNew ? New : Old, bench.Device.Version);
            Assert.True(outcome.Ending == FlashEnding.Updated == isNew && outcome.Ending != FlashEnding.Unknown, bench.Flash.Ledger());
        }, iter: 100, threads: 1);
    }

    private static void Set(AxeosFaults faults, string fault)
    {
        switch (fault.Replace(" once", "", StringComparison.Ordinal))
        {
            case "stall":
                faults.StallAtPercent = 60;
                break;
            case "reset at 60":
                faults.ResetAtPercent = 60;
                break;
            case "reset at 100":
                faults.ResetAtPercent = 100;
                break;
            case "restart at 40":
                faults.RestartAtPercent = 40;
                break;
            case "begin aborts":
                faults.BeginAborts = true;
                break;
            case "version unchanged":
                faults.SilentlyKeepsOld = true;
                break;
            case "not hashing":
                faults.RateAfterUpdate = 0;
                break;
            case "hashes less":
                faults.RateAfterUpdate = 0.85;
                break;
        }
    }

    private sealed class Bench : IAsyncDisposable
    {
        private readonly AxeosServer _server;
        private readonly FleetTransport _transport;
        private readonly UploadClient _uploads;

        public Bench()
        {
            Device = new AxeosDevice(Clock, Old);
            _server = new(Device);
            _transport = new(Clock);
            _uploads = new(_transport);
            FleetTarget target = new(IPAddress.Loopback) { Ports = new() { Web = _server.Port } };
            Target = new(new AxeosDriver(_transport), _transport, _uploads, target);
            Flash = new(Clock);
        }

        public EagerClock Clock { get; } = new();

        public AxeosDevice Device { get; }

        public AxeOsOtaTarget Target { get; }

        public FlashBench Flash { get; }

        /// <summary>The fault is over once the device has restarted or hung.</summary>
        public bool OneFault { get; set; }

        /// <summary>Runs, and moves the clock while the device hangs, which nobody else would.</summary>
        public async Task<FlashOutcome> RunAsync(Action<FlashProgress>? progress = null, CancellationToken stop = default)
        {
            Task<FlashOutcome> run = Flash.RunAsync(
                Target,
                told =>
                {
                    progress?.Invoke(told);
                    if (OneFault && told.Step.Kind == FlashStepKind.Write && told.Done == told.All)
                    {
                        Clear();
                    }
                },
                stop);
            while (!run.IsCompleted)
            {
                if (Device.Hangs)
                {
                    if (OneFault)
                    {
                        Clear();
                    }
                    Clock.Advance(TimeSpan.FromSeconds(5));
                }
                else if (OneFault && (Device.Restarts > 0 || Device.Faults.ResetAtPercent is not null && Flash.Entries.Count > 0 && Device.Journal.Contains("POST restart")))
                {
                    Clear();
                }
                await Task.Delay(2);
            }
            return await run;
        }

        public void Ends(FlashEnding ending, FlashOutcome outcome, string version, string slot) =>
            Assert.True(
                ending == outcome.Ending && version == Device.Version && slot == Device.Running && (outcome.Ending == FlashEnding.Unknown || Device.IsUp),
                $"{outcome.Ending}: {outcome.Says}\nruns {Device.Version} in {Device.Running}\n{Flash.Ledger()}\n{string.Join('\n', Device.Journal)}");

        public async ValueTask DisposeAsync()
        {
            Target.Dispose();
            _uploads.Dispose();
            _transport.Dispose();
            await _server.DisposeAsync();
            Flash.Dispose();
        }

        private void Clear()
        {
            Device.Faults.StallAtPercent = null;
            Device.Faults.ResetAtPercent = null;
            Device.Faults.RestartAtPercent = null;
        }
    }
}
