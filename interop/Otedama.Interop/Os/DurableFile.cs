namespace Otedama.Interop;

/// <summary>
/// Small files and folders that survive a power cut: whole or not at all, under the name they were given. Any thread,
/// one writer per path.
/// </summary>
public static class DurableFile
{
    /// <summary>Only its owner may read or write it; the default for everything below the data directory.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const int AccessDenied = 13; // EACCES

    /// <summary>
    /// Replaces the file or makes it: written beside as path + ".new", flushed, renamed, the name flushed. Throws
    /// IOException or UnauthorizedAccessException; the old file is then as it was.
    /// </summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes, UnixFileMode mode = OwnerOnly)
    {
        string fresh = path + ".new";
        FileKind.RequireFile(path);
        try
        {
            File.Delete(fresh); // a leftover would keep its own mode
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = mode;
            }
            using (FileStream file = new(fresh, options))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }
            Rename(fresh, path);
        }
        catch
        {
            TryDelete(fresh);
            throw;
        }
    }

    /// <summary>Gives a flushed file its final name, over what has it, and waits until the disk has the name.</summary>
    public static void Rename(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        DiskSync.Folder(FolderOf(to));
    }

    /// <summary>
    /// Makes the folder and those above it that are missing, for the owner only, and waits until the disk has their
    /// names.
    /// </summary>
    public static void CreateFolder(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Directory.Exists(full))
        {
            return;
        }
        string above = FolderOf(full);
        CreateFolder(above);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(full);
        }
        else
        {
            Directory.CreateDirectory(full, OwnerOnly | UnixFileMode.UserExecute);
        }
        try
        {
            DiskSync.Folder(above);
        }
        catch (IOException e) when (e.HResult == AccessDenied)
        {
            // A folder one may write to and not read, as some homes are: its name is as safe as the system makes it.
        }
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next write deletes it first.
        }
    }
}
