using System.Security.Cryptography;
using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>Says what a firmware file is: the first kind that claims it looks at it. Any thread.</summary>
public sealed class ImageInspector(IReadOnlyList<IImageKind> kinds)
{
    /// <summary>Bytes of a file that is looked at: twice the largest flash of a controller here, so that nobody's disk
    /// is read in.</summary>
    public const int FileMax = 64 << 20;

    /// <summary>Parts of one file that a report tells; a kind refuses a file with more.</summary>
    public const int PartsMax = 256;

    /// <summary>Reads the file and looks at it. Throws FlashException when it cannot be read or is too large.</summary>
    public ImageReport InspectFile(string path, out byte[] bytes)
    {
        bytes = ReadFile(path);
        return Inspect(bytes);
    }

    /// <summary>Never throws for what the bytes hold.</summary>
    public ImageReport Inspect(ReadOnlyMemory<byte> file)
    {
        if (file.Length == 0)
        {
            return Raw(file,
                new ImageFinding(
                "size", false, "The file is empty: 0 bytes. Copy it again from where it was published."));
        }
        foreach (IImageKind kind in kinds)
        {
            if (kind.Claims(file.Span))
            {
                return kind.Inspect(file);
            }
        }
        string start = Convert.ToHexStringLower(file.Span[..Math.Min(8, file.Length)]);
        return Raw(file, new ImageFinding("magic", false, $"offset 0: {start} begins no known kind of firmware "
            + $"({string.Join(", ", kinds.Select(static kind => kind.Name))}). Only web pages listed in the catalogue "
            + "are written without one."));
    }

    /// <summary>SHA-256 as it stands in reports, catalogues and plans.</summary>
    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static ImageReport Raw(ReadOnlyMemory<byte> file, ImageFinding finding) => new()
    {
        Kind = "raw",
        Purpose = ImagePurpose.Unknown,
        Size = file.Length,
        Sha256 = HashOf(file.Span),
        Findings = [finding],
    };

    private static byte[] ReadFile(string path)
    {
        try
        {
            return GivenFile.ReadAll(path, FileMax);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FlashException($"The image {path} cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }
}
