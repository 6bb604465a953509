using System.Globalization;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>
/// stratum2+tcp://host:port/KEY; the schemes stratum+sv2 and sv2+tcp mean the same. KEY is the authority's public key.
/// </summary>
public sealed record Sv2Url(string Host, int Port, byte[] AuthorityX)
{
    /// <summary>Longest text looked at, characters: a host name of 253, and the rest.</summary>
    public const int CharactersMax = 400;

    private static readonly string[] s_schemes = ["stratum2+tcp://", "stratum+sv2://", "sv2+tcp://"];

    public static bool IsOne(string text) =>
        s_schemes.Any(scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <summary>error is a sentence that names what is wrong when false.</summary>
    public static bool TryParse(string text, out Sv2Url? url, out string error)
    {
        url = null;
        error = "";
        string? scheme = s_schemes.FirstOrDefault(s => text.StartsWith(s, StringComparison.OrdinalIgnoreCase));
        if (scheme is null || text.Length > CharactersMax)
        {
            error = $"a Stratum V2 address is stratum2+tcp://host:port/KEY, of at most {CharactersMax} characters";
            return false;
        }
        string rest = text[scheme.Length..];
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string place = slash < 0 ? rest : rest[..slash];
        int colon = place.LastIndexOf(':');
        string host = colon < 0 ? place : place[..colon];
        bool isBracketed = host.StartsWith('[') && host.EndsWith(']');
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown
            || (host.Contains(':', StringComparison.Ordinal) && !isBracketed))
        {
            error = $"\"{Hex.Shorten(host)}\" is no host name or address; an IPv6 address goes into brackets";
            return false;
        }
        string digits = colon < 0 ? "" : place[(colon + 1)..];
        if (!ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
        {
            error = $"\"{Hex.Shorten(place)}\" has no port from 1 to 65535 after a colon";
            return false;
        }
        string key = slash < 0 ? "" : rest[(slash + 1)..].TrimEnd('/');
        if (key.Length == 0)
        {
            error = "the authority key is missing: stratum2+tcp://host:port/KEY. A pool publishes it with its address";
            return false;
        }
        if (!Sv2AuthorityKey.TryParse(key, out byte[] publicX, out error))
        {
            return false;
        }
        url = new Sv2Url(isBracketed ? host[1..^1] : host, port, publicX);
        return true;
    }

    public override string ToString() =>
        FormattableString.Invariant($"stratum2+tcp://{Place}:{Port}/{Sv2AuthorityKey.Format(AuthorityX)}");

    private string Place => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
}
