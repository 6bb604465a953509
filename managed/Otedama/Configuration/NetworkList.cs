using System.Net;

namespace Otedama;

/// <summary>Settings that are lists of networks of addresses.</summary>
internal static class NetworkList
{
    private const int EntriesMax = 256;

    public static Setting<IReadOnlyList<IPNetwork>> Setting(
        string key, string[] value, string help, string? notYet = null) => new(
        key,
        help,
        "list of networks",
        "networks such as 10.0.0.0/8, or addresses such as 192.0.2.7 or 2001:db8::7",
        [.. value.Select(static text => IPNetwork.Parse(text))],
        Read,
        static networks => $"[{string.Join(", ", networks)}]")
        {
            NotYet = notYet,
        };

    private static string? Read(RawValue raw, out IReadOnlyList<IPNetwork> value)
    {
        List<IPNetwork> networks = [];
        value = networks;
        IEnumerable<RawValue> items = raw switch
        {
            RawList list => list.Items,
            RawScalar scalar =>
                scalar.Text.Trim('[', ']')
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(static text => new RawScalar(text)),
            _ => [new RawScalar("")],
        };
        foreach (RawValue item in items)
        {
            string text = item is RawScalar { Text: var given } ? given : "";
            if (!PlainAddress.TryParse(text, out IPNetwork network))
            {
                return $"\"{SettingTypes.Shorten(text)}\" is no network";
            }
            networks.Add(network);
        }
        return networks.Count <= EntriesMax ? null : $"{networks.Count} entries are more than {EntriesMax}";
    }
}
