using System.Text.Json;
using Otedama.Tests.App;

namespace Otedama.Tests.Dht;

/// <summary>Datagrams recorded from libtorrent, Transmission, aria2 and bittorrent-dht (tests/vectors/dht.json).</summary>
internal static class DhtVectors
{
    public static readonly JsonElement All = JsonDocument.Parse(Repository.Read("tests/vectors/dht.json")).RootElement;

    /// <summary>All exchanges: whose answer it is, and the exchange.</summary>
    public static IEnumerable<(string Peer, JsonElement Exchange)> Exchanges()
    {
        foreach (JsonProperty peer in All.GetProperty("exchanges").EnumerateObject())
        {
            foreach (JsonElement exchange in peer.Value.EnumerateArray())
            {
                yield return (peer.Name, exchange);
            }
        }
        foreach (JsonElement exchange in All.GetProperty("bep42").GetProperty("enforcing_exchange").EnumerateArray())
        {
            yield return ("enforcing", exchange);
        }
    }

    /// <summary>Null when there is no such text.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static byte[]? Bytes(this JsonElement element, string name) =>
        element.Text(name) is { Length: > 0 } hex ? Convert.FromHexString(hex) : null;
}
