namespace Otedama.Asic;

/// <summary>A program for a loader that shows a drive: firmware.uf2.</summary>
public sealed class Uf2Kind : IImageKind
{
    public const string KindName = "uf2";

    public string Name => KindName;

    public bool Claims(ReadOnlySpan<byte> file) => Uf2Image.IsThere(file);

    public ImageReport Inspect(ReadOnlyMemory<byte> file)
    {
        Uf2Family? family = Uf2Image.FamilyOf(file.Span);
        return LoaderKind.Inspect(
            KindName, ImagePurpose.App, file,
            "Every block is there, in order, for one family of chips and inside its flash.",
            report =>
            {
                Uf2Image image = Uf2Image.Read(file.Span, LoaderKind.File, family ?? Uf2Family.Rp2040);
                if (image.Pieces.Count > ImageInspector.PartsMax)
                {
                    throw new InvalidDataException(
                        $"{LoaderKind.File}: it has {image.Pieces.Count} stretches of flash; allowed are "
                        + $"{ImageInspector.PartsMax}.");
                }
                return report with
                {
                    Controller = image.Family.Name,
                    NotCovered = ["Flags, addresses and payload: a UF2 file has no checksum. Whether they are as they "
                        + "were published only its SHA-256 says."],
                    Facts = [new("family", $"{image.Family.Id:x8}"), new("blocks", $"{image.Blocks}")],

                    // Blocks carry other bytes between the payloads, so a part has no place of its own in the file.
                    Parts = [.. image.Pieces.Select(
                        static (piece, index) =>
                        new ImagePart($"piece {index}", 0, piece.Data.Length, piece.Address, null))],
                };
            }) with
        { Controller = family?.Name };
    }
}
