namespace Otedama.Asic;

/// <summary>A program for a USB DFU loader with its suffix: firmware.dfu.</summary>
public sealed class DfuKind : IImageKind
{
    public const string KindName = "dfu";

    public string Name => KindName;

    public bool Claims(ReadOnlySpan<byte> file) => DfuSuffix.IsThere(file) && !DfuSeFile.IsThere(file);

    public ImageReport Inspect(ReadOnlyMemory<byte> file) => LoaderKind.Inspect(
        KindName, ImagePurpose.App, file, "The suffix is whole and its CRC is that of the file.",
        report =>
        {
            DfuSuffix suffix = DfuSuffix.Read(file.Span, LoaderKind.File);
            int length = suffix.Strip(file.Span).Length;
            if (length == 0)
            {
                throw new InvalidDataException(
                    $"{LoaderKind.File}: 0 bytes stand before the suffix; allowed is a program.");
            }
            return report with
            {
                Version = LoaderKind.Version(suffix.Device),
                Targets = LoaderKind.Targets(suffix),
                Facts = [new("usb_vendor", $"{suffix.Vendor:x4}"), new("usb_product", $"{suffix.Product:x4}"),
                    new("bcd_device", $"{suffix.Device:x4}"), new("bcd_dfu", $"{suffix.Standard:x4}")],
                Parts = [new("app", 0, length, null, null)],
            };
        });
}
