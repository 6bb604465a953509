namespace Otedama.Pool;

/// <summary>Whole files, for whoever keeps something small.</summary>
internal static class WholeFiles
{
    public const string UnfinishedSuffix = ".new";

    /// <summary>What WriteWhole left when the process died in the middle of it.</summary>
    public static void DeleteUnfinished(IFiles files, string folder)
    {
        foreach (string name in files.List(folder).Where(name => name.EndsWith(UnfinishedSuffix, StringComparison.Ordinal)))
        {
            files.Delete(Path.Combine(folder, name));
        }
    }

    /// <summary>Made beside, flushed, renamed, the name flushed: whole or not at all.</summary>
    public static void WriteWhole(this IFiles files, string path, ReadOnlySpan<byte> bytes)
    {
        string fresh = path + UnfinishedSuffix;
        try
        {
            files.Create(fresh, 0);
            using (IFile file = files.Open(fresh))
            {
                file.Write(bytes, 0);
                file.Flush();
            }
            files.Rename(fresh, path);
        }
        catch
        {
            TryDelete(files, fresh);
            throw;
        }
        files.SyncFolder(Path.GetDirectoryName(path)!);
    }

    private static void TryDelete(IFiles files, string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next one of that name replaces it.
        }
    }

    /// <summary>At most `bytesMax` of the file, from its beginning.</summary>
    public static byte[] ReadWhole(this IFiles files, string path, int bytesMax = int.MaxValue)
    {
        using IFile file = files.Open(path, forWriting: false);
        byte[] bytes = new byte[Math.Min(file.Length, bytesMax)];
        return bytes[..file.Read(bytes, 0)];
    }

    /// <summary>A copy under the first free name of path.suffix, path.1.suffix and so on; returns that name.</summary>
    public static string KeepCopy(this IFiles files, string path, string suffix, ReadOnlySpan<byte> bytes)
    {
        string name = $"{path}.{suffix}";
        for (int n = 1; files.Exists(name); n++)
        {
            name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}.{n}.{suffix}");
        }
        files.WriteWhole(name, bytes);
        return name;
    }

    /// <summary>Position of the last byte that is not zero from `from` on; from - 1 when there is none.</summary>
    public static int LastNonZero(this IFile file, int from, int length)
    {
        byte[] buffer = new byte[64 * 1024];
        int end = length;
        while (end > from)
        {
            int start = Math.Max(from, end - buffer.Length);
            int read = file.Read(buffer.AsSpan(0, end - start), start);
            int last = buffer.AsSpan(0, read).LastIndexOfAnyExcept((byte)0);
            if (last >= 0)
            {
                return start + last;
            }
            end = start;
        }
        return from - 1;
    }
}
