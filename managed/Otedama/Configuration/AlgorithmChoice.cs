using Otedama.Core;

namespace Otedama;

/// <summary>One entry of mining.algorithms.</summary>
internal sealed record AlgorithmChoice(string Name, bool Enabled)
{
    /// <summary>Names a configuration may use; each is also a word of --algo.</summary>
    public static readonly string[] Known = [.. AlgorithmFacts.Choices.Select(static facts => facts.ChoiceName)];

    /// <summary>The plugin's own name when this is a plugin; null otherwise.</summary>
    public string? PluginName => Name.StartsWith(PluginChoice.Prefix, StringComparison.Ordinal)
        && Name.Length > PluginChoice.Prefix.Length
        ? Name[PluginChoice.Prefix.Length..]
        : null;

    private const string EquihashPrefix = "equihash:";

    private static readonly string s_known = $"{string.Join(", ", Known)}, equihash:N,K or equihash:N,K,PERSONAL";

    /// <summary>The parameters when this names a set of Equihash; null otherwise.</summary>
    public EquihashRule? Equihash => Name.StartsWith(EquihashPrefix, StringComparison.Ordinal)
        ? EquihashRule.Parse(Name[EquihashPrefix.Length..], out _)
        : AlgorithmFacts.Choices.FirstOrDefault(facts => facts.ChoiceName == Name)?.Equihash;

    /// <summary>Null for what is not known.</summary>
    public AlgorithmFacts? Facts => PluginName is not null ? AlgorithmFacts.Plugin
        : Equihash is { } rule ? AlgorithmFacts.Of(rule)
        : AlgorithmFacts.Choices.FirstOrDefault(facts => facts.ChoiceName == Name);

    /// <summary>Zero, None, for what is not known.</summary>
    public Algorithm Algorithm => Facts?.Algorithm ?? default;

    public static Setting<IReadOnlyList<AlgorithmChoice>> Setting(string key, string help) => new(
        key,
        help,
        "list of name and enabled",
        $"entries \"name: NAME\" with optional \"enabled: true|false\"; NAME is one of {s_known}, or plugin:NAME of a "
            + "configured plugin",
        [new AlgorithmChoice("sha256d", true)],
        Read,
        static v => $"[{string.Join(", ", v.Select(static a => $"{{name: {a.Name}, enabled: {(a.Enabled ? "true" : "false")}}}"))}]");

    /// <summary>A setting of one algorithm, or none.</summary>
    public static Setting<IReadOnlyList<AlgorithmChoice>> One(string key, string help) => new(
        key,
        help,
        "algorithm",
        $"one of {s_known}, or plugin:NAME of a configured plugin",
        [],
        ReadOne,
        static v => v.Count > 0 ? v[0].Name : "");

    private static string? ReadOne(RawValue raw, out IReadOnlyList<AlgorithmChoice> value)
    {
        value = [];
        if (SettingTypes.ScalarText(raw, out string text) is { } notOne)
        {
            return notOne;
        }
        return text.Length == 0 ? null : Read(raw, out value) is { } problem ? problem : value.Count == 1 ? null
            : "expected one algorithm";
    }

    private static string? Read(RawValue raw, out IReadOnlyList<AlgorithmChoice> value)
    {
        List<AlgorithmChoice> choices = [];
        value = choices;
        switch (raw)
        {
            case RawScalar scalar:
                choices.AddRange(Names(scalar.Text).Select(static name => new AlgorithmChoice(Canonical(name), true)));
                break;
            case RawList list:
                foreach (RawValue item in list.Items)
                {
                    if (ReadEntry(item, choices) is { } problem)
                    {
                        return item.Line > 0 ? $"{problem}, in the entry at line {item.Line}" : problem;
                    }
                }
                break;
            default:
                return "expected a list";
        }
        AlgorithmChoice? unknown = choices.Find(static c => c.Facts is null);
        if (unknown is not null)
        {
            if (unknown.Name.StartsWith(EquihashPrefix, StringComparison.Ordinal))
            {
                _ = EquihashRule.Parse(unknown.Name[EquihashPrefix.Length..], out string wrong);
                return wrong;
            }
            return $"algorithm \"{SettingTypes.Shorten(unknown.Name)}\" is none of "
                + $"{s_known}{Nearest.Suggest(unknown.Name, Known)}";
        }
        return choices.Count > 0 ? null : "the list is empty";
    }

    private static string? ReadEntry(RawValue item, List<AlgorithmChoice> choices)
    {
        if (item is RawScalar bare)
        {
            choices.Add(new AlgorithmChoice(Canonical(bare.Text), true));
            return null;
        }
        if (item is not RawMap map)
        {
            return "expected \"name: NAME\"";
        }
        string? name = null;
        bool enabled = true;
        foreach ((RawScalar key, RawValue raw) in map.Entries)
        {
            if (SettingTypes.ScalarText(raw, out string text) is { } problem)
            {
                return $"{key.Text}: {problem}";
            }
            switch (key.Text)
            {
                case "name":
                    name = Canonical(text);
                    break;
                case "enabled" when text is "true" or "false":
                    enabled = text == "true";
                    break;
                case "enabled":
                    return $"enabled: \"{SettingTypes.Shorten(text)}\" is neither true nor false";
                default:
                    return $"unknown key \"{SettingTypes.Shorten(key.Text)}\"";
            }
        }
        if (name is null)
        {
            return "\"name\" is missing";
        }
        choices.Add(new AlgorithmChoice(name, enabled));
        return null;
    }

    /// <summary>
    /// Names between commas; parameters of Equihash have commas of their own and no letters before the last.
    /// </summary>
    private static List<string> Names(string text)
    {
        List<string> names = [];
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            bool continues = names.Count > 0 && names[^1].StartsWith(EquihashPrefix, StringComparison.OrdinalIgnoreCase)
                && names[^1].Count(static c => c == ',') < 2
                && !Known.Contains(Canonical(part)) && !part.Contains(':', StringComparison.Ordinal);
            if (continues)
            {
                names[^1] += "," + part;
            }
            else
            {
                names.Add(part);
            }
        }
        return names;
    }

    private static string Canonical(string name)
    {
        if (name.StartsWith(EquihashPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return EquihashPrefix + name[EquihashPrefix.Length..]; // a personalisation has upper and lower case
        }
        string lower = name.ToLowerInvariant();
        return lower switch
        {
            "sha256" or "sha-256d" or "sha-256" => "sha256d",
            "zelhash" => "flux",
            "verus" => "verushash",
            _ => lower,
        };
    }
}
