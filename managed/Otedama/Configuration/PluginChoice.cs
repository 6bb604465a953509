using Otedama.Interop;

namespace Otedama;

/// <summary>One entry of plugins: a file and the digest by which it is trusted.</summary>
internal sealed record PluginChoice(string Path, string Sha256, int MemoryMib, int DeadlineMs)
{
    /// <summary>What mining.algorithms writes before a plugin's name.</summary>
    public const string Prefix = "plugin:";

    private const int EntriesMax = 16;

    private static readonly PluginLimits s_defaults = new();

    public PluginLimits Limits => new() { MemoryMib = MemoryMib, DeadlineMs = DeadlineMs };

    public static Setting<IReadOnlyList<PluginChoice>> Setting(string key, string help) => new(
        key,
        help,
        "list of path and sha256",
        "entries \"path: FILE\" with \"sha256: 64 hexadecimal digits\" and optional \"memory_mib\" and "
            + "\"deadline_ms\"; short form FILE@SHA256",
        [],
        Read,
        static v => $"[{string.Join(", ", v.Select(static p => $"{{path: {p.Path}, sha256: {p.Sha256}, memory_mib: {p.MemoryMib}, deadline_ms: {p.DeadlineMs}}}"))}]")
    {
        Rebase = static (folder, choices) =>
            [.. choices.Select(c => c with { Path = SettingTypes.Below(folder, c.Path) })],
    };

    private static string? Read(RawValue raw, out IReadOnlyList<PluginChoice> value)
    {
        List<PluginChoice> choices = [];
        value = choices;
        IEnumerable<RawValue> items;
        switch (raw)
        {
            case RawScalar scalar:
                items = scalar.Text.Trim('[', ']')
                    .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    .Select(static text => new RawScalar(text));
                break;
            case RawList list:
                items = list.Items;
                break;
            default:
                return "expected a list";
        }
        foreach (RawValue item in items)
        {
            string? problem = item is RawMap map ? ReadMap(map, choices) : ReadShort(item, choices);
            if (problem is not null)
            {
                return item.Line > 0 ? $"{problem}, in the entry at line {item.Line}" : problem;
            }
        }
        return choices.Count <= EntriesMax ? null : $"{choices.Count} entries are more than {EntriesMax}";
    }

    private static string? ReadShort(RawValue item, List<PluginChoice> choices)
    {
        if (item is not RawScalar scalar || scalar.Text.LastIndexOf('@') is var at && at < 0)
        {
            return "expected \"path: FILE\" and \"sha256: DIGEST\", or FILE@SHA256";
        }
        choices.Add(new PluginChoice(
            scalar.Text[..at], scalar.Text[(at + 1)..].ToLowerInvariant(), s_defaults.MemoryMib,
            s_defaults.DeadlineMs));
        return Problem(choices[^1]);
    }

    private static string? ReadMap(RawMap map, List<PluginChoice> choices)
    {
        PluginChoice choice = new("", "", s_defaults.MemoryMib, s_defaults.DeadlineMs);
        foreach ((RawScalar key, RawValue raw) in map.Entries)
        {
            if (SettingTypes.ScalarText(raw, out string text) is { } problem)
            {
                return $"{key.Text}: {problem}";
            }
            switch (key.Text)
            {
                case "path":
                    choice = choice with { Path = text };
                    break;
                case "sha256":
                    choice = choice with { Sha256 = text.ToLowerInvariant() };
                    break;
                case "memory_mib" when int.TryParse(text, out int mib) && mib is >= 1 and <= PluginLimits.MemoryMibMax:
                    choice = choice with { MemoryMib = mib };
                    break;
                case "memory_mib":
                    return $"memory_mib: \"{SettingTypes.Shorten(text)}\" is not a whole number from 1 to "
                        + $"{PluginLimits.MemoryMibMax}";
                case "deadline_ms" when int.TryParse(text, out int ms)
                    && ms is >= PluginLimits.DeadlineMsMin and <= PluginLimits.DeadlineMsMax:
                    choice = choice with { DeadlineMs = ms };
                    break;
                case "deadline_ms":
                    return $"deadline_ms: \"{SettingTypes.Shorten(text)}\" is not a whole number from "
                        + $"{PluginLimits.DeadlineMsMin} to {PluginLimits.DeadlineMsMax}";
                default:
                    return $"unknown key \"{SettingTypes.Shorten(key.Text)}\"; allowed: path, sha256, memory_mib, "
                        + "deadline_ms";
            }
        }
        choices.Add(choice);
        return Problem(choice);
    }

    private static string? Problem(PluginChoice choice)
    {
        if (choice.Path.Length == 0 || choice.Path.Contains('\0', StringComparison.Ordinal))
        {
            return choice.Path.Length == 0 ? "\"path\" is missing" : "path: holds a NUL character";
        }
        if (choice.Sha256.Length == 0)
        {
            return $"\"sha256\" of {SettingTypes.Shorten(choice.Path)} is missing; otedama plugin verify FILE prints it";
        }
        return choice.Sha256.Length == 64 && choice.Sha256.All(char.IsAsciiHexDigit)
            ? null
            : $"sha256: \"{SettingTypes.Shorten(choice.Sha256)}\" is not 64 hexadecimal digits";
    }
}
