namespace Otedama.Asic;

/// <summary>
/// The steps by which an image comes onto an ESP32-S3 through its ROM loader, in the order in which a cut anywhere
/// leaves something that starts, or the loader. Pure.
/// </summary>
internal static class EspSteps
{
    /// <summary>Boot loader, table and what stands before the first application.</summary>
    public const int HeadLength = 0x10000;

    private const string HeadFile = "backup-head.bin";
    private const string OtaFile = "backup-otadata.bin";
    private const string NvsFile = "backup-nvs.bin";

    public static FlashProgram Of(
        EspLayout layout, ImageReport image, ReadOnlyMemory<byte> bytes, FlashOptions options) => image.Kind switch
        {
            EspAppKind.KindName => App(layout, image, bytes),
            EspFactoryKind.KindName when options.Factory => Factory(layout, image, bytes),
            EspFactoryKind.KindName => SameTable(layout, image),
            "raw" when options.Www => Www(layout, bytes),
            _ => throw new FlashException(
                $"An image of kind {image.Kind} cannot be written to an ESP32-S3 by serial: its application, its "
                + "factory image and its web pages (--www) can."),
        };

    /// <summary>Where an update goes: the selectable slot that is not selected. Throws when there is none.</summary>
    public static Partition TargetSlot(EspLayout layout)
    {
        IReadOnlyList<Partition> slots = layout.Table?.OtaSlots ?? throw NoTable();
        return layout.Table.OtaData is null
            ? throw new FlashException(
            "The partition table has no otadata, so nothing can be selected. Only a factory image can be written "
            + "(--factory).")
            : slots.FirstOrDefault(slot => slot.Name != layout.Starts?.Name)
            ?? throw new FlashException(
            $"The partition table has {slots.Count} slots for updates, and it runs from "
            + $"{layout.Starts?.Name ?? "none"}: none is free. Only a factory image can be written (--factory).");
    }

    private static FlashProgram App(EspLayout layout, ImageReport image, ReadOnlyMemory<byte> bytes)
    {
        Partition slot = TargetSlot(layout);
        PartitionTable table = layout.Table!;
        IReadOnlyList<Partition> slots = table.OtaSlots;
        if (bytes.Length > slot.Size)
        {
            throw new FlashException($"The image has {bytes.Length} bytes, and {slot.Name} has room for {slot.Size}.");
        }
        (int place, byte[] sector) = layout.OtaData!.Selecting(slots.ToList().IndexOf(slot), slots.Count);
        long at = table.OtaData!.Offset + (place * OtaData.Sector);
        byte[] before = place == 0 ? layout.FirstSector : layout.SecondSector;
        Builder steps = new();
        Backups(steps, layout);
        steps.Add(FlashStepKind.Write, "app",
            $"Write {image.Version} ({bytes.Length} bytes) to {slot.Name} at {slot.Offset:X}h, which does not run.",
            slot.Offset, bytes.Length, md5: EspMd5.Of(bytes.Span), imageOffset: 0, slot: slot.Name);
        steps.Add(FlashStepKind.Verify, "app", $"Ask the chip for the MD5 of {slot.Name}.", slot.Offset, bytes.Length,
            md5: EspMd5.Of(bytes.Span));
        steps.Add(FlashStepKind.Select, "otadata",
            $"Select {slot.Name}: write one sector at {at:X}h; the other one keeps {layout.Starts?.Name} selected "
            + "until it is whole.",
            at, OtaData.Sector, md5: EspMd5.Of(sector), bytes: sector, slot: slot.Name, commits: true);
        steps.Add(FlashStepKind.Verify, "otadata", "Ask the chip for the MD5 of that sector.", at, OtaData.Sector,
            md5: EspMd5.Of(sector));
        steps.Add(FlashStepKind.Compare, "app", $"Look at the chip again: {slot.Name} must be selected and whole.",
            slot: slot.Name);
        steps.Add(FlashStepKind.Reset, "app", $"Start it and hear from where it loads.", slot.Offset, slot: slot.Name);
        int count = steps.All.Count;
        Builder back = new(count);
        back.Add(FlashStepKind.Restore, "otadata",
            $"Select {layout.Starts?.Name} again: write back the sector at {at:X}h.", at, OtaData.Sector,
            md5: EspMd5.Of(before), bytes: before, slot: layout.Starts?.Name);
        back.Add(FlashStepKind.Verify, "otadata", "Ask the chip for the MD5 of that sector.", at, OtaData.Sector,
            md5: EspMd5.Of(before));
        back.Add(FlashStepKind.Reset, "app", "Start it and hear from where it loads.", layout.Starts?.Offset,
            slot: layout.Starts?.Name);
        return new FlashProgram(steps.All, back.All);
    }

    private static FlashProgram Factory(EspLayout layout, ImageReport image, ReadOnlyMemory<byte> bytes)
    {
        Builder steps = new();
        Backups(steps, layout);
        foreach (ImagePart part in image.Parts.OrderBy(Turn))
        {
            long at = part.Address ?? part.Offset;
            string md5 = EspMd5.Of(bytes.Span.Slice((int)part.Offset, (int)part.Length));
            steps.Add(FlashStepKind.Write, part.Name,
                $"Write {part.Name} ({part.Length} bytes) at {at:X}h, where it differs.", at, part.Length, md5: md5,
                imageOffset: part.Offset, commits: true);
            steps.Add(FlashStepKind.Verify, part.Name, $"Ask the chip for the MD5 of {part.Name}.", at, part.Length,
                md5: md5);
        }
        steps.Add(FlashStepKind.Compare, "all", "Look at the chip again: every part must be there.");
        steps.Add(FlashStepKind.Reset, "all",
            "Start it and hear from where it loads. Set pool and payout address before it mines: a factory image "
            + "carries its maker's.");
        return new FlashProgram(steps.All, []);

        static int Turn(ImagePart part) => part.Name switch
        {
            "bootloader" => 6, // a chip with half of one still enters its own loader
            "otadata" => 5,
            "table" => 4,
            "nvs" => 3,
            "www" => 2,
            _ => part.Report is null ? 1 : 0,
        };
    }

    private static FlashProgram Www(EspLayout layout, ReadOnlyMemory<byte> bytes)
    {
        Partition www = (layout.Table ?? throw NoTable()).Named("www")
            ?? throw new FlashException(
            "The partition table of the device has no www: its firmware carries its pages itself.");
        if (bytes.Length > www.Size)
        {
            throw new FlashException($"The web pages have {bytes.Length} bytes, and www has room for {www.Size}.");
        }
        Builder steps = new();
        Backups(steps, layout);
        string md5 = EspMd5.Of(bytes.Span);
        steps.Add(FlashStepKind.Write, "www",
            $"Write the web pages ({bytes.Length} bytes) to www at {www.Offset:X}h. Mining needs none of them.",
            www.Offset, bytes.Length, md5: md5, imageOffset: 0, commits: true);
        steps.Add(FlashStepKind.Verify, "www", "Ask the chip for the MD5 of www.", www.Offset, bytes.Length, md5: md5);
        steps.Add(FlashStepKind.Compare, "www", "Look at the chip again: the same firmware must be selected.");
        steps.Add(FlashStepKind.Reset, "www", "Start it and hear from where it loads.", layout.Starts?.Offset,
            slot: layout.Starts?.Name);
        return new FlashProgram(steps.All, []);
    }

    /// <summary>Without --factory a merged file is refused, and the words say whether its table is the
    /// device's.</summary>
    private static FlashProgram SameTable(EspLayout layout, ImageReport image) => throw new FlashException(
        layout.Table is { } table
            && image.Facts.FirstOrDefault(static fact => fact.Name == "table_md5")?.Value == table.Md5
            ? "This is a factory image, with settings and payout address of its maker. Take the application alone "
            + "(esp-miner.bin), or say --factory."
            : "This is a factory image, and its partition table is not the device's. Only --factory replaces the "
            + "table, and all settings with it.");

    private static void Backups(Builder steps, EspLayout layout)
    {
        steps.Add(FlashStepKind.Backup, "head", $"Keep boot loader, table and settings: {HeadLength} bytes at 0.", 0,
            HeadLength, file: HeadFile);
        if (layout.Table?.Nvs is { } nvs && nvs.End > HeadLength)
        {
            steps.Add(FlashStepKind.Backup, "nvs", $"Keep the settings: {nvs.Size} bytes at {nvs.Offset:X}h.",
                nvs.Offset, nvs.Size, file: NvsFile);
        }
        if (layout.Table?.OtaData is { } ota)
        {
            steps.Add(FlashStepKind.Backup, "otadata",
                $"Keep what is selected: {OtaData.Length} bytes at {ota.Offset:X}h.", ota.Offset, OtaData.Length,
                file: OtaFile);
        }
    }

    private static FlashException NoTable() =>
        new("The device has no partition table that is whole, so it is not known where an application goes. Only a "
            + "factory image can be written (--factory).");

    private sealed class Builder(int first = 0)
    {
        public List<FlashStep> All { get; } = [];

        public void Add(
            FlashStepKind kind, string part, string says, long? address = null, long? length = null, string? md5 = null,
            long? imageOffset = null, byte[]? bytes = null, string? file = null, string? slot = null, bool commits =
                false) => All.Add(new FlashStep
                {
                    Index = first + All.Count,
                    Kind = kind,
                    Part = part,
                    Says = says,
                    Address = address,
                    Length = length,
                    Md5 = md5,
                    ImageOffset = imageOffset,
                    Bytes = bytes is null ? null : Convert.ToBase64String(bytes.AsSpan().TrimEnd((byte)0xFF)),
                    File = file,
                    Slot = slot,
                    Commits = commits,
                });
    }
}
