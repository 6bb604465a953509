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
        EspImage.Check(findings, "size", file.Length <= FlashSize, $"{file.Length} bytes.",
            $"{file.Length} bytes; the flash of these boards has {FlashSize}.");
        parts.Add(new ImagePart(Bootloader, 0, PartitionTable.At, 0, BootloaderOf(file[..PartitionTable.At])));
        PartitionTable? table = PartitionTable.Read(file.Span[PartitionTable.At..], FlashSize, findings);
        if (table is not null)
        {
            parts.Add(new ImagePart(Table, PartitionTable.At, PartitionTable.Sector, PartitionTable.At, null));
            EspImage.Check(findings, "parts", table.Entries.Count + 2 <= ImageInspector.PartsMax,
                $"{table.Entries.Count} partitions.",
                $"{table.Entries.Count} partitions; {ImageInspector.PartsMax - 2} at most are allowed.");
            Blanks(file.Span, table, findings);
            parts.AddRange(table.Entries.Where(one => one.Offset < file.Length).Select(one => PartOf(file, one)));
            boots = Boots(file.Span, table, parts, findings);
            Ends(file.Length, table, parts, findings);
            Settings(file.Span, table, findings);
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
            Marks = boots?.Marks ?? [],
            NotCovered = Uncovered(parts),
            Targets = facts.Find(static fact => fact.Name == "nvs_board") is { } found
                ? [new ImageTarget(null, found.Value)] : [],
            Findings = findings,
            Facts = facts,
            Parts = parts,
        };
    }

    /// <summary>What no part lies in is FF, as the tools that make such files leave it.</summary>
    private static void Blanks(ReadOnlySpan<byte> file, PartitionTable table, List<ImageFinding> findings)
    {
        long at = PartitionTable.At + table.Used;
        if (!Blank(file, at - 30, at - 16, "the mark of the table's MD5", findings))
        {
            return;
        }
        string behind = "the partition table";
        foreach (Partition one in table.Entries.OrderBy(static one => one.Offset))
        {
            if (!Blank(file, at, Math.Min(one.Offset, file.Length), behind, findings))
            {
                return;
            }
            at = one.End;
            behind = one.Name;
        }
        Blank(file, at, file.Length, behind, findings);
    }

    /// <summary>Where such files end: with a partition or the flash, or behind an application that is whole; never
    /// before the end of the web pages, where the table has some. Any other end is that of a cut file.</summary>
    private static void Ends(
        long length, PartitionTable table, List<ImagePart> parts, List<ImageFinding> findings)
    {
        Partition? last = table.Entries.FirstOrDefault(one => one.Offset < length && length < one.End);
        bool isEnd = length == FlashSize || table.Entries.Any(one => one.End == length)
            || (last is { IsApp: true } && parts.Find(part => part.Name == last.Name)?.Report is { Sound: true });
        Partition? absent = table.Named("www") is { } pages && pages.End > length ? pages : last;
        EspImage.Check(findings, "complete", isEnd && (absent is null || (absent == last && absent.IsApp)),
            $"It ends at {length:X}h, with a partition of its own table.",
            $"The file ends at {length:X}h, and {absent?.Name ?? "its last partition"} "
            + $"{(absent is null ? "before that" : $"at {absent.Offset:X}h to {absent.End:X}h")} is its end: a file "
            + "ends with a partition. It is cut off; fetch it again.");
    }

    /// <summary>CRCs of settings and selection.</summary>
    private static void Settings(ReadOnlySpan<byte> file, PartitionTable table, List<ImageFinding> findings)
    {
        if (table.Nvs is { } nvs && nvs.End <= file.Length)
        {
            string? wrong = NvsReader.WrongIn(file.Slice((int)nvs.Offset, (int)nvs.Size));
            EspImage.Check(findings, "nvs", wrong is null, "The CRCs of the settings are right.",
                $"{nvs.Name} at {nvs.Offset:X}h: {wrong} Take the file as it was published.");
        }
        for (int place = 0; place < 2; place++)
        {
            if (table.OtaData is { } data && data.Offset + OtaData.Length <= file.Length
                && OtaData.WrongIn(file.Slice((int)data.Offset + (place * OtaData.Sector), OtaData.Sector))
                    is { } wrong)
            {
                EspImage.Check(findings, "otadata", false, "",
                    $"{data.Name} at {data.Offset + (place * OtaData.Sector):X}h: {wrong} Take the file as it was "
                    + "published.");
            }
        }
    }

    /// <summary>Adds a finding only where something is there, or for the table.</summary>
    private static bool Blank(
        ReadOnlySpan<byte> file, long from, long end, string behind, List<ImageFinding> findings)
    {
        int at = from < end ? file[(int)from..(int)end].IndexOfAnyExcept((byte)0xFF) : -1;
        if (at >= 0)
        {
            EspImage.Check(findings, "blank", false, "", $"offset {from + at}: {file[(int)from + at]:X2}h behind "
                + $"{behind}, where only FFh is allowed. Take the file as it was published.");
        }
        return at < 0;
    }

    /// <summary>Parts whose bytes nothing in the file answers for.</summary>
    private static string[] Uncovered(List<ImagePart> parts)
    {
        string[] names = [.. parts.Where(static part => part.Report is null && part.Name != Table)
            .Select(static part => part.Name)];
        return names.Length == 0 ? []
            : [$"{string.Join(", ", names.Take(16))}: data that no checksum was compared for."];
    }

    private static ImageReport BootloaderOf(ReadOnlyMemory<byte> bytes)
    {
        List<ImageFinding> findings = [];
        if (EspImage.Read(bytes.Span, isApp: false, findings) is { } loader)
        {
            Blank(bytes.Span, loader.Length, bytes.Length, "the boot loader", findings);
        }
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
        EspImage.Check(findings, "starts", report is not null,
            $"It starts {starts?.Name} ({report?.Version ?? "of unknown version"}).", starts is null
            ? "The partition table has no place for an application; the device would start nothing."
            : $"The selected slot {starts.Name} at {starts.Offset:X}h is blank or not in the file; the device would "
            + "start nothing.");
        return report;
    }

    private static string? NvsBoard(ReadOnlyMemory<byte> file, PartitionTable table) =>
        table.Nvs is { } nvs && nvs.End <= file.Length
            ? NvsReader.TextOf(file.Span.Slice((int)nvs.Offset, (int)nvs.Size), "boardversion") : null;
}
