using Otedama.Asic;
using Otedama.Tests.Asic;

namespace Otedama.Benchmarks;

/// <param name="What">A kind of write and its cut, or a fault of the line.</param>
/// <param name="Old">After the fault the old firmware starts.</param>
/// <param name="New">The new one does.</param>
/// <param name="Loader">Nothing starts, and the chip's own loader answers: only of a write that replaces the boot
/// loader.</param>
/// <param name="Neither">Nothing starts where something has to.</param>
/// <param name="Resumed">The same plan, gone on with, ended with what was wanted.</param>
internal sealed record FlashingRow(string What, int Tries, int Old, int New, int Loader, int Neither, int Resumed);

/// <summary>Power cuts and faults of the line on a simulated ESP32-S3, in simulated time: what starts afterwards, judged by
/// the chip, and whether the restarted tool ends.</summary>
internal static class FlashingMatrix
{
    private const int Cuts = 200;
    private const string Old = "v1.5.0", New = "v2.0.0";
    private static readonly byte[] s_app = EspFirmware.App(New);
    private static readonly byte[] s_factory = EspFirmware.Factory(New, "601", EspFirmware.SmallLayout, "another loader");

    private static readonly (string Name, byte Op, int From, EspTrouble Trouble, int Count)[] s_faults =
    [
        ("reply lost", 0x11, 3, EspTrouble.LoseReply, 1), ("request lost", 0x11, 3, EspTrouble.LoseRequest, 1), ("no once", 0x11, 2, EspTrouble.Nak, 1),
        ("no twice", 0x11, 2, EspTrouble.Nak, 2), ("no three times", 0x11, 2, EspTrouble.Nak, 3), ("wrong MD5", 0x13, 20, EspTrouble.WrongMd5, 1),
        ("garbled frame", 0x11, 4, EspTrouble.GarbleReply, 1), ("rate ignored", 0x0F, 1, EspTrouble.KeepRate, 3), ("cable pulled", 0x11, 4, EspTrouble.Unplug, 1),
        ("restart amid the write", 0x11, 4, EspTrouble.Reboot, 1),
    ];

    public static async Task<IReadOnlyList<FlashingRow>> RunAsync()
    {
        List<FlashingRow> rows = [];
        foreach (string slot in (string[])["factory", "ota_0", "ota_1"])
        {
            rows.Add(await CutAsync($"update from {slot}, power cut", slot, s_app, new FlashOptions(), ImagePurpose.App));
        }
        rows.Add(await CutAsync("web pages, power cut", "ota_0", EspFirmware.Noise("pages", 9_000), new FlashOptions { Www = true }, ImagePurpose.Www));
        rows.Add(await CutAsync("factory image, power cut", "ota_0", s_factory, new FlashOptions { Factory = true, Force = true }, ImagePurpose.Factory));
        foreach ((string name, byte op, int from, EspTrouble trouble, int count) in s_faults)
        {
            using EspBench bench = new(EspFirmware.Installed(Old)) { Replugs = true };
            bench.Device.Trouble(op, from, trouble, count);
            FlashOutcome outcome = await bench.FlashAsync(s_app);
            rows.Add(Row(name, [(bench.Device.Running?.Version, outcome.Ending == FlashEnding.Updated)], mayBeEmpty: false));
        }
        return rows;
    }

    public static void Print(IReadOnlyList<FlashingRow> rows)
    {
        FlashingBench.Say($"{"fault",-32}{"tries",6}{"old",6}{"new",6}{"loader",8}{"neither",9}{"resumed",9}");
        foreach (FlashingRow row in rows)
        {
            FlashingBench.Say($"{row.What,-32}{row.Tries,6}{row.Old,6}{row.New,6}{row.Loader,8}{row.Neither,9}{row.Resumed,9}");
        }
    }

    /// <summary>At evenly spread bytes of all that is erased and written.</summary>
    private static async Task<FlashingRow> CutAsync(string what, string slot, byte[] image, FlashOptions options, ImagePurpose purpose)
    {
        SimulatedFlash installed = EspFirmware.Installed(Old, slot);
        FlashPlan plan;
        long work;
        using (EspBench whole = new(installed.Copy()))
        {
            plan = await whole.PlanAsync(image, options, EspBench.Entry(image, purpose, New), purpose == ImagePurpose.Factory ? "esp-miner-factory-601-v2.0.0.bin" : "image.bin");
            plan = plan with { Steps = [.. plan.Steps.Where(static step => step.Kind != FlashStepKind.Backup)] }; // they write nothing, and take most of the time
            await whole.RunAsync(FlashFolder.Create(whole.Root, plan, image), image);
            work = whole.Device.Flash.Work;
        }
        List<(string? Starts, bool Ended)> tries = [];
        for (int i = 0; i < Cuts; i++)
        {
            using EspBench bench = new(installed.Copy());
            FlashFolder folder = FlashFolder.Create(bench.Root, plan, image);
            bench.Device.Flash.CutAt = work * i / Cuts;
            await bench.RunAsync(folder, image);
            bench.Device.PowerOn();
            string? starts = bench.Device.Running?.Version;
            FlashOutcome second = await bench.RunAsync(folder, image);
            tries.Add((starts, second.Ending == FlashEnding.Updated && bench.Device.Running?.Version == (purpose == ImagePurpose.Www ? Old : New)));
        }
        return Row(what, tries, mayBeEmpty: purpose == ImagePurpose.Factory);
    }

    private static FlashingRow Row(string what, List<(string? Starts, bool Ended)> tries, bool mayBeEmpty) => new(
        what, tries.Count, tries.Count(static one => one.Starts == Old), tries.Count(static one => one.Starts == New),
        mayBeEmpty ? tries.Count(static one => one.Starts is not (Old or New)) : 0,
        mayBeEmpty ? 0 : tries.Count(static one => one.Starts is not (Old or New)), tries.Count(static one => one.Ended));
}
