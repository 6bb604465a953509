using CsCheck;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Whole plans over DFU, DfuSe, UF2 and the STM32 loader, with their ledgers.</summary>
public sealed class LoaderTargetTests
{
    private const string Port = "1-2";
    private static readonly byte[] s_old = Fill(8192, 5), s_new = Fill(5000, 11);
    private static readonly byte[] s_dfu = new DfuSuffix(0x1209, 1, 0x0200, 0x0100).Append(s_new);
    private static readonly byte[] s_dfuse = new DfuSeFile([new(0, "app", [new(0x0800_0000, s_new)])], new(0x0483, 0xDF11, 0x0200, 0x011A)).Write();
    private static readonly byte[] s_stm32 = new DfuSeFile([new(0, "app", [new(0x0800_0000, s_new)])], new(0xFFFF, 0xFFFF, 0x0200, 0x011A)).Write();
    private static readonly FlashOptions s_options = new() { Board = "emberone", AllowDowngrade = true };

    [Theory]
    [InlineData(BenchManifestation.Idle, 0x0F)]
    [InlineData(BenchManifestation.WaitReset, 0x0B)]
    [InlineData(BenchManifestation.Leaves, 0x03)]
    internal async Task A_DFU_device_is_kept_written_and_seen_to_run(BenchManifestation manifestation, byte attributes)
    {
        using Usb usb = new();
        SimulatedDfu device = usb.Dfu(manifestation, attributes);
        using DfuTarget target = new(usb.Ports, Port, 0, usb.Clock);
        FlashPlan plan = await usb.Flash.PlanAsync(target, s_dfu, s_options);
        Assert.Equal(("1.00", "2.00"), (plan.From.Version, plan.To.Version));
        FlashOutcome outcome = await usb.Flash.RunAsync(target);
        Assert.True(outcome.Ending == FlashEnding.Updated, usb.Flash.Ledger());
        Assert.Equal(s_new, device.Flash[..s_new.Length]);
        Assert.False(device.Loader);
        byte[] kept = usb.Flash.Folder!.Find("app.backup")!;
        Assert.Equal(s_old, DfuSuffix.Read(kept, "kept").Strip(kept));
    }

    /// <summary>Power goes at a hundred random transfers; the tool goes on, and the new program is in, or the old one never left.</summary>
    [Fact]
    public async Task DFU_cut_at_a_hundred_random_transfers_ends_with_a_program() => await Gen.Select(Gen.Int[0, 60], Gen.Bool).SampleAsync(async (at, isDfuSe) =>
    {
        using Usb usb = new();
        SimulatedDfu device = isDfuSe ? usb.DfuSe() : usb.Dfu(BenchManifestation.WaitReset, 0x0B);
        using DfuTarget target = new(usb.Ports, Port, 0, usb.Clock);
        await usb.Flash.PlanAsync(target, isDfuSe ? s_dfuse : s_dfu, s_options);
        int from = device.Setups.Count;
        device.Fault = (simulated, index) =>
        {
            simulated.Plugged = simulated.Plugged && index < from + at;
            return simulated.Plugged ? null : BenchReply.Gone;
        };
        FlashOutcome outcome = await usb.Flash.RunAsync(target);
        device.Fault = null;
        device.PowerCycle();
        for (int attempt = 0; attempt < 2 && usb.Flash.Entries[^1].Kind != FlashEntryKind.End; attempt++)
        {
            outcome = await usb.Flash.RunAsync(target);
        }
        bool isNew = s_new.AsSpan().SequenceEqual(device.Flash.AsSpan(0, s_new.Length)), isOld = s_old.AsSpan().SequenceEqual(device.Flash.AsSpan(0, s_old.Length));
        Assert.True(!device.Loader && (isNew || isOld) && usb.Flash.Entries[^1].Kind == FlashEntryKind.End, $"{at} {isDfuSe} new {isNew} old {isOld} loader {device.Loader}\n{usb.Flash.Ledger()}");
        Assert.Equal(isNew, outcome.Ending == FlashEnding.Updated);
    }, iter: 100, threads: 1);

    [Fact]
    public async Task A_DfuSe_device_is_kept_written_compared_and_started()
    {
        using Usb usb = new();
        SimulatedDfuSe device = usb.DfuSe();
        using DfuTarget target = new(usb.Ports, Port, 0, usb.Clock);
        await usb.Flash.PlanAsync(target, s_dfuse, s_options);
        FlashOutcome outcome = await usb.Flash.RunAsync(target);
        Assert.True(outcome.Ending == FlashEnding.Updated, usb.Flash.Ledger());
        Assert.Equal(s_new, device.Flash[..s_new.Length]);
        Assert.Equal(SimulatedDfuSe.Base, device.StartedAt);
        Assert.False(device.Wiped);
        Assert.Equal(5, DfuSeFile.Read(usb.Flash.Folder!.Find("app.backup"), "kept").Targets[0].Pieces.Count);
    }

    [Fact]
    public async Task Another_device_in_the_port_is_not_written()
    {
        using Usb usb = new();
        usb.Dfu(BenchManifestation.WaitReset, 0x0B);
        using DfuTarget target = new(usb.Ports, Port, 0, usb.Clock);
        await usb.Flash.PlanAsync(target, s_dfu, s_options);
        SimulatedDfu other = new(usb.Clock, 8192) { Vendor = 0x1234, Product = 0x5678 };
        usb.Ports.Plugged[Port] = other;
        FlashOutcome outcome = await usb.Flash.RunAsync(target);
        Assert.Contains("1234:5678", outcome.Says, StringComparison.Ordinal);
        Assert.Empty(other.Downloads);
    }

    [Theory]
    [InlineData("RPI-RP2", "firmware.uf2")]
    public async Task A_UF2_drive_takes_the_file_and_the_program_is_back(string board, string file)
    {
        using Usb usb = new();
        Drive drive = new(usb, board);
        using Uf2Target target = new(drive, board, usb.Ports, Port, usb.Clock);
        await usb.Flash.PlanAsync(target, Uf2Image.Write(Uf2Family.Rp2040, 0x1000_0000, s_new), s_options);
        FlashOutcome outcome = await usb.Flash.RunAsync(target);
        Assert.True(outcome.Ending == FlashEnding.Updated, usb.Flash.Ledger());
        Assert.Equal(file, drive.Written);
        Assert.Equal(s_new, drive.Flash[..s_new.Length]);
    }

    [Fact]
    public async Task A_UF2_drive_of_another_board_or_cut_is_told()
    {
        using Usb usb = new();
        Drive drive = new(usb, "OTHER");
        using Uf2Target target = new(drive, "RPI-RP2", usb.Ports, Port, usb.Clock);
        Assert.Contains("allowed is \"RPI-RP2\"", (await Assert.ThrowsAsync<FlashException>(async () => await target.ReadAsync(default))).Message, StringComparison.Ordinal);
        drive.Board = "RPI-RP2";
        await usb.Flash.PlanAsync(target, Uf2Image.Write(Uf2Family.Rp2040, 0x1000_0000, s_new), s_options);
        drive.CutAfter = 3000;
        FlashOutcome outcome = await usb.Flash.RunAsync(target);
        Assert.Equal(FlashEnding.Unknown, outcome.Ending);
        Assert.Contains("Hold BOOTSEL", outcome.Says, StringComparison.Ordinal);
        drive.CutAfter = null;
        Assert.Equal(FlashEnding.Updated, (await usb.Flash.RunAsync(target)).Ending);
    }

    [Fact]
    public async Task An_STM32_is_kept_written_compared_and_started()
    {
        using Usb usb = new();
        SimulatedStm32 device = new(128, 1024);
        s_old.CopyTo(device.Flash, 0);
        using Stm32Target target = new(() => new LoaderLink(device, usb.Clock), "bench", 115_200);
        await usb.Flash.PlanAsync(target, s_stm32, s_options);
        int answers = 0;
        device.Fault = at => ++answers == 40 ? false : true;
        FlashOutcome outcome = await usb.Flash.RunAsync(target);
        Assert.True(outcome.Ending == FlashEnding.Updated, usb.Flash.Ledger());
        Assert.Equal(s_new, device.Flash[..s_new.Length]);
        Assert.Equal(s_old[6144..], device.Flash[6144..8192]);
        Assert.Equal(SimulatedStm32.Base, device.StartedAt);
        Assert.Equal(0, device.Protections);
    }

    private static byte[] Fill(int length, int seed) => [.. Enumerable.Range(0, length).Select(index => (byte)((index * seed) % 251))];

    private sealed class Usb : IDisposable
    {
        public Usb()
        {
            Ports = new(Clock);
            Flash = new(Clock);
        }

        public EagerClock Clock { get; } = new();

        public BenchUsb Ports { get; }

        public FlashBench Flash { get; }

        /// <summary>A device that runs its old program.</summary>
        public SimulatedDfu Dfu(BenchManifestation manifestation, byte attributes)
        {
            SimulatedDfu device = new(Clock, 8192) { Manifestation = manifestation, Attributes = attributes, IsProgram = IsProgram, ReleaseOf = ReleaseOf };
            return Plug(device);
        }

        public SimulatedDfuSe DfuSe()
        {
            SimulatedDfuSe device = new(Clock, 16, 1024) { IsProgram = IsProgram, ReleaseOf = ReleaseOf };
            Plug(device);
            device.EnterLoader();
            return device;
        }

        public void Dispose() => Flash.Dispose();

        private T Plug<T>(T device)
            where T : SimulatedDfu
        {
            s_old.CopyTo(device.Flash, 0);
            device.StartProgram();
            Ports.Plugged[Port] = device;
            return device;
        }

        private static bool IsProgram(byte[] flash) => flash[0] == s_old[0] && (flash.AsSpan().StartsWith(s_old) || flash.AsSpan().StartsWith(s_new));

        private static ushort ReleaseOf(byte[] flash) => flash.AsSpan().StartsWith(s_new) ? (ushort)0x0200 : (ushort)0x0100;
    }

    /// <summary>The drive of an RP2040: it takes blocks as they come, and is gone when it has the last.</summary>
    private sealed class Drive(Usb usb, string board) : IUf2Drive
    {
        private bool _gone;

        public string Board { get; set; } = board;

        public string Path => "/media/drive";

        public byte[] Flash { get; } = new byte[16_384];

        public string? Written { get; private set; }

        public int? CutAfter { get; set; }

        public string? Info() => _gone ? null : $"UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: {Board}\r\n";

        public void Write(string name, ReadOnlySpan<byte> bytes, Action<long> written)
        {
            Written = name;
            for (int at = 0; at < bytes.Length; at += 512)
            {
                if (at >= CutAfter)
                {
                    throw new IOException("No such device");
                }
                int address = System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + 12)..]) - 0x1000_0000;
                bytes.Slice(at + 32, 256).CopyTo(Flash.AsSpan(address));
                written(at + 512);
            }
            _gone = true;
            usb.Ports.Plugged[Port] = new SimulatedDfu(usb.Clock, 1024) { Vendor = 0x2E8A, Loader = false };
            throw new IOException("Input/output error");
        }
    }
}
