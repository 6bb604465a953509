namespace Otedama.Asic;

/// <summary>Makes a plan of an image, a device that was read, and the way to it. It writes nothing.</summary>
public static class FlashPlanner
{
    /// <summary>Throws FlashException when the way to the device cannot bring the image there.</summary>
    /// <param name="target">Null = only image and device are judged: the plan has no steps and is never carried
    /// out.</param>
    public static FlashPlan Make(FlashFacts facts, IFlashTarget? target, ReadOnlyMemory<byte> image, TimeProvider time)
    {
        FlashProgram program = target is null || !facts.Image.Sound && facts.Purpose != ImagePurpose.Www
            ? new FlashProgram([], [])
            : target.Program(facts.Device, facts.Image, image, facts.Options);
        FlashFacts all = target is null ? facts : facts with { Program = program };
        return new FlashPlan
        {
            Schema = FlashPlan.SchemaNow,
            MadeAt = time.GetUtcNow(),
            Target = target?.Name ?? "none",
            Device = facts.Device,
            From = new FlashFirmware(facts.Device.Version, facts.Device.Slot, null),
            To = new FlashFirmware(
                facts.Version, program.Steps.FirstOrDefault(
                static step => step is { Kind: FlashStepKind.Write, Slot: not null })?.Slot, facts.Image.Sha256),
            Image = new FlashImage(
                facts.ImagePath, facts.Image.Kind, facts.Purpose, facts.Image.Size, facts.Image.Sha256,
                facts.Entry is not null ? "catalogue" : facts.TrustsHash ? facts.Image.Sha256 : null),
            Checks = FlashRules.Check(all),
            Steps = program.Steps,
            WayBack = program.WayBack,
        };
    }
}
