using System.Globalization;

namespace Otedama.Pool;

/// <summary>The names in a share log's directory, and who may open it.</summary>
internal static class LogDirectory
{
    private const string VersionName = "VERSION";
    private const string VersionPrefix = "otedama-ledger ";

    public static string SegmentPath(string directory, uint segment) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"shares-{segment:d8}.log"));

    public static string SparePath(string directory) => Path.Combine(directory, "spare.log");

    /// <summary>Holds the directory for this process; throws LogException when another one has it.</summary>
    public static FileStream Lock(string directory)
    {
        string path = Path.Combine(directory, "LOCK");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new LogException(
                $"share log {directory}: {path} cannot be locked ({e.Message}). If another otedama uses this directory, "
                + "stop it or give this one its own data directory.",
                e);
        }
    }

    /// <summary>Writes the version file of a new log; refuses the log of a newer version.</summary>
    public static void CheckVersion(string directory)
    {
        string path = Path.Combine(directory, VersionName);
        if (!File.Exists(path))
        {
            if (File.Exists(SegmentPath(directory, 1)))
            {
                throw new LogException(
                    $"share log {directory}: segments without a {VersionName} file. Restore it; for version "
                    + $"{LogFormat.Version} it holds the line \"{VersionPrefix}{LogFormat.Version}\".");
            }
            File.WriteAllText(path, $"{VersionPrefix}{LogFormat.Version}\n");
            return;
        }
        string text = File.ReadAllText(path).Trim();
        if (!text.StartsWith(VersionPrefix, StringComparison.Ordinal)
            || !int.TryParse(text.AsSpan(VersionPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int version))
        {
            throw new LogException(
                $"share log {directory}: {VersionName} says \"{Core.Hex.Shorten(text)}\"; expected \"{VersionPrefix}\" and a "
                + "number. Restore the file from a backup.");
        }
        if (version > LogFormat.Version)
        {
            throw new LogException(
                $"share log {directory}: written by ledger version {version}; this otedama reads up to version "
                + $"{LogFormat.Version}. Use the otedama that wrote it or a newer one. Nothing was changed.");
        }
    }

    /// <summary>How many segments there are, checked to be numbered 1 to n without a gap.</summary>
    public static uint CountSegments(string directory)
    {
        uint largest = 0;
        uint count = 0;
        foreach (string path in Directory.EnumerateFiles(directory, "shares-*.log"))
        {
            string number = Path.GetFileNameWithoutExtension(path)["shares-".Length..];
            if (uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out uint segment))
            {
                largest = Math.Max(largest, segment);
                count++;
            }
        }
        return largest == count
            ? count
            : throw new LogException(
                $"share log {directory}: {count} segments, the last one numbered {largest}: some are missing. Restore "
                + "them from a backup; without them balances would be wrong.");
    }
}
