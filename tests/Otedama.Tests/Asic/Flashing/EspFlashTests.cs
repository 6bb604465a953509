using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Whole plans on a simulated ESP32-S3: what starts afterwards is judged by the simulated chip itself.</summary>
public sealed class EspFlashTests
{
    /// <summary>Without a loader in RAM, 64 bytes at a time: interrupted, it goes on behind what it has, and tells how far it is.</summary>
    [Fact]
    public async Task A_whole_backup_by_the_rom_goes_on_where_it_was()
    {
        using EspBench bench = new(EspFirmware.Installed("v1.5.0"));
        using TempFolder folder = new();
        byte[] all = bench.Device.Flash.Read(0, SimulatedFlash.Size);
        List<string> told = [];
        using CancellationTokenSource stop = new();
        using (EspSerialTarget target = bench.Target())
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await EspBackup.TakeAsync(target, folder.Path, bench.Clock, Tell, stop.Token, whole: true));
        }
        Assert.Contains(told, static line => line == "rest: 10 %");
        int before = bench.Device.Requests(0x0A);
        using (EspSerialTarget target = bench.Target())
        {
            await EspBackup.TakeAsync(target, folder.Path, bench.Clock, static _ => { }, default, whole: true);
        }
        EspBackup.Open(folder.Path, out byte[] bytes);
        Assert.Equal(all, bytes);
        int look = 17 * (0x1000 + PartitionTable.Length + (6 * 288)) / 64; // it looks at the chip first
        Assert.InRange(bench.Device.Requests(0x0A) - before, 1, 2 * look); // and reads nothing of the rest, which is there or blank
        Assert.Empty(Directory.EnumerateFiles(folder.Path, "*.part"));

        void Tell(string line)
        {
            told.Add(line);
            if (line == "rest: 10 %")
            {
                stop.Cancel();
            }
        }
    }

    private static readonly byte[] s_new = EspFirmware.App("v2.0.0");

    private static readonly FlashOptions s_factory = new() { Factory = true, Force = true };

    public static TheoryData<string, string> Slots => new() { { "factory", "ota_0" }, { "ota_0", "ota_1" }, { "ota_1", "ota_0" } };

    [Theory]
    [MemberData(nameof(Slots))]
    public async Task An_update_goes_to_the_slot_that_does_not_run(string from, string to)
    {
        using EspBench bench = new(EspFirmware.Installed("v1.5.0", from));
        byte[] before = bench.Device.Flash.Read(0, 0x10000);
        FlashPlan plan = await bench.PlanAsync(s_new);
        Assert.True(plan.MayBeWritten, string.Join('\n', plan.Checks));
        Assert.Equal(("v1.5.0", from, "v2.0.0", to), (plan.From.Version, plan.From.Slot, plan.To.Version, plan.To.Slot));
        Assert.Equal(("601", "BM1370", "24:ec:4a:01:02:f3"), (plan.Device.Board, plan.Device.Chip, plan.Device.Id));
        long work = bench.Device.Flash.Work;
        Assert.Equal(0, work); // nothing was written for a plan
        FlashFolder folder = FlashFolder.Create(bench.Root, plan, s_new);
        FlashOutcome outcome = await bench.RunAsync(folder, s_new);
        Assert.Equal(FlashEnding.Updated, outcome.Ending);
        Assert.Equal((to, "v2.0.0"), (bench.Device.Running?.Slot, bench.Device.Running?.Version));
        Assert.Equal(before, bench.Device.Flash.Read(0, 0x10000));
        Assert.Equal(before, folder.Find("backup-head.bin"));
        FlashLedgerReading ledger = FlashLedger.Read(folder.FolderPath, folder.PlanHash);
        Assert.Equal((LedgerDamage.None, FlashEntryKind.Confirmed, FlashEntryKind.End), (ledger.Damage, ledger.Entries[0].Kind, ledger.Entries[^1].Kind));
    }

    [Fact]
    public async Task The_layout_of_the_boards_works_as_the_small_one()
    {
        using EspBench bench = new(EspFirmware.Installed("v1.5.0", layout: EspFirmware.FullLayout));
        FlashOutcome outcome = await bench.FlashAsync(s_new);
        Assert.Equal((FlashEnding.Updated, "ota_1", 0xB10000), (outcome.Ending, bench.Device.Running?.Slot, bench.Device.Running?.Offset));
    }

    /// <summary>An application whose boot loader finds it bad: the way back is gone, and the old one starts.</summary>
    [Fact]
    public async Task What_does_not_start_is_taken_back()
    {
        using EspBench bench = new(EspFirmware.Installed("v1.5.0"));
        FlashPlan plan = await bench.PlanAsync(s_new);
        FlashFolder folder = FlashFolder.Create(bench.Root, plan, s_new);
        using FlashLedger ledger = FlashLedger.Open(folder.FolderPath, folder.PlanHash, bench.Clock);
        EspSerialTarget target = bench.Target();
        FlashOutcome outcome = await new FlashRun(folder, new Spoiler(target, bench.Device.Flash), ledger, s_new).GoAsync(default);
        target.Dispose(); // which lets the chip go on
        Assert.Equal(FlashEnding.RolledBack, outcome.Ending);
        Assert.Equal("v1.5.0", bench.Device.Running?.Version);
        Assert.Contains("instead of 60000h", outcome.Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_factory_image_replaces_all_of_it()
    {
        byte[] image = EspFirmware.Factory("v2.0.0", "601", EspFirmware.SmallLayout, "another loader");
        using EspBench bench = new(EspFirmware.Installed("v1.5.0"));
        FlashOutcome outcome = await bench.FlashAsync(image, s_factory, path: "esp-miner-factory-601-v2.0.0.bin");
        Assert.Equal(FlashEnding.Updated, outcome.Ending);
        Assert.Equal(("factory", "v2.0.0"), (bench.Device.Running?.Slot, bench.Device.Running?.Version));
        Assert.Equal(image, bench.Device.Flash.Read(0, image.Length));
    }

    [Fact]
    public async Task An_empty_board_takes_a_factory_image_when_its_number_is_given()
    {
        byte[] image = EspFirmware.Factory("v2.0.0", "601", EspFirmware.SmallLayout);
        using EspBench bench = new(new SimulatedFlash());
        FlashPlan refused = await bench.PlanAsync(image, s_factory, path: "esp-miner-factory-601-v2.0.0.bin");
        Assert.Contains("--board", refused.Checks.Single(static check => check.Outcome == FlashCheckOutcome.Failed).Says, StringComparison.Ordinal);
        FlashOutcome outcome = await bench.FlashAsync(image, s_factory with { Board = "601" },
            EspBench.Entry(image, ImagePurpose.Factory) with { Chips = [] }, "esp-miner-factory-601-v2.0.0.bin");
        Assert.Equal((FlashEnding.Updated, "v2.0.0"), (outcome.Ending, bench.Device.Running?.Version));
    }

    public static TheoryData<string, string> Cuts => new()
    {
        { "update", "ota_0" }, { "update", "ota_1" }, { "update", "factory" }, { "factory", "ota_0" }, { "www", "ota_0" },
    };

    /// <summary>
    /// The power goes at a hundred places of each kind of write, erasing and writing alike. After each: an update leaves the
    /// old or the new firmware starting; and the ledger leads a restarted tool to the new one, whatever was cut.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Cut_anywhere_it_starts_and_is_resumed(string what, string slot)
    {
        (byte[] image, FlashOptions options, string path, ImagePurpose purpose) = what switch
        {
            "factory" => (EspFirmware.Factory("v2.0.0", "601", EspFirmware.SmallLayout, "another loader"), s_factory, "esp-miner-factory-601-v2.0.0.bin", ImagePurpose.Factory),
            "www" => (EspFirmware.Noise("pages", 9_000), new FlashOptions { Www = true }, "www.bin", ImagePurpose.Www),
            _ => (s_new, new FlashOptions(), "esp-miner.bin", ImagePurpose.App),
        };
        SimulatedFlash installed = EspFirmware.Installed("v1.5.0", slot);
        FlashPlan plan;
        long work;
        using (EspBench whole = new(installed.Copy()))
        {
            plan = await whole.PlanAsync(image, options, EspBench.Entry(image, purpose), path);
            Assert.True(plan.MayBeWritten, string.Join('\n', plan.Checks));
            plan = plan with { Steps = [.. plan.Steps.Where(static step => step.Kind != FlashStepKind.Backup)] }; // they write nothing, and take most of the time
            Assert.Equal(FlashEnding.Updated, (await whole.RunAsync(FlashFolder.Create(whole.Root, plan, image), image)).Ending);
            work = whole.Device.Flash.Work;
        }
        string wanted = what == "www" ? "v1.5.0" : "v2.0.0";
        Random random = new(20_260_711);
        Dictionary<string, int> after = [];
        foreach (long cut in Enumerable.Range(0, 100).Select(_ => random.NextInt64(work)))
        {
            using EspBench bench = new(installed.Copy());
            FlashFolder folder = FlashFolder.Create(bench.Root, plan, image);
            bench.Device.Flash.CutAt = cut;
            FlashOutcome first = await bench.RunAsync(folder, image);
            Assert.Equal(FlashEnding.Unknown, first.Ending);
            Assert.Contains(folder.Id, first.Says, StringComparison.Ordinal);
            Assert.True(bench.Device.IsDead);
            bench.Device.PowerOn();
            string starts = bench.Device.Running?.Version ?? "nothing";
            after[starts] = after.GetValueOrDefault(starts) + 1;
            Assert.True(what == "factory" || starts is "v1.5.0" or "v2.0.0", $"cut at {cut} of {work}: it starts {starts}");
            FlashOutcome second = await bench.RunAsync(folder, image);
            Assert.True(second.Ending == FlashEnding.Updated, $"cut at {cut} of {work}: {second.Says}");
            Assert.Equal(wanted, bench.Device.Running?.Version);
        }
        Assert.True(what != "update" || after.GetValueOrDefault("v1.5.0") > 50, string.Join(", ", after));
    }

    public static TheoryData<string, byte, int, string, int> Troubles => new()
    {
        { "reply lost", 0x11, 3, "LoseReply", 1 },
        { "no once", 0x11, 2, "Nak", 1 },
        { "no twice", 0x11, 2, "Nak", 2 },
        { "no three times", 0x11, 2, "Nak", 3 },
        { "wrong MD5", 0x13, 20, "WrongMd5", 1 },
        { "garbled frame", 0x11, 4, "GarbleReply", 1 },
        { "rate ignored", 0x0F, 1, "KeepRate", 3 },
        { "cable pulled", 0x11, 4, "Unplug", 1 },
        { "rebooting amid the upload", 0x11, 4, "Reboot", 1 },
    };

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task Trouble_on_the_line_ends_with_the_new_firmware(string what, byte op, int from, string trouble, int count)
    {
        using EspBench bench = new(EspFirmware.Installed("v1.5.0")) { Replugs = true };
        bench.Device.Trouble(op, from, Enum.Parse<EspTrouble>(trouble), count);
        FlashOutcome outcome = await bench.FlashAsync(s_new);
        Assert.True(outcome.Ending == FlashEnding.Updated, $"{what}: {outcome.Says}");
        Assert.Equal("v2.0.0", bench.Device.Running?.Version);
        Assert.True(bench.Device.Requests(op) >= from);
    }

    [Fact]
    public async Task A_cable_that_stays_out_leaves_the_old_firmware_and_a_way_on()
    {
        using EspBench bench = new(EspFirmware.Installed("v1.5.0"));
        bench.Device.Trouble(0x11, 4, EspTrouble.Unplug);
        FlashPlan plan = await bench.PlanAsync(s_new);
        FlashFolder folder = FlashFolder.Create(bench.Root, plan, s_new);
        FlashOutcome outcome = await bench.RunAsync(folder, s_new);
        Assert.Equal(FlashEnding.Unknown, outcome.Ending);
        bench.Cable.Replug("/dev/bench7"); // and comes back under another name
        bench.Device.PowerOn();
        Assert.Equal("v1.5.0", bench.Device.Running?.Version);
        Assert.Equal(FlashEnding.Updated, (await bench.RunAsync(folder, s_new)).Ending);
        Assert.Equal("v2.0.0", bench.Device.Running?.Version);
        await Assert.ThrowsAsync<FlashException>(() => bench.RunAsync(folder, s_new)); // it has ended
    }

    [Theory]
    [InlineData(0x11)]
    [InlineData(0x13)]
    public async Task What_stays_wrong_leaves_the_old_firmware(byte op)
    {
        using EspBench bench = new(EspFirmware.Installed("v1.5.0"));
        FlashPlan plan = await bench.PlanAsync(s_new);
        plan = plan with { Steps = [.. plan.Steps.Where(static step => step.Kind != FlashStepKind.Backup)] };
        FlashFolder folder = FlashFolder.Create(bench.Root, plan, s_new);
        if (op == 0x11)
        {
            bench.Device.Trouble(op, 1, EspTrouble.Nak, 100_000);
            bench.Device.Trouble(0x03, 1, EspTrouble.Nak, 100_000);
        }
        else
        {
            // nine questions while looking, one before the write: the next is whether it is there
            bench.Device.Trouble(op, bench.Device.Requests(op) + 11, EspTrouble.WrongMd5, 100_000);
        }
        FlashOutcome outcome = await bench.RunAsync(folder, s_new);
        Assert.NotEqual(FlashEnding.Updated, outcome.Ending);
        bench.Device.PowerOn();
        Assert.Equal("v1.5.0", bench.Device.Running?.Version);
    }

    [Fact]
    public async Task Another_device_on_the_port_is_not_written()
    {
        using EspBench bench = new(EspFirmware.Installed("v1.5.0"));
        FlashPlan plan = await bench.PlanAsync(s_new);
        SimulatedFlash other = EspFirmware.Installed("v1.5.0");
        using EspBench second = new(other, new SimulatedEsp32S3(other) { Mac = "24ec4a0102f4" });
        FlashException refused = await Assert.ThrowsAsync<FlashException>(() => second.RunAsync(FlashFolder.Create(second.Root, plan, s_new), s_new));
        Assert.Contains("24:ec:4a:01:02:f4", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, other.Work);
    }

    public static TheoryData<string, string> Refusals => new()
    {
        { "wrong chip", "chip id 13" },
        { "another board", "board 402" },
        { "truncated", "cut off" },
        { "a flipped bit", "XOR" },
        { "downgrade", "older than v1.5.0" },
        { "the same version", "--force" },
        { "in no catalogue", "--trust-hash" },
        { "another hash", "--trust-hash names" },
        { "half a hash", "64 hex digits" },
        { "secure boot", "fuses" },
        { "too large", "room for" },
        { "a factory image without the word", "factory" },
        { "a factory image of another board", "board 602" },
    };

    /// <summary>Each is refused before a byte is written, with words that say why.</summary>
    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_does_not_belong_there_is_refused(string what, string words)
    {
        SimulatedFlash flash = EspFirmware.Installed("v1.5.0");
        using EspBench bench = new(flash, new SimulatedEsp32S3(flash) { SecurityFlags = what == "secure boot" ? 1u : 0 });
        byte[] image = what switch
        {
            "wrong chip" => EspFirmware.App("v2.0.0", chip: 13),
            "truncated" => s_new[..4_000],
            "a flipped bit" => Flipped(),
            "downgrade" => EspFirmware.App("v1.4.9"),
            "the same version" => EspFirmware.App("v1.5.0"),
            "too large" => EspFirmware.App("v2.0.0", EspFirmware.SmallSlot + 5_000),
            "a factory image without the word" or "a factory image of another board" => EspFirmware.Factory("v2.0.0", "602", EspFirmware.SmallLayout),
            _ => s_new,
        };
        CatalogueEntry entry = EspBench.Entry(image, EspBench.Inspector.Inspect(image).Purpose, boards: what == "another board" ? ["402"] : ["601"]);
        FlashOptions options = what switch
        {
            "another hash" => new FlashOptions { TrustHash = new string('a', 64) },
            "half a hash" => new FlashOptions { TrustHash = ImageInspector.HashOf(image)[..32] },
            "a factory image of another board" => s_factory,
            _ => new FlashOptions(),
        };
        string said;
        try
        {
            using EspSerialTarget target = bench.Target();
            FlashFacts facts = new()
            {
                Device = await target.ReadAsync(default),
                Image = EspBench.Inspector.Inspect(image),
                ImagePath = "esp-miner-factory-601-v2.0.0.bin",
                Entry = what is "in no catalogue" or "half a hash" or "another hash" ? null : entry,
                Options = options,
            };
            FlashPlan plan = FlashPlanner.Make(facts, target, image, bench.Clock);
            Assert.False(plan.MayBeWritten);
            said = string.Join('\n', plan.Checks.Where(static check => check.Outcome is FlashCheckOutcome.Failed or FlashCheckOutcome.Unknown));
            FlashFolder folder = FlashFolder.Create(bench.Root, plan, image);
            await Assert.ThrowsAsync<FlashException>(() => bench.RunAsync(folder, image));
        }
        catch (FlashException e)
        {
            said = e.Message;
        }
        Assert.Contains(words, said, StringComparison.Ordinal);
        Assert.Equal(0, flash.Work);
        bench.Device.PowerOn();
        Assert.Equal("v1.5.0", bench.Device.Running?.Version);
    }

    [Fact]
    public async Task A_closed_loader_is_told_and_left_alone()
    {
        SimulatedFlash flash = EspFirmware.Installed("v1.5.0");
        using EspBench bench = new(flash, new SimulatedEsp32S3(flash) { SecurityFlags = 4 });
        using EspSerialTarget target = bench.Target();
        FlashDevice device = await target.ReadAsync(default);
        Assert.True(device.SecureDownload);
        Assert.Throws<FlashException>(() => target.Program(device, EspBench.Inspector.Inspect(s_new), s_new, new FlashOptions()));
        Assert.Equal(0, bench.Device.Requests(0x0D));
    }

    [Fact]
    public async Task A_plan_is_read_as_it_was_written()
    {
        using EspBench bench = new(EspFirmware.Installed("v1.5.0"));
        FlashPlan plan = await bench.PlanAsync(s_new);
        byte[] text = plan.ToJson();
        Assert.Equal(text, FlashPlan.Parse(text, "plan").ToJson());
        Assert.DoesNotContain("hunter2", System.Text.Encoding.UTF8.GetString(text), StringComparison.Ordinal);
        Assert.Throws<FlashException>(() => FlashPlan.Parse("{}"u8, "plan"));
        FlashFolder folder = FlashFolder.Create(bench.Root, plan, s_new);
        Assert.Equal(folder.Id, FlashFolder.Find(bench.Root, folder.Id[..6]).Id);
        Assert.Equal(s_new, folder.Image());
        Assert.Throws<FlashException>(() => FlashFolder.Find(bench.Root, "ffffffff"));
        Assert.Throws<FlashException>(() => folder.Find("../plan.json"));
    }

    private static byte[] Flipped()
    {
        byte[] image = [.. s_new];
        image[3_000] ^= 4;
        return image;
    }

    /// <summary>Damages the new slot just before the restart, so that the boot loader passes it over.</summary>
    private sealed class Spoiler(EspSerialTarget inner, SimulatedFlash flash) : IFlashTarget
    {
        public string Name => inner.Name;

        public ValueTask<FlashDevice> ReadAsync(CancellationToken stop) => inner.ReadAsync(stop);

        public FlashProgram Program(FlashDevice device, ImageReport image, ReadOnlyMemory<byte> bytes, FlashOptions options) =>
            inner.Program(device, image, bytes, options);

        public ValueTask<FlashStepResult> DoAsync(FlashStep step, FlashMaterial material, CancellationToken stop)
        {
            if (step is { Kind: FlashStepKind.Reset, Slot: "ota_1" })
            {
                flash.Load(0x60000 + 2_000, [0, 0, 0, 0]);
            }
            return inner.DoAsync(step, material, stop);
        }

        public ValueTask<FlashBoots> LookAsync(FlashPlan plan, CancellationToken stop) => inner.LookAsync(plan, stop);

        public void Dispose() => inner.Dispose();
    }
}
