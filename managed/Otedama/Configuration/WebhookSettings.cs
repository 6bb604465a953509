namespace Otedama;

/// <summary>The settings of the webhooks; their addresses often hold a key and are shown as stars.</summary>
internal static class WebhookSettings
{
    private const int UrlsMax = 16;

    public static Setting<IReadOnlyList<string>> Urls(string key, string help) => new(
        key, help, "list", "addresses such as https://chat.example/hooks/KEY", [], ReadUrls, static urls =>
            urls.Count == 0 ? "[]" : $"[{string.Join(", ", urls)}]")
    {
        Secret = true,
    };

    public static Setting<IReadOnlyList<string>> Events(string key, string help)
    {
        string allowed = string.Join(", ", AlertKind.All);
        return new(key, $"{help} Empty = all.", "list", $"a list of {allowed}", [], Read, static words =>
            $"[{string.Join(", ", words)}]");

        string? Read(RawValue raw, out IReadOnlyList<string> value)
        {
            string? problem = ReadList(raw, out value);
            return problem ?? (value.FirstOrDefault(static word => !AlertKind.All.Contains(word)) is { } wrong
                ? $"\"{SettingTypes.Shorten(wrong)}\" is none of {allowed}"
                : null);
        }
    }

    private static string? ReadUrls(RawValue raw, out IReadOnlyList<string> value)
    {
        if (ReadList(raw, out value) is { } problem)
        {
            return problem;
        }
        for (int i = 0; i < value.Count; i++)
        {
            if (!Uri.TryCreate(value[i], UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https"))
            {
                // it may be a secret: not shown
                return $"entry {i + 1} is not an address that begins with http:// or https://";
            }
        }
        return value.Count <= UrlsMax ? null : $"{value.Count} entries are more than {UrlsMax}";
    }

    private static string? ReadList(RawValue raw, out IReadOnlyList<string> value)
    {
        value = raw switch
        {
            RawScalar scalar =>
                scalar.Text.Trim('[', ']')
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            RawList list when list.Items.All(static item => item is RawScalar) =>
                [.. list.Items.Cast<RawScalar>().Select(static item => item.Text)],
            _ => [],
        };
        return raw is RawScalar or RawList && (value.Count > 0 || raw is RawScalar or RawList { Items.Count: 0 }) ? null
            : "expected a list of plain values";
    }
}
