using System.Globalization;

namespace Otedama;

/// <summary>One entry of pool.ports: a further Stratum port with a difficulty of its own.</summary>
internal sealed record PortChoice(int Port, decimal Difficulty, bool IsFixed)
{
    /// <summary>Largest difficulty that can be given.</summary>
    public const decimal DifficultyMax = 1_000_000_000_000_000m;

    /// <summary>Smallest difficulty that can be told to a miner.</summary>
    public const decimal DifficultyMin = 0.000000001m;

    private const int EntriesMax = 16;

    public static Setting<IReadOnlyList<PortChoice>> Setting(string key, string help) => new(
        key,
        help,
        "list of port and difficulty",
        "entries \"port: NUMBER\" with \"difficulty: NUMBER\" (where miners begin) or \"difficulty_fixed: NUMBER\" "
            + "(where they stay); "
            + "short form PORT=DIFFICULTY",
        [],
        Read,
        static v => $"[{string.Join(", ", v.Select(static p => p.Shown))}]");

    private string Shown => string.Create(
        CultureInfo.InvariantCulture,
        $"{{port: {Port}, {(IsFixed ? "difficulty_fixed" : "difficulty")}: {Difficulty}}}");

    private static string? Read(RawValue raw, out IReadOnlyList<PortChoice> value)
    {
        List<PortChoice> choices = [];
        value = choices;
        IEnumerable<RawValue>? items = raw switch
        {
            RawList list => list.Items,
            RawScalar scalar =>
                scalar.Text.Trim('[', ']')
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(static text => new RawScalar(text)),
            _ => null,
        };
        if (items is null)
        {
            return "expected a list";
        }
        foreach (RawValue item in items)
        {
            string? problem = item is RawMap map ? ReadMap(map, choices) : ReadShort(item, choices);
            if (problem is not null)
            {
                return item.Line > 0 ? $"{problem}, in the entry at line {item.Line}" : problem;
            }
            if (choices.FindIndex(choice => choice.Port == choices[^1].Port) < choices.Count - 1)
            {
                return $"port {choices[^1].Port} stands there twice";
            }
        }
        return choices.Count <= EntriesMax ? null : $"{choices.Count} entries are more than {EntriesMax}";
    }

    private static string? ReadShort(RawValue item, List<PortChoice> choices)
    {
        if (item is not RawScalar scalar || scalar.Text.Split('=') is not [string port, string difficulty])
        {
            return "expected \"port: NUMBER\" and \"difficulty: NUMBER\", or PORT=DIFFICULTY";
        }
        return Add(choices, port, difficulty, isFixed: false);
    }

    private static string? ReadMap(RawMap map, List<PortChoice> choices)
    {
        (string port, string difficulty, bool isFixed) = ("", "", false);
        foreach ((RawScalar key, RawValue raw) in map.Entries)
        {
            if (SettingTypes.ScalarText(raw, out string text) is { } problem)
            {
                return $"{key.Text}: {problem}";
            }
            switch (key.Text)
            {
                case "port":
                    port = text;
                    break;
                case "difficulty" or "difficulty_fixed" when difficulty.Length == 0:
                    (difficulty, isFixed) = (text, key.Text == "difficulty_fixed");
                    break;
                case "difficulty" or "difficulty_fixed":
                    return "difficulty and difficulty_fixed exclude each other";
                default:
                    return $"unknown key \"{SettingTypes.Shorten(key.Text)}\"; allowed: port, difficulty, "
                        + "difficulty_fixed";
            }
        }
        return Add(choices, port, difficulty, isFixed);
    }

    private static string? Add(List<PortChoice> choices, string port, string difficulty, bool isFixed)
    {
        if (!int.TryParse(port.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            || number is < 1 or > 65_535)
        {
            return $"port: \"{SettingTypes.Shorten(port)}\" is not a whole number from 1 to 65535";
        }
        bool good = decimal.TryParse(
            difficulty.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount)
            && amount is >= DifficultyMin and <= DifficultyMax;
        choices.Add(new PortChoice(number, amount, isFixed));
        return good
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"difficulty of port {number}: \"{SettingTypes.Shorten(difficulty)}\" is not a number from "
                    + $"{DifficultyMin} to {DifficultyMax}");
    }
}
