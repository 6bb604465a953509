using System.Globalization;

namespace Otedama;

/// <summary>
/// The terminal a process belongs to. Attached: it has one; Foreground: its group is the one that gets the keys; Deaf: SIGHUP
/// was ignored when it started, as under nohup. Where /proc does not say, there is none.
/// </summary>
internal readonly record struct ControllingTerminal(bool Attached, bool Foreground, bool Deaf)
{
    private const int GroupField = 2, TerminalField = 4, ForegroundField = 5; // of proc(5) stat, behind the program's name

    public static ControllingTerminal Now()
    {
        try
        {
            return Read(File.ReadAllText("/proc/self/stat"), File.ReadAllText("/proc/self/status"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    /// <summary>From the text of /proc/self/stat and /proc/self/status.</summary>
    public static ControllingTerminal Read(string stat, string status)
    {
        // The name stands in brackets and may hold any character, brackets too.
        string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        bool attached = fields.Length > ForegroundField && fields[TerminalField] != "0";
        string ignored = status.Split('\n').FirstOrDefault(static line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) ?? "SigIgn:";
        bool deaf = ulong.TryParse(ignored["SigIgn:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong signals)
            && (signals & 1) != 0; // SIGHUP is signal 1
        return new ControllingTerminal(attached, attached && fields[GroupField] == fields[ForegroundField], deaf);
    }
}
