using Microsoft.Win32.SafeHandles;
using Otedama.Interop;

namespace Otedama.Pool;

/// <summary>
/// The real disk. write() and not a writable map: a full disk is an error here, with a map it is a signal.
/// </summary>
public sealed class DiskFiles : IFiles
{
    private const int ZeroBlock = 1 << 20;

    public void CreateFolder(string path) => DurableFile.CreateFolder(path);

    public IDisposable Lock(string path)
    {
        FileKind.RequireFile(path);
        return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
    }

    /// <summary>
    /// Written zeros and not only a length: a commit then changes no file system metadata (1.65 times the throughput),
    /// and space is short here, once per segment, instead of in the middle of a commit.
    /// </summary>
    public void Create(string path, long length)
    {
        FileKind.RequireFile(path);
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = DurableFile.OwnerOnly;
        }
        try
        {
            using FileStream file = new(path, options);
            byte[] zeros = new byte[Math.Min(ZeroBlock, length)];
            for (long offset = 0; offset < length; offset += zeros.Length)
            {
                RandomAccess.Write(file.SafeFileHandle, zeros.AsSpan(0, (int)Math.Min(zeros.Length, length - offset)), offset);
            }
            if (length > 0) // an empty one has nothing that could be lost but its name
            {
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }
        }
        catch (IOException e)
        {
            File.Delete(path);
            throw new IOException(
                $"{Math.Max(1, length >> 10)} KiB could not be reserved for {path}: {e.Message.TrimEnd('.')}. "
                + "Free space on that disk or use another data directory.", e);
        }
    }

    public IFile Open(string path, bool forWriting = true) => new DiskFile(path, forWriting);

    public bool Exists(string path) => File.Exists(path);

    /// <summary>Windows keeps the rights of the folder, which is the owner's.</summary>
    public bool IsPrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return true;
        }
        string target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        return (File.GetUnixFileMode(target) & ~DurableFile.OwnerOnly) == 0;
    }

    public IReadOnlyList<string> List(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path))] : [];

    public void Rename(string from, string to)
    {
        FileKind.RequireFile(to);
        File.Move(from, to, overwrite: true);
    }

    public void Delete(string path) => File.Delete(path);

    public void SyncFolder(string folder) => DiskSync.Folder(folder);

    private sealed class DiskFile : IFile
    {
        private readonly SafeFileHandle _file;

        public DiskFile(string path, bool forWriting)
        {
            FileKind.RequireFile(path);
            _file = File.OpenHandle(
                path, FileMode.Open, forWriting ? FileAccess.ReadWrite : FileAccess.Read, FileShare.Read);
        }

        public long Length => RandomAccess.GetLength(_file);

        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(_file, bytes, offset);

        public int Read(Span<byte> bytes, long offset)
        {
            int read = 0;
            while (read < bytes.Length)
            {
                int now = RandomAccess.Read(_file, bytes[read..], offset + read);
                if (now == 0)
                {
                    break;
                }
                read += now;
            }
            return read;
        }

        public void Flush() => DiskSync.Data(_file);

        public void Dispose() => _file.Dispose();
    }
}
