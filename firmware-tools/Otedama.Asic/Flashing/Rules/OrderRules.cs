using static Otedama.Asic.FlashRules;

namespace Otedama.Asic;

/// <summary>Rules 5, 7, 8, 10, 11 and 13: the order of the steps. They judge the steps a target made, whichever it
/// is.</summary>
internal static class OrderRules
{
    private static readonly string[] s_start = ["bootloader", "table"];

    public static (FlashCheckOutcome Outcome, string Says) Backup(FlashFacts facts)
    {
        if (facts.Program is not { } program)
        {
            return DuringRun("What the device holds is kept before the first write.");
        }
        int write = FirstOf(program, FlashStepKind.Write);
        string[] kept = [.. program.Steps.Take(write).Where(static step => step.Kind == FlashStepKind.Backup)
            .Select(static step => step.Part)];
        return kept.Length > 0 ? Passed($"Kept first: {string.Join(", ", kept)}.")
            : facts.Device.Transport is FlashTransport.Storage
            ? NotApplicable("A drive of a loader shows nothing of what the device holds.")
            : facts.Device.Transport is FlashTransport.Usb
            ? NotApplicable("The loader says that it gives nothing of what the device holds.")
            : Failed("No step keeps anything before the first write.");
    }

    public static (FlashCheckOutcome Outcome, string Says) Write(FlashFacts facts)
    {
        if (facts.Program is not { } program)
        {
            return DuringRun("Only the slot that does not run is written to.");
        }
        FlashStep[] writes =
            [.. program.Steps.Where(static step => step.Kind is FlashStepKind.Write or FlashStepKind.Select)];
        if (writes.FirstOrDefault(static step => s_start.Contains(step.Part)) is { } start)
        {
            return facts.Device.Transport != FlashTransport.Serial
                ? Failed($"Step {start.Index} writes the {start.Part}, which is done by serial only.")
                : facts.Entry is { WritesBootloader: false }
                ? Failed($"Step {start.Index} writes the {start.Part}, and the catalogue's entry does not say that it "
                + "may.")
                : facts.Entry is null
                ? Waived($"Boot loader and table are replaced where theirs differ, by the hash that was typed.")
                : Passed("Boot loader and table are replaced where theirs differ, as the catalogue's entry says.");
        }
        foreach (FlashSlot slot in facts.Device.Slots.Where(static slot => slot is { Running: true, Size: not null }))
        {
            if (Array.Find(writes, step => Touches(step, slot)) is { } bad)
            {
                return Failed($"Step {bad.Index} writes to {slot.Name}, from which the device runs.");
            }
        }
        return Passed(facts.Device.Slot is { } running ? $"{running} runs and is not touched."
            : "What runs is not touched, as far as the device tells it.");
    }

    public static (FlashCheckOutcome Outcome, string Says) Order(FlashFacts facts)
    {
        if (facts.Program is not { } program)
        {
            return DuringRun("Firmware first, then its verification, then web pages.");
        }
        int pages = program.Steps.ToList().FindIndex(static step => step is { Kind: FlashStepKind.Write, Part: "www" });
        int app = program.Steps.ToList()
            .FindLastIndex(static step => step is { Kind: FlashStepKind.Write, Part: "app" });
        bool compared = program.Steps.Take(Math.Max(pages, 0)).Any(static step => step.Kind is FlashStepKind.Compare);
        return pages >= 0 && app >= 0 && !facts.Options.Factory && (pages < app || !compared)
            ? Failed("Web pages would be written before the firmware was seen to run.")
            : Passed(pages >= 0 && app >= 0 ? "Web pages come after the firmware." : "One part only.");
    }

    public static (FlashCheckOutcome Outcome, string Says) Verify(FlashFacts facts)
    {
        if (facts.Program is not { } program)
        {
            return DuringRun(
                "Version, slot, board, chip, MAC and pool user are compared within 120 s, then rate, temperature and "
                + "refusals for 15 min.");
        }
        List<FlashStep> steps = [.. program.Steps];
        FlashStep? bare = steps.Find(step => step.Kind is FlashStepKind.Write or FlashStepKind.Select
            && !steps.Skip(step.Index + 1)
            .Any(later => later.Kind is FlashStepKind.Verify or FlashStepKind.Compare && later.Part == step.Part));
        bool compares = steps.Exists(static step => step.Kind == FlashStepKind.Compare);
        bool gates = steps.Exists(static step => step.Kind == FlashStepKind.Gate);
        return bare is not null ? Failed($"No step asks for what step {bare.Index} wrote ({bare.Part}).")
            : !compares ? Failed("No step looks which firmware the device has afterwards.")
            : facts.Device.Transport == FlashTransport.Network && !gates
            ? Failed("No step waits for the hash rate afterwards.")
            : Passed("Every part is asked for after it was written"
            + (gates ? ", and the hash rate is waited for." : "."));
    }

    public static (FlashCheckOutcome Outcome, string Says) RollBack(FlashFacts facts) =>
        facts.Program is not { } program
            ? DuringRun("What fails is taken back: the old slot, the vendor's restore, or the backup.")
        : program.WayBack.Count > 0
        ? Passed($"{program.WayBack.Count} steps lead back: "
        + $"{string.Join(" ", program.WayBack.Select(static step => step.Says).Take(2))}")
        : facts.Purpose is ImagePurpose.App && facts.Device.Transport == FlashTransport.Serial
        ? Failed("No step leads back to the old firmware.")
        : NotApplicable(
        "This way has no way back by itself: after any fault the loader answers still, and the plan is carried out "
        + "again.");

    public static (FlashCheckOutcome Outcome, string Says) PowerLoss(FlashFacts facts)
    {
        if (facts.Program is not { } program)
        {
            return DuringRun("What selects the new firmware is written last.");
        }
        List<FlashStep> steps = [.. program.Steps];
        int select = steps.FindIndex(static step => step.Kind == FlashStepKind.Select);
        if (select >= 0)
        {
            FlashStep? late =
                steps.Skip(select)
                .FirstOrDefault(static step => step is { Kind: FlashStepKind.Write, Part: not "www" });
            bool asked = steps.Take(select).Any(static step => step.Kind == FlashStepKind.Verify);
            return late is not null ? Failed($"Step {late.Index} writes after step {select} has selected.")
                : !asked ? Failed($"Step {select} selects what was not asked for before.")
                : steps.Take(select).Any(static step => step.Commits)
                ? Failed("A step before the selection could already change what starts.")
                : Passed("The selection is the last that is written; cut before or in it, the old firmware starts.");
        }
        int boot = steps.FindIndex(static step => step is { Kind: FlashStepKind.Write, Part: "bootloader" });
        int last = steps.FindLastIndex(static step => step.Kind == FlashStepKind.Write);
        return boot >= 0 && boot != last
            ? Failed($"Step {boot} writes the boot loader before step {last} writes the rest.")
            : boot >= 0 ? Passed(
            "The boot loader comes last; cut anywhere, the chip's own loader answers and the plan is carried out "
                + "again.")
            : facts.Device.Transport == FlashTransport.Network
            ? Passed("The device writes its other slot and selects it when all of it is in and whole.")
            : Passed("The loader of the chip cannot be overwritten; cut anywhere, it answers and the plan is carried "
            + "out again.");
    }

    private static bool Touches(FlashStep step, FlashSlot slot) => step is { Address: { } from, Length: { } length }
        ? from < slot.Offset + slot.Size && slot.Offset < from + length
        : step.Kind == FlashStepKind.Write && step.Slot is not null && step.Slot == slot.Name;

    private static int FirstOf(FlashProgram program, FlashStepKind kind)
    {
        int index = program.Steps.ToList().FindIndex(step => step.Kind == kind);
        return index < 0 ? program.Steps.Count : index;
    }
}
