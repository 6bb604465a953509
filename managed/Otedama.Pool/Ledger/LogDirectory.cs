using System.Globalization;
using System.Text;

namespace Otedama.Pool;

/// <summary>The names in a share log's directory, and who may open it.</summary>
internal static class LogDirectory
{
    private const string VersionName = "VERSION";
    private const string VersionPrefix = "otedama-ledger ";
    private const int VersionBytesMax = 200;
    private const string SegmentPrefix = "shares-";
    private const string SegmentSuffix = ".log";
    private const int MissingMax = 1_000;

    public static string SegmentPath(string directory, uint segment) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{SegmentPrefix}{segment:d8}{SegmentSuffix}"));

    public static string SparePath(string directory) => Path.Combine(directory, "spare.log");

    /// <summary>Holds the directory for this process; throws LogException when another one has it.</summary>
    public static IDisposable Lock(IFiles files, string directory)
    {
        string path = Path.Combine(directory, "LOCK");
        try
        {
            return files.Lock(path);
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
    public static void CheckVersion(IFiles files, string directory)
    {
        string path = Path.Combine(directory, VersionName);
        if (!files.Exists(path))
        {
            if (Segments(files, directory).Count > 0)
            {
                throw new LogException(
                    $"share log {directory}: segments without a {VersionName} file. Restore it; for version "
                    + $"{LogFormat.Version} it holds the line \"{VersionPrefix}{LogFormat.Version}\".");
            }
            files.WriteWhole(path, Encoding.UTF8.GetBytes($"{VersionPrefix}{LogFormat.Version}\n"));
            return;
        }
        string text = Encoding.UTF8.GetString(files.ReadWhole(path, VersionBytesMax)).Trim();
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

    /// <summary>
    /// The first record of this segment, which may follow pruned ones. A damaged header says nothing: then the numbers
    /// begin with those of the first intact record, or 0 in the very first segment.
    /// </summary>
    public static LogPosition StartOf(IFiles files, string directory, uint segment)
    {
        byte[] header = files.ReadWhole(SegmentPath(directory, segment), LogFormat.SegmentHeaderLength + LogFormat.FrameHeaderLength);
        if (!LogFormat.TryReadSegmentHeader(header, out uint index, out uint first) || index != segment)
        {
            bool hasRecord = segment > 1 && header.Length == LogFormat.SegmentHeaderLength + LogFormat.FrameHeaderLength;
            first = hasRecord ? LogFormat.Sequence(header.AsSpan(LogFormat.SegmentHeaderLength)) : 0;
        }
        return new LogPosition(segment, LogFormat.SegmentHeaderLength, first);
    }

    /// <summary>
    /// Numbers of the segments there are, ascending. Throws LogException when so many are missing between them that the
    /// folder cannot be a log.
    /// </summary>
    public static IReadOnlyList<uint> Segments(IFiles files, string directory)
    {
        List<uint> segments = [];
        foreach (string name in files.List(directory))
        {
            if (name.StartsWith(SegmentPrefix, StringComparison.Ordinal)
                && name.EndsWith(SegmentSuffix, StringComparison.Ordinal)
                && uint.TryParse(
                    name.AsSpan(SegmentPrefix.Length, name.Length - SegmentPrefix.Length - SegmentSuffix.Length),
                    NumberStyles.None, CultureInfo.InvariantCulture, out uint segment)
                && segment > 0)
            {
                segments.Add(segment);
            }
        }
        segments.Sort();
        if (segments.Count > 0 && segments[^1] - segments[0] - segments.Count + 1 > MissingMax)
        {
            throw new LogException(
                $"share log {directory}: {segments.Count} segments numbered {segments[0]} to {segments[^1]}: more than "
                + $"{MissingMax} are missing. Restore them from a backup; without them balances would be wrong.");
        }
        return segments;
    }
}
