using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Otedama.Pool;

/// <summary>
/// Bans on the disk, one a line for people to read: subject, the Unix second it ends in, how many there were, and why.
/// The last line tells a whole file from one that is torn or was changed.
/// </summary>
public static class BanFile
{
    private const string FirstLine = "# otedama bans 2: node id or address, end (Unix seconds), number, reason";

    private const string LastLine = "# sha256 of what is above: ";

    /// <summary>Both kinds at their most, with reasons of the length that BYE allows.</summary>
    private const int BytesMax = 2 * BanList.RecordsMax * 350;

    public static void Save(BanList bans, IFiles files, string path)
    {
        StringBuilder text = new StringBuilder(FirstLine).Append('\n');
        foreach (PeerBan ban in bans.All())
        {
            text.Append(CultureInfo.InvariantCulture, $"{ban.Subject} {ban.Until} {ban.Bans} {ban.Words}\n");
        }
        string above = text.ToString();
        files.WriteWhole(path, Encoding.UTF8.GetBytes($"{above}{LastLine}{Digest(above)}\n"));
    }

    /// <summary>
    /// Null when all is well or there is no file; otherwise a sentence: a damaged file is put aside as PATH.damaged, in
    /// place of an earlier one, and nobody is banned.
    /// </summary>
    public static string? Load(BanList bans, IFiles files, string path)
    {
        if (!files.Exists(path))
        {
            return null;
        }
        byte[] bytes = files.ReadWhole(path, BytesMax);
        string text = Encoding.UTF8.GetString(bytes);
        int last = text.LastIndexOf(LastLine, StringComparison.Ordinal);
        if (last >= 0 && text[last..] == $"{LastLine}{Digest(text[..last])}\n")
        {
            foreach (string line in text[..last].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                _ = Read(line) is { } ban && bans.Restore(ban);
            }
            return null;
        }
        files.WriteWhole(path + ".damaged", bytes);
        files.Delete(path);
        return $"The list of bans {path} cannot be used: its last line, which has the SHA-256 of what is above it, is "
            + $"missing or does not fit. It was put aside as {path}.damaged, and nobody is banned; nothing else is "
            + "lost.";
    }

    private static string Digest(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static PeerBan? Read(string line)
    {
        string[] parts = line.Split(' ', 4);
        return parts.Length == 4
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long until)
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int bans)
            ? new PeerBan(parts[0], until, bans, parts[3]) : null;
    }
}
