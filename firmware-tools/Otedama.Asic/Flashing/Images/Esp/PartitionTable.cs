using System.Buffers.Binary;
using System.Text;

namespace Otedama.Asic;

/// <summary>
/// How the flash of an ESP chip is divided: C00h bytes at 8000h, entries of 32 bytes, after the last EB EB, 14 x FF and
/// the MD5 of the entries, then FF. Pure.
/// </summary>
public sealed record PartitionTable(IReadOnlyList<Partition> Entries, string Md5)
{
    public const int At = 0x8000;
    public const int Length = 0xC00;
    public const int Sector = 0x1000;

    /// <summary>Partitions that fit before the MD5.</summary>
    public const int EntriesMax = (Length / EntryLength) - 1;

    /// <summary>Bytes up to the end of the MD5; behind it there is FF.</summary>
    public int Used { get; private init; }

    private const int EntryLength = 32;
    private const ushort EntryMagic = 0x50AA;
    private const ushort Md5Magic = 0xEBEB;
    private const int AppAlignment = 0x10000;

    /// <summary>ota_0, ota_1, ... in the order in which a selection counts them.</summary>
    public IReadOnlyList<Partition> OtaSlots =>
        [.. Entries.Where(static one => one.Type == 0 && one.Subtype is >= 0x10 and < 0x20)
        .OrderBy(static one => one.Subtype)];

    public Partition? Factory => Entries.FirstOrDefault(static one => one is { Type: 0, Subtype: 0 });

    public Partition? OtaData => Entries.FirstOrDefault(static one => one is { Type: 1, Subtype: 0 });

    public Partition? Nvs => Entries.FirstOrDefault(static one => one is { Type: 1, Subtype: 2 });

    public Partition? Named(string name) => Entries.FirstOrDefault(one => one.Name == name);

    public static bool Begins(ReadOnlySpan<byte> bytes) => bytes.Length >= 2
        && BinaryPrimitives.ReadUInt16LittleEndian(bytes) == EntryMagic;

    /// <summary>Null = a finding says why not.</summary>
    /// <param name="bytes">C00h of them; offsets in findings count from the start of the flash.</param>
    /// <param name="flashSize">Bytes; partitions must end inside.</param>
    public static PartitionTable? Read(ReadOnlySpan<byte> bytes, long flashSize, List<ImageFinding> findings)
    {
        if (bytes.Length < Length)
        {
            EspImage.Check(findings, "table", false, "",
                $"offset {At}: of the partition table {bytes.Length} of {Length} bytes are there.");
            return null;
        }
        List<Partition> entries = [];
        int at = 0;
        for (; at + EntryLength <= Length
            && BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) == EntryMagic; at += EntryLength)
        {
            if (WrongIn(bytes.Slice(at, EntryLength), flashSize, entries, out Partition entry) is { } wrong)
            {
                EspImage.Check(findings, "table", false, "",
                    $"offset {At + at}: partition {entries.Count} ({entry.Name}) {wrong}");
                return null;
            }
            entries.Add(entry);
        }
        if (entries.Count == 0 || at + EntryLength > Length
            || BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) != Md5Magic)
        {
            string there = at + 2 <= Length ? Convert.ToHexString(bytes.Slice(at, 2)) : "nothing";
            EspImage.Check(findings, "table", false, "",
                $"offset {At + at}: {there} after {entries.Count} partitions; AA50 (another one) or EBEB (the MD5 of "
                + "the table) is allowed.");
            return null;
        }
        string told = Convert.ToHexStringLower(bytes.Slice(at + 16, 16));
        string md5 = EspMd5.Of(bytes[..at]);
        return EspImage.Check(
            findings, "table", told == md5, $"{entries.Count} partitions with the MD5 {md5}.",
            $"offset {At + at + 16}: MD5 {told} of {entries.Count} partitions; it is {md5}.")
            ? new PartitionTable(entries, md5) { Used = at + EntryLength }
            : null;
    }

    private static string? WrongIn(
        ReadOnlySpan<byte> entry, long flashSize, List<Partition> before, out Partition found)
    {
        ReadOnlySpan<byte> label = entry.Slice(12, 16);
        int end = label.IndexOf((byte)0);
        label = end < 0 ? label : label[..end];
        bool printable = !label.IsEmpty && !label.ContainsAnyExceptInRange((byte)'!', (byte)'~');
        Partition one = new(
            printable ? Encoding.ASCII.GetString(label) : Convert.ToHexStringLower(label),
            entry[2],
            entry[3],
            BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]));
        found = one;
        int alignment = one.Type == 0 ? AppAlignment : Sector;
        return !printable ? "has a name that is not printable."
            : one.Offset < At + Sector ? $"begins at {one.Offset:X}h; the first free place is {At + Sector:X}h."
            : one.Offset % alignment != 0 ? $"begins at {one.Offset:X}h; a multiple of {alignment:X}h is allowed."
            : one.Size == 0 || one.Size % Sector != 0
            ? $"has {one.Size:X}h bytes; a multiple of {Sector:X}h is allowed."
            : one.End > flashSize ? $"ends at {one.End:X}h, behind the flash of {flashSize:X}h bytes."
            : before.FirstOrDefault(other => other.Name == one.Name) is not null ? "has the name of another one."
            : before.FirstOrDefault(other => one.Offset < other.End && other.Offset < one.End) is { } other
            ? $"({one.Offset:X}h to {one.End:X}h) lies over {other.Name}."
            : null;
    }
}

/// <param name="Type">0 = application, 1 = data.</param>
/// <param name="Offset">Bytes from the start of the flash.</param>
/// <param name="Size">Bytes.</param>
public sealed record Partition(string Name, byte Type, byte Subtype, uint Offset, uint Size)
{
    public long End => (long)Offset + Size;

    public bool IsApp => Type == 0;
}
