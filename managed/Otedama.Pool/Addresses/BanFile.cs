using System.Globalization;
using System.Text;

namespace Otedama.Pool;

/// <summary>
/// Bans on the disk, one a line for people to read: subject, the Unix second it ends in, how many there were, and why.
/// </summary>
public static class BanFile
{
    private const string FirstLine = "# otedama bans 1: node id or address, end (Unix seconds), number, reason";

    /// <summary>Both kinds at their most, with reasons of the length that BYE allows.</summary>
    private const int BytesMax = 2 * BanList.RecordsMax * 350;

    public static void Save(BanList bans, IFiles files, string path)
    {
        StringBuilder text = new StringBuilder(FirstLine).Append('\n');
        foreach (PeerBan ban in bans.All())
        {
            text.Append(CultureInfo.InvariantCulture, $"{ban.Subject} {ban.Until} {ban.Bans} {ban.Words}\n");
        }
        files.WriteWhole(path, Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Null when all is well or there is no file; otherwise a sentence on the lines that are none.</summary>
    public static string? Load(BanList bans, IFiles files, string path)
    {
        if (!files.Exists(path))
        {
            return null;
        }
        string[] lines =
            Encoding.UTF8.GetString(files.ReadWhole(path, BytesMax)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] wrong =
            [.. lines.Where(line => !line.StartsWith('#') && !(Read(line) is { } ban && bans.Restore(ban)))];
        return wrong.Length == 0 ? null
            : $"{path}: {wrong.Length} of {lines.Length} lines are no bans and are passed over, the first of them "
            + $"\"{Short(wrong[0])}\". A line is a node id or an address, the Unix second the ban ends in, "
            + "its number and the reason.";
    }

    private static PeerBan? Read(string line)
    {
        string[] parts = line.Split(' ', 4);
        return parts.Length == 4
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long until)
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int bans)
            ? new PeerBan(parts[0], until, bans, parts[3]) : null;
    }

    private static string Short(string line) => Core.PlainText.Of(line.Length > 60 ? line[..60] + "..." : line);
}
