using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Otedama.Asic;

/// <summary>
/// An image as the loaders of ESP32 chips start it, with everything checked that can be: header of 24 bytes, segments,
/// padding, XOR byte, SHA-256, and the descriptor of an application. Numbers are little endian. Pure.
/// </summary>
public sealed record EspImage
{
    public const int HeaderLength = 24;
    public const byte Magic = 0xE9;
    public const int ChipS3 = 9;

    /// <summary>More segments than this no loader takes.</summary>
    public const int SegmentsMax = 16;

    private const int SegmentHeader = 8;
    private const int HashLength = 32;
    private const byte XorSeed = 0xEF;
    private const uint DescriptorMagic = 0xABCD5432;
    private const int DescriptorAt = HeaderLength + SegmentHeader;
    private const int DescriptorLength = 256;

    /// <summary>Bytes up to the end of XOR byte or hash.</summary>
    public required int Length { get; init; }

    public required int Segments { get; init; }

    public required uint Entry { get; init; }

    public required int ChipId { get; init; }

    /// <summary>SHA-256 as appended, lower-case hex; null = none is.</summary>
    public string? Hash { get; init; }

    /// <summary>Null in a boot loader.</summary>
    public EspDescriptor? Descriptor { get; init; }

    /// <summary>ESP32-S3 for 9; what no name is known for is "chip 17".</summary>
    public static string ChipName(int id) => id switch
    {
        0 => "ESP32",
        2 => "ESP32-S2",
        5 => "ESP32-C3",
        ChipS3 => "ESP32-S3",
        12 => "ESP32-C2",
        13 => "ESP32-C6",
        16 => "ESP32-H2",
        18 => "ESP32-P4",
        _ => $"chip {id}",
    };

    /// <summary>
    /// Walks the bytes and adds a finding for each check, up to the first that fails. Null = one failed.
    /// </summary>
    /// <param name="isApp">An application has a descriptor, a boot loader none.</param>
    public static EspImage? Read(ReadOnlySpan<byte> file, bool isApp, List<ImageFinding> findings)
    {
        int smallest = HeaderLength + SegmentHeader + 16 + (isApp ? DescriptorLength : 0);
        if (!Check(findings, "size", file.Length >= smallest, $"{file.Length} bytes.",
            $"{file.Length} bytes; an image of this kind has at least {smallest}.")
            || !Check(findings, "magic", file[0] == Magic, $"It begins with {Magic:X2}h.",
            $"offset 0: {file[0]:X2}h; an image begins with {Magic:X2}h."))
        {
            return null;
        }
        int chip = BinaryPrimitives.ReadUInt16LittleEndian(file[12..]);
        if (!Check(findings, "chip", chip == ChipS3, $"Chip id {chip} ({ChipName(chip)}).",
            $"offset 12: chip id {chip} ({ChipName(chip)}); these controllers are {ChipS3} (ESP32-S3)."))
        {
            return null;
        }
        int segments = file[1];
        if (Walk(file, segments, findings, out byte xor) is not { } end)
        {
            return null;
        }
        if (XorOf(file, end, xor, findings) is not { } length
            || !HashOf(file, ref length, findings, out string? hash))
        {
            return null;
        }
        EspDescriptor? descriptor = null;
        if (isApp && (descriptor = Describe(file, findings)) is null)
        {
            return null;
        }
        return new EspImage
        {
            Length = length,
            Segments = segments,
            Entry = BinaryPrimitives.ReadUInt32LittleEndian(file[4..]),
            ChipId = chip,
            Hash = hash,
            Descriptor = descriptor,
        };
    }

    /// <summary>Version and project of an application whose first 288 bytes these are; null = it has no
    /// descriptor.</summary>
    public static EspDescriptor? Peek(ReadOnlySpan<byte> start) =>
        start.Length >= DescriptorAt + DescriptorLength && start[0] == Magic ? Describe(start, []) : null;

    /// <summary>Adds what was found: one sentence for when it is right, one for when it is not.</summary>
    internal static bool Check(List<ImageFinding> findings, string name, bool passed, string right, string wrong)
    {
        findings.Add(new ImageFinding(name, passed, passed ? right : wrong));
        return passed;
    }

    /// <summary>The end of the XOR byte; null = it is not right.</summary>
    private static int? XorOf(ReadOnlySpan<byte> file, int end, byte xor, List<ImageFinding> findings)
    {
        int at = end | 15; // zeros up to the last byte of sixteen
        bool isThere = at < file.Length;
        bool padded = isThere && !file[end..at].ContainsAnyExcept((byte)0);
        return Check(findings, "xor", isThere && padded && file[at] == xor,
            $"The XOR byte of the segments at offset {at} is right.",
            !isThere ? $"offset {at}: the XOR byte is behind the end of the file ({file.Length} bytes); it is cut off."
            : !padded ? $"offset {end}: between the segments and the XOR byte zeros are allowed. The file is damaged."
            : $"offset {at}: XOR byte {file[at]:X2}h; that of the segments is {xor:X2}h. The file is damaged.")
            ? at + 1 : null;
    }

    /// <summary>False = it is not right. Moves length behind it, where there is one.</summary>
    private static bool HashOf(
        ReadOnlySpan<byte> file, ref int length, List<ImageFinding> findings, out string? hash)
    {
        hash = null;
        if (file[23] != 1)
        {
            return file[23] == 0 || Check(findings, "sha256", false, "",
                $"offset 23: {file[23]:X2}h; 00h (no SHA-256 at its end) and 01h (one is there) are allowed.");
        }
        if (length + HashLength > file.Length)
        {
            return Check(findings, "sha256", false, "",
                $"offset {length}: of the appended SHA-256 {file.Length - length} of {HashLength} bytes are there; "
                + "the file is cut off.");
        }
        string told = Convert.ToHexStringLower(file.Slice(length, HashLength));
        string computed = Convert.ToHexStringLower(SHA256.HashData(file[..length]));
        if (!Check(findings, "sha256", told == computed, $"The appended SHA-256 at offset {length} is right.",
            $"offset {length}: SHA-256 {told}; that of the {length} bytes before it is {computed}. The file is "
            + "damaged."))
        {
            return false;
        }
        hash = told;
        length += HashLength;
        return true;
    }

    /// <summary>The end of the last segment; null = one lies outside.</summary>
    private static int? Walk(ReadOnlySpan<byte> file, int segments, List<ImageFinding> findings, out byte xor)
    {
        xor = XorSeed;
        if (segments is < 1 or > SegmentsMax)
        {
            Check(findings, "segments", false, "", $"offset 1: {segments} segments; 1 to {SegmentsMax} are allowed.");
            return null;
        }
        long at = HeaderLength;
        for (int i = 0; i < segments; i++)
        {
            if (at + SegmentHeader > file.Length)
            {
                Check(findings, "segments", false, "",
                    $"offset {at}: the header of segment {i + 1} of {segments} is behind the end of the file "
                    + $"({file.Length} bytes); it is cut off.");
                return null;
            }
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(file[((int)at + 4)..]);
            at += SegmentHeader;
            if (at + length > file.Length)
            {
                Check(findings, "segments", false, "",
                    $"offset {at - 4}: segment {i + 1} of {segments} has {length} bytes, and {file.Length - at} are "
                    + "left in the file; it is cut off or damaged.");
                return null;
            }
            foreach (byte one in file.Slice((int)at, (int)length))
            {
                xor ^= one;
            }
            at += length;
        }
        Check(findings, "segments", true, $"{segments} segments end at offset {at} of {file.Length}.", "");
        return (int)at;
    }

    private static EspDescriptor? Describe(ReadOnlySpan<byte> file, List<ImageFinding> findings)
    {
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(file[DescriptorAt..]);
        if (!Check(findings, "descriptor", magic == DescriptorMagic, "The descriptor of an application is there.",
            $"offset {DescriptorAt}: {magic:X8}h; the descriptor of an application begins with {DescriptorMagic:X8}h. "
            + "Is this a boot loader?"))
        {
            return null;
        }
        string?[] texts =
            [TextAt(file, 0x30, 32), TextAt(file, 0x50, 32), TextAt(file, 0x70, 16), TextAt(file, 0x80, 16),
            TextAt(file, 0x90, 32)];
        string[] names = ["version at 30h", "project at 50h", "time at 70h", "date at 80h", "IDF version at 90h"];
        int bad = texts.ToList().FindIndex(static text => text is null);
        if (bad < 0 && texts[0] is "")
        {
            bad = 0;
        }
        if (!Check(findings, "strings", bad < 0, $"version {texts[0]}, project {texts[1]}.",
            $"The {names[Math.Max(bad, 0)]} is no printable text that ends inside its field."))
        {
            return null;
        }
        uint secure = BinaryPrimitives.ReadUInt32LittleEndian(file[(DescriptorAt + 4)..]);
        return new EspDescriptor(texts[0]!, texts[1]!, texts[2]!, texts[3]!, texts[4]!, secure);
    }

    /// <summary>Null = something else than printable ASCII with zeros behind.</summary>
    private static string? TextAt(ReadOnlySpan<byte> file, int at, int room)
    {
        ReadOnlySpan<byte> field = file.Slice(at, room);
        int length = field.IndexOf((byte)0);
        ReadOnlySpan<byte> text = length < 0 ? field : field[..length];
        return text.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? null : Encoding.ASCII.GetString(text);
    }
}

/// <param name="SecureVersion">Of the anti-rollback counter; 0 where it is not used.</param>
public sealed record EspDescriptor(
    string Version, string Project, string Time, string Date, string Idf, uint SecureVersion);
