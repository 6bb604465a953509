using System.Globalization;

namespace Otedama.Asic;

/// <summary>What the kinds of images for other loaders have in common: one reader that either takes a file or says what
/// is wrong with it.</summary>
internal static class LoaderKind
{
    /// <summary>The name files have in findings, which stand beside the file's own name.</summary>
    public const string File = "The file";

    /// <param name="read">Adds what it found; throws InvalidDataException with a sentence.</param>
    public static ImageReport Inspect(
        string kind, ImagePurpose purpose, ReadOnlyMemory<byte> file, string whole, Func<ImageReport, ImageReport> read)
    {
        ImageReport report = new()
        {
            Kind = kind,
            Purpose = purpose,
            Size = file.Length,
            Sha256 = ImageInspector.HashOf(file.Span),
            Findings = [new ImageFinding("format", true, whole)],
        };
        try
        {
            return read(report);
        }
        catch (InvalidDataException e)
        {
            return report with { Findings = [new ImageFinding("format", false, e.Message)] };
        }
    }

    /// <summary>bcdDevice as people write it: 0203 is 2.03; null for any.</summary>
    public static string? Version(ushort release) =>
        release == DfuSuffix.Any ? null
            : string.Create(CultureInfo.InvariantCulture, $"{release >> 8:x}.{release & 0xFF:x2}");

    /// <summary>1209:0001, as ImageTarget and FlashDevice have it.</summary>
    public static string UsbId(ushort vendor, ushort product) =>
        string.Create(CultureInfo.InvariantCulture, $"{vendor:x4}:{product:x4}");

    /// <summary>Empty = for any device.</summary>
    public static IReadOnlyList<ImageTarget> Targets(DfuSuffix suffix) =>
        suffix.Vendor == DfuSuffix.Any || suffix.Product == DfuSuffix.Any ? []
            : [new ImageTarget(null, null, UsbId(suffix.Vendor, suffix.Product))];
}
