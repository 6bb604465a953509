using Otedama.Pool;

namespace Otedama.Tests.Ledgers;

/// <summary>The real disk with a switch: full, or refusing to sync.</summary>
internal sealed class FailingFiles : IFiles
{
    private const int NoSpaceLeft = 28; // ENOSPC

    private readonly DiskFiles _disk = new();

    public volatile bool IsFull;
    public volatile bool SyncFails;

    /// <summary>The disk has room in files that exist, and for no other.</summary>
    public volatile bool NoNewFiles;

    public int Refusals;

    public void CreateFolder(string path) => _disk.CreateFolder(path);

    public IDisposable Lock(string path) => _disk.Lock(path);

    public void Create(string path, long length)
    {
        ThrowIf(IsFull || NoNewFiles);
        _disk.Create(path, length);
    }

    public IFile Open(string path, bool forWriting = true) => new Opened(this, _disk.Open(path, forWriting));

    public bool Exists(string path) => _disk.Exists(path);

    public IReadOnlyList<string> List(string folder) => _disk.List(folder);

    public void Rename(string from, string to) => _disk.Rename(from, to);

    public void Delete(string path) => _disk.Delete(path);

    public void SyncFolder(string folder)
    {
        ThrowIf(SyncFails);
        _disk.SyncFolder(folder);
    }

    private void ThrowIf(bool failing)
    {
        if (failing)
        {
            Interlocked.Increment(ref Refusals);
            throw new IOException("No space left on device", NoSpaceLeft);
        }
    }

    private sealed class Opened(FailingFiles owner, IFile file) : IFile
    {
        public long Length => file.Length;

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            if (owner.IsFull)
            {
                file.Write(bytes[..(bytes.Length / 2)], offset); // as a disk does: part of it got there
            }
            owner.ThrowIf(owner.IsFull);
            file.Write(bytes, offset);
        }

        public int Read(Span<byte> bytes, long offset) => file.Read(bytes, offset);

        public void Flush()
        {
            owner.ThrowIf(owner.SyncFails);
            file.Flush();
        }

        public void Dispose() => file.Dispose();
    }
}
