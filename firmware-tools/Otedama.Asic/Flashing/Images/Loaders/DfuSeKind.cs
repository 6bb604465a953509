namespace Otedama.Asic;

/// <summary>A program for ST's loader with the addresses it goes to.</summary>
public sealed class DfuSeKind : IImageKind
{
    public const string KindName = "dfuse";

    public string Name => KindName;

    public bool Claims(ReadOnlySpan<byte> file) => DfuSeFile.IsThere(file);

    public ImageReport Inspect(ReadOnlyMemory<byte> file) => LoaderKind.Inspect(
        KindName, ImagePurpose.App, file, "Every target and element is whole, and the CRC is that of the file.",
        report =>
        {
            DfuSeFile dfuse = DfuSeFile.Read(file, LoaderKind.File);
            MemoryPiece[] pieces = [.. dfuse.Targets.SelectMany(static target => target.Pieces)];
            if (pieces.Length is 0 or > ImageInspector.PartsMax)
            {
                throw new InvalidDataException(
                    $"{LoaderKind.File}: it has {pieces.Length} elements; allowed are 1 to {ImageInspector.PartsMax}.");
            }
            return report with
            {
                Version = LoaderKind.Version(dfuse.Suffix.Device),
                Targets = LoaderKind.Targets(dfuse.Suffix),
                Facts = [new("usb_vendor", $"{dfuse.Suffix.Vendor:x4}"),
                    new("usb_product", $"{dfuse.Suffix.Product:x4}"), new("bcd_device", $"{dfuse.Suffix.Device:x4}")],
                Parts = [.. dfuse.Targets.SelectMany((target, index) => target.Pieces.Select(piece => new ImagePart(
                    $"{target.Name ?? $"target {index}"} (alternate {target.Alternate})",
                    OffsetOf(file, piece), piece.Data.Length, piece.Address, null)))],
            };
        });

    /// <summary>Pieces are parts of the file, so where they begin in it is known.</summary>
    internal static int OffsetOf(ReadOnlyMemory<byte> file, MemoryPiece piece) =>
        file.Span.Overlaps(piece.Data.Span, out int offset) ? offset : 0;
}
