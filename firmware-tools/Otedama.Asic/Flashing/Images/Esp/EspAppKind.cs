namespace Otedama.Asic;

/// <summary>An application of an ESP32-S3 for one slot: esp-miner.bin.</summary>
public sealed class EspAppKind : IImageKind
{
    public const string KindName = "esp-app";

    public string Name => KindName;

    public bool Claims(ReadOnlySpan<byte> file) => file[0] == EspImage.Magic && !EspFactoryKind.IsMerged(file);

    public ImageReport Inspect(ReadOnlyMemory<byte> file) => Inspect(file, file.Length);

    /// <param name="slot">Bytes of the place it stands in; what is behind the image there must be blank.</param>
    internal static ImageReport Inspect(ReadOnlyMemory<byte> file, long slot)
    {
        List<ImageFinding> findings = [];
        EspImage? image = EspImage.Read(file.Span, isApp: true, findings);
        List<ImageFact> facts = [];
        List<string> bare = [];
        if (image is { Descriptor: { } about })
        {
            ReadOnlySpan<byte> rest = file.Span[image.Length..];
            bool blank = !rest.ContainsAnyExcept((byte)0xFF);
            EspImage.Check(findings, "end", blank, $"The image ends at offset {image.Length} of {slot}.",
                $"offset {image.Length}: the image ends here, and {rest.Length} bytes follow that are not its own. "
                + "Take the file as it was published.");
            if (rest.Length > 0 && blank)
            {
                bare.Add($"{rest.Length} bytes of FFh from offset {image.Length} on, behind the image: no checksum "
                    + "covers them.");
            }
            if (image.Hash is null)
            {
                bare.Add("It carries no SHA-256 (offset 23 is 00h): one XOR byte over the segments is all that covers "
                    + "them, and nothing the header.");
            }
            facts.AddRange(
            [
                new ImageFact("image_length", $"{image.Length}"),
                new ImageFact("segments", $"{image.Segments}"),
                new ImageFact("entry", $"{image.Entry:x8}"),
                new ImageFact("built", $"{about.Date} {about.Time}"),
                new ImageFact("idf", about.Idf),
                new ImageFact("secure_version", $"{about.SecureVersion}"),
            ]);
        }
        return new ImageReport
        {
            Kind = KindName,
            Purpose = ImagePurpose.App,
            Size = file.Length,
            Sha256 = ImageInspector.HashOf(file.Span),
            Controller = file.Length > 13 ? EspImage.ChipName(file.Span[12] | (file.Span[13] << 8)) : null,
            Project = image?.Descriptor?.Project,
            Version = image?.Descriptor?.Version,
            Marks = ImageMarks.Of(image?.Descriptor?.Project, image?.Descriptor?.Version, file.Span),
            NotCovered = bare,
            Findings = findings,
            Facts = facts,
        };
    }
}
