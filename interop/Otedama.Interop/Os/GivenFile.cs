namespace Otedama.Interop;

/// <summary>
/// A file that somebody named. Only a regular one is opened, and no more of it is read than is allowed, whatever length
/// it claims: some grow, and those of /proc claim none.
/// </summary>
public static class GivenFile
{
    /// <summary>A database of countries has a tenth of it, the longest chain that nodes keep is 60 MB of hex.</summary>
    public const int BytesMax = 256 << 20;

    /// <summary>
    /// To read once, from its beginning. IOException with a sentence about it, without its name, when it is no regular
    /// file or has more than bytesMax; reading throws the same when more come.
    /// </summary>
    public static Stream Open(string path, int bytesMax = BytesMax)
    {
        if (FileKind.OtherThanFile(path) is { } kind)
        {
            throw new IOException($"it is {kind}, and only a regular file of at most {Size(bytesMax)} is read");
        }
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.CanSeek && file.Length > bytesMax)
        {
            long length = file.Length;
            file.Dispose();
            throw new IOException($"it has {Size(length)}, and at most {Size(bytesMax)} are read");
        }
        return new BoundedStream(file, bytesMax);
    }

    /// <summary>All of it; throws as Open does. Whoever read a secret zeroes the bytes.</summary>
    public static byte[] ReadAll(string path, int bytesMax = BytesMax)
    {
        using Stream file = Open(path, bytesMax);
        using MemoryStream all = new();
        file.CopyTo(all);
        return all.ToArray();
    }

    private static string Size(long bytes) => bytes >> 20 > 0
        ? FormattableString.Invariant($"{bytes >> 20} MiB") : FormattableString.Invariant($"{bytes} bytes");

    private sealed class BoundedStream(FileStream file, int bytesMax) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _read;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int count = file.Read(buffer);
            _read += count;
            return _read <= bytesMax ? count
                : throw new IOException($"more than {Size(bytesMax)} came out of it, and no more are read");
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            file.Dispose();
            base.Dispose(disposing);
        }
    }
}
