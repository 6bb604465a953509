using System.Formats.Tar;
using System.IO.Compression;

namespace Otedama.Asic;

/// <summary>A tar.gz of a maker for its control boards, as older Antminers take it (with runme.sh). What it does is
/// signed inside, and the device checks that.</summary>
public sealed class VendorPackageKind : IImageKind
{
    public const string KindName = "vendor-targz";

    /// <summary>Bytes it may unpack to: the flash of such boards has 256 MiB, and a file made to fill memory
    /// more.</summary>
    private const long UnpackedMax = 256L << 20;

    public string Name => KindName;

    public bool Claims(ReadOnlySpan<byte> file) => file is [0x1F, 0x8B, 0x08, ..];

    public ImageReport Inspect(ReadOnlyMemory<byte> file) => LoaderKind.Inspect(
        KindName, ImagePurpose.Bmu, file, "It unpacks whole, and every entry's checksum is right.",
        report => report with { Facts = [.. Entries(file).Select(static name => new ImageFact("entry", name))] });

    private static List<string> Entries(ReadOnlyMemory<byte> file)
    {
        List<string> names = [];
        try
        {
            using MemoryStream packed = new(file.ToArray(), writable: false);
            using GZipStream unpacked = new(packed, CompressionMode.Decompress);
            using Limited limited = new(unpacked);
            using TarReader tar = new(limited);
            while (tar.GetNextEntry() is { } entry)
            {
                string name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
                names.Add(names.Count < ImageInspector.PartsMax ? name
                    : throw new InvalidDataException(
                    $"{LoaderKind.File}: it has more than {ImageInspector.PartsMax} entries; allowed are that many."));
            }
            limited.CopyTo(Stream.Null);
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException
            or OverflowException)
        {
            throw new InvalidDataException(
                $"{LoaderKind.File}: after {names.Count} entries it does not unpack ({e.Message.TrimEnd('.')}): it is "
                + "cut off or damaged, fetch it again.", e);
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(LoaderKind.File, StringComparison.Ordinal))
        {
            throw new InvalidDataException(
                $"{LoaderKind.File}: after {names.Count} entries it does not unpack ({e.Message.TrimEnd('.')}): it is "
                + "cut off or damaged, fetch it again.", e);
        }
        return names.Count > 0 ? names
            : throw new InvalidDataException(
            $"{LoaderKind.File}: it unpacks to nothing; allowed is a package with entries.");
    }

    /// <summary>Refuses to unpack more than a control board could hold.</summary>
    private sealed class Limited(Stream inner) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException(); set =>
            throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int came = inner.Read(buffer);
            _read += came;
            return _read <= UnpackedMax ? came
                : throw new InvalidDataException(
                $"{LoaderKind.File}: it unpacks to more than {UnpackedMax} bytes; allowed are that many.");
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
