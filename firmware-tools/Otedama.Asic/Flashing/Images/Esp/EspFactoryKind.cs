namespace Otedama.Asic;

/// <summary>
/// Everything from the boot loader at 0 on in one file, as esp-miner-factory-601-v2.14.2.bin. It is taken apart by its
/// own partition table, and each part is checked by itself.
/// </summary>
public sealed class EspFactoryKind : IImageKind
{
    public const string KindName = "esp-factory";

    /// <summary>Bytes of flash on all boards known; a table of a smaller chip fits too.</summary>
    public const long FlashSize = 16 << 20;

    private const string Bootloader = "bootloader";
    private const string Table = "table";

    public string Name => KindName;

    public bool Claims(ReadOnlySpan<byte> file) => file[0] == EspImage.Magic && IsMerged(file);

    /// <summary>A table stands at 8000h, or the image at 0 ends before it and the file goes on behind it.</summary>
    internal static bool IsMerged(ReadOnlySpan<byte> file)
    {
        if (file.Length <= PartitionTable.At + PartitionTable.Sector)
        {
            return false;
        }
        bool endsBefore = EspImage.Read(file[..PartitionTable.At], isApp: false, []) is not null;
        return endsBefore || PartitionTable.Begins(file[PartitionTable.At..]);
    }

    public ImageReport Inspect(ReadOnlyMemory<byte> file)
    {
        List<ImageFinding> findings = [];
        List<ImagePart> parts = [];
        List<ImageFact> facts = [];
        ImageReport? boots = null;
        EspImage.Check(findings, "size", file.Length <= FlashSize,
            $"{file.Length} bytes; the flash of these boards has {FlashSize}.");
        parts.Add(new ImagePart(Bootloader, 0, PartitionTable.At, 0, BootloaderOf(file[..PartitionTable.At])));
        PartitionTable? table = PartitionTable.Read(file.Span[PartitionTable.At..], FlashSize, findings);
        if (table is not null)
        {
            parts.Add(new ImagePart(Table, PartitionTable.At, PartitionTable.Sector, PartitionTable.At, null));
            EspImage.Check(findings, "parts", table.Entries.Count + 2 <= ImageInspector.PartsMax,
                $"{table.Entries.Count} partitions.");
            parts.AddRange(table.Entries.Where(one => one.Offset < file.Length).Select(one => PartOf(file, one)));
            boots = Boots(file.Span, table, parts, findings);
            facts.Add(new ImageFact("table_md5", table.Md5));
            if (NvsBoard(file, table) is { } board)
            {
                facts.Add(new ImageFact("nvs_board", board));
            }
        }
        return new ImageReport
        {
            Kind = KindName,
            Purpose = ImagePurpose.Factory,
            Size = file.Length,
            Sha256 = ImageInspector.HashOf(file.Span),
            Controller = EspImage.ChipName(file.Span[12] | (file.Span[13] << 8)),
            Project = boots?.Project,
            Version = boots?.Version,
            Targets = facts.Find(static fact => fact.Name == "nvs_board") is { } found
                ? [new ImageTarget(null, found.Value)] : [],
            Findings = findings,
            Facts = facts,
            Parts = parts,
        };
    }

    private static ImageReport BootloaderOf(ReadOnlyMemory<byte> bytes)
    {
        List<ImageFinding> findings = [];
        EspImage.Read(bytes.Span, isApp: false, findings);
        return new ImageReport
        {
            Kind = "esp-bootloader",
            Purpose = ImagePurpose.Bootloader,
            Size = bytes.Length,
            Sha256 = ImageInspector.HashOf(bytes.Span),
            Controller = EspImage.ChipName(bytes.Span[12] | (bytes.Span[13] << 8)),
            Findings = findings,
        };
    }

    private static ImagePart PartOf(ReadOnlyMemory<byte> file, Partition one)
    {
        int length = (int)Math.Min(one.Size, file.Length - one.Offset);
        ReadOnlyMemory<byte> bytes = file.Slice((int)one.Offset, length);
        bool blank = !bytes.Span.ContainsAnyExcept((byte)0xFF);
        ImageReport? report = one.IsApp && !blank ? EspAppKind.Inspect(bytes, one.Size) : null;
        return new ImagePart(one.Name, one.Offset, length, one.Offset, report);
    }

    /// <summary>The application that this file starts with.</summary>
    private static ImageReport? Boots(
        ReadOnlySpan<byte> file, PartitionTable table, List<ImagePart> parts, List<ImageFinding> findings)
    {
        IReadOnlyList<Partition> slots = table.OtaSlots;
        int? slot = table.OtaData is { } data && data.Size >= OtaData.Length
            && data.Offset + OtaData.Length <= file.Length
            ? OtaData.Read(file.Slice((int)data.Offset, OtaData.Length)).SlotOf(slots.Count)
            : null;
        Partition? starts = slot is { } index ? slots[index] : table.Factory ?? (slots.Count > 0 ? slots[0] : null);
        ImageReport? report = parts.Find(part => part.Name == starts?.Name)?.Report;
        EspImage.Check(findings, "starts", report is not null, starts is null
            ? "The partition table has no place for an application; the device would start nothing."
            : report is null
            ? $"The selected slot {starts.Name} at {starts.Offset:X}h is blank or not in the file; the device would "
            + "start nothing."
            : $"It starts {starts.Name} ({report.Version ?? "of unknown version"}).");
        return report;
    }

    private static string? NvsBoard(ReadOnlyMemory<byte> file, PartitionTable table) =>
        table.Nvs is { } nvs && nvs.End <= file.Length
            ? NvsReader.TextOf(file.Span.Slice((int)nvs.Offset, (int)nvs.Size), "boardversion") : null;
}
