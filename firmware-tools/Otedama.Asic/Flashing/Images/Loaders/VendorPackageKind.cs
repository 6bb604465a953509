using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;

namespace Otedama.Asic;

/// <summary>A tar.gz of a maker for its control boards, as older Antminers take it (with runme.sh). What it does is
/// signed inside, and the device checks that.</summary>
public sealed class VendorPackageKind : IImageKind
{
    public const string KindName = "vendor-targz";

    /// <summary>What an Antminer runs of a package.</summary>
    internal const string Script = "runme.sh";

    /// <summary>Bytes it may unpack to: the flash of such boards has 256 MiB, and a file made to fill memory
    /// more.</summary>
    private const long UnpackedMax = 256L << 20;

    public string Name => KindName;

    public bool Claims(ReadOnlySpan<byte> file) => file is [0x1F, 0x8B, 0x08, ..];

    public ImageReport Inspect(ReadOnlyMemory<byte> file) => LoaderKind.Inspect(
        KindName, ImagePurpose.Bmu, file,
        "It unpacks whole, every entry's checksum is right, and so are CRC-32 and length at the end.",
        report => report with
        {
            Facts = [.. Entries(file).Select(static name => new ImageFact("entry", name))],
            NotCovered = ["The first 10 bytes (time and system of packing) have no checksum; they change nothing of "
                + "what is unpacked."],
        });

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
                if (LeavesFolder(name) || LeavesFolder(entry.LinkName))
                {
                    throw new InvalidDataException(
                        $"{LoaderKind.File}: entry {names.Count + 1} is \"{PortText.Clean(name)}\""
                        + $"{(LeavesFolder(name) ? "" : $", a link to \"{PortText.Clean(entry.LinkName)}\"")}: it "
                        + "would be written outside the folder it is unpacked in; allowed are names below it.");
                }
                names.Add(names.Count < ImageInspector.PartsMax ? name
                    : throw new InvalidDataException(
                    $"{LoaderKind.File}: it has more than {ImageInspector.PartsMax} entries; allowed are that many."));
            }
            limited.CopyTo(Stream.Null);
            Trailer(file.Span, limited);
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

    /// <summary>Absolute, of a drive, or with ".." in it.</summary>
    private static bool LeavesFolder(string? name) => name is { Length: > 0 } && (name[0] is '/' or '\\'
        || (name.Length > 1 && name[1] == ':') || name.Split('/', '\\').Contains(".."));

    /// <summary>The last eight bytes: CRC-32 and length of what was unpacked. The framework leaves a cut or changed one
    /// unsaid.</summary>
    private static void Trailer(ReadOnlySpan<byte> file, Limited unpacked)
    {
        uint crc = BinaryPrimitives.ReadUInt32LittleEndian(file[^8..]);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(file[^4..]);
        if (crc != ~unpacked.Crc || length != (uint)unpacked.Count)
        {
            throw new InvalidDataException(
                $"{LoaderKind.File}: offset {file.Length - 8}: its end says CRC-32 {crc:X8}h of {length} bytes, and "
                + $"what it unpacks to has {~unpacked.Crc:X8}h of {(uint)unpacked.Count}: it is cut off, changed or "
                + "has something behind it; fetch it again.");
        }
    }

    /// <summary>Refuses to unpack more than a control board could hold.</summary>
    private sealed class Limited(Stream inner) : Stream
    {
        /// <summary>Bytes so far.</summary>
        public long Count { get; private set; }

        /// <summary>Crc32's state after them.</summary>
        public uint Crc { get; private set; } = Crc32.Start;

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
            Count += came;
            Crc = Crc32.Update(Crc, buffer[..came]);
            return Count <= UnpackedMax ? came
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
