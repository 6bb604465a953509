using System.Text;

namespace Otedama;

/// <summary>
/// One entry of a list of addresses: the URL alone, or a group of keys with "url" and the fields that the setting
/// allows. A field that was not given is empty.
/// </summary>
internal sealed record UrlEntry(string Url, IReadOnlyDictionary<string, string> Fields)
{
    private const int EntriesMax = 256;

    private static readonly string[] s_paths = ["cookie", "password_file"];

    public UrlEntry(string url)
        : this(url, new Dictionary<string, string>())
    {
    }

    /// <summary>A field beside the URL; empty when it was not given.</summary>
    public string this[string field] => Fields.GetValueOrDefault(field, "");

    /// <summary>The URL for people: without user and password.</summary>
    public string ShownUrl => HideLogin(Url);

    /// <summary>A path in a file is relative to that file.</summary>
    private UrlEntry Below(string folder) => s_paths.Any(path => this[path].Length > 0)
        ? this with
        {
            Fields = Fields.ToDictionary(static field => field.Key, field =>
                s_paths.Contains(field.Key) ? SettingTypes.Below(folder, field.Value) : field.Value),
        }
        : this;

    /// <param name="fields">Keys an entry may have beside "url".</param>
    /// <param name="secrets">Those of the fields that are shown as stars.</param>
    /// <param name="lead">The key of what the entry is about, instead of "url".</param>
    public static Setting<IReadOnlyList<UrlEntry>> Setting(
        string key, string help, string example, string[] fields, string[] secrets, string lead = "url") => new(
        key,
        help,
        lead == "url" ? "list of URLs or groups" : "list of names or groups",
        $"{(lead == "url" ? "addresses" : "entries")} such as {example}, or entries \"{lead}: {lead.ToUpperInvariant()}\" with optional {string.Join(", ", fields)}",
        [],
        (RawValue raw, out IReadOnlyList<UrlEntry> value) => Read(raw, lead, fields, out value),
        entries => $"[{string.Join(", ", entries.Select(entry => Show(entry, lead, secrets)))}]")
        {
            Rebase = static (folder, entries) => [.. entries.Select(entry => entry.Below(folder))],
        };

    /// <summary>
    /// A URL without user and password. In text that is no URL everything before the last @ goes: a password with a
    /// slash is no URL, and must not be shown either.
    /// </summary>
    public static string HideLogin(string url)
    {
        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        int start = scheme < 0 ? 0 : scheme + 3;
        ReadOnlySpan<char> rest = url.AsSpan(start);
        int end = Uri.TryCreate(url, UriKind.Absolute, out _) ? rest.IndexOfAny('/', '?', '#') : -1;
        int at = (end < 0 ? rest : rest[..end]).LastIndexOf('@');
        return at < 0 ? url : string.Concat(url.AsSpan(0, start), rest[(at + 1)..]);
    }

    private static string? Read(RawValue raw, string lead, string[] fields, out IReadOnlyList<UrlEntry> value)
    {
        List<UrlEntry> entries = [];
        value = entries;
        switch (raw)
        {
            case RawScalar scalar:
                entries.AddRange(SettingTypes.Items(scalar.Text).Select(static url => new UrlEntry(url)));
                break;
            case RawList list:
                foreach (RawValue item in list.Items)
                {
                    if (ReadEntry(item, lead, fields, entries) is { } problem)
                    {
                        return item.Line > 0 ? $"{problem}, in the entry at line {item.Line}" : problem;
                    }
                }
                break;
            default:
                return "expected a list";
        }
        return entries.Count <= EntriesMax ? null : $"{entries.Count} entries are more than {EntriesMax}";
    }

    private static string? ReadEntry(RawValue item, string lead, string[] fields, List<UrlEntry> entries)
    {
        if (item is not RawMap map)
        {
            entries.Add(new UrlEntry(item is RawScalar bare ? bare.Text : ""));
            return item is RawScalar { Text.Length: > 0 } ? null
                : $"expected a {(lead == "url" ? "URL" : "value")} or \"{lead}: {lead.ToUpperInvariant()}\"";
        }
        string url = "";
        Dictionary<string, string> values = [];
        foreach ((RawScalar key, RawValue raw) in map.Entries)
        {
            if (key.Text != lead && !fields.Contains(key.Text))
            {
                string[] allowed = [lead, .. fields];
                return $"unknown key \"{SettingTypes.Shorten(key.Text)}\"{Nearest.Suggest(key.Text, allowed)}; "
                    + $"allowed: {string.Join(", ", allowed)}";
            }
            if (SettingTypes.ScalarText(raw, out string text) is { } problem)
            {
                return $"{key.Text}: {problem}";
            }
            if (key.Text == lead)
            {
                url = text;
            }
            else
            {
                values[key.Text] = text;
            }
        }
        entries.Add(new UrlEntry(url, values));
        return url.Length > 0 ? null : $"\"{lead}\" is missing";
    }

    private static string Show(UrlEntry entry, string lead, string[] secrets)
    {
        if (entry.Fields.Values.All(static value => value.Length == 0))
        {
            return entry.ShownUrl;
        }
        StringBuilder text = new($"{{{lead}: {entry.ShownUrl}");
        foreach ((string field, string value) in entry.Fields.Where(static field => field.Value.Length > 0))
        {
            text.Append($", {field}: {(secrets.Contains(field) ? "********" : HideLogin(value))}");
        }
        return text.Append('}').ToString();
    }
}
