using Otedama.Pool;

namespace Otedama.Tests.Ledgers;

/// <summary>The same disk under another folder's name: the lock is a real file, and each opening needs its own.</summary>
internal sealed class CrashDiskFolder(CrashDisk disk) : ILogStorage
{
    public void Create(string path, long length) => disk.Create(Name(path), length);

    public ILogFile Open(string path, bool forWriting = true) => disk.Open(Name(path), forWriting);

    public bool Exists(string path) => disk.Exists(Name(path));

    public IReadOnlyList<string> List(string folder) => disk.List(folder);

    public void Rename(string from, string to) => disk.Rename(Name(from), Name(to));

    public void Delete(string path) => disk.Delete(Name(path));

    public void SyncFolder(string folder) => disk.SyncFolder(folder);

    private static string Name(string path) => Path.GetFileName(path);
}
