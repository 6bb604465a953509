namespace Otedama.Asic;

/// <summary>The container of Antminer stock images, one item a model and control board; what is inside an item is
/// signed and checked by the device.</summary>
public sealed class BmuKind : IImageKind
{
    public const string KindName = "antminer-bmu";

    public string Name => KindName;

    public bool Claims(ReadOnlySpan<byte> file) => BmuContainer.IsThere(file);

    public ImageReport Inspect(ReadOnlyMemory<byte> file) => LoaderKind.Inspect(
        KindName, ImagePurpose.Bmu, file, "Every item is inside the file, and the CRC is that of the file.",
        report =>
        {
            BmuContainer container = BmuContainer.Read(file, LoaderKind.File);
            return report with
            {
                Targets = [.. container.Items.SelectMany(Targets).Distinct()],
                Facts = [new("items", $"{container.Items.Count}")],
                Parts = [.. container.Items.Select(
                    item => new ImagePart(
                    item.Name, file.Span.Overlaps(item.Data.Span, out int offset) ? offset
                    : 0, item.Data.Length, null, null))],
            };
        });

    /// <summary>Every miner that BmuContainer.Select could choose this item for; it decides which one is.</summary>
    private static IEnumerable<ImageTarget> Targets(BmuItem item)
    {
        bool open = item.Hardware.EndsWith("XX", StringComparison.OrdinalIgnoreCase)
            || item.Chip.EndsWith("XX", StringComparison.OrdinalIgnoreCase);
        yield return new ImageTarget(item.Model, open ? null : item.Hardware);
        if (!open && item.Chip != item.Hardware)
        {
            yield return new ImageTarget(item.Model, item.Chip);
        }
        if (item.Hardware.Contains('_', StringComparison.Ordinal))
        {
            yield return new ImageTarget(null, item.Hardware);
        }
    }
}
