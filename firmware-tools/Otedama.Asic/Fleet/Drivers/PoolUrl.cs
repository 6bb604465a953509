using System.Globalization;

namespace Otedama.Asic;

/// <summary>Parts of a pool's URL, as devices that keep host and port apart want them.</summary>
public sealed record PoolUrl(string Scheme, string Host, int Port)
{
    private static readonly string[] s_schemes = ["stratum+tcp", "stratum+ssl", "stratum+tls", "stratum2+tcp",
        "stratum2+tls"];

    /// <summary>The link to the pool is encrypted.</summary>
    public bool IsTls => Scheme is "stratum+ssl" or "stratum+tls" or "stratum2+tls";

    /// <summary>What is wrong with it as the address of a pool that devices are to mine on; null = nothing.</summary>
    public static string? Problem(string url) => Parse(url) is not { } parsed
            ? "is not of the form stratum+tcp://host:port, with a port from 1 to 65535"
        : !s_schemes.Contains(parsed.Scheme)
            ? $"begins with {parsed.Scheme}://; allowed are {string.Join(", ", s_schemes)}"
        : Uri.CheckHostName(parsed.Host.Trim('[', ']')) == UriHostNameType.Unknown ? "names no host"
        : null;

    /// <summary>Null when it is none; without a scheme it is stratum+tcp.</summary>
    public static PoolUrl? Parse(string url)
    {
        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        string name = scheme < 0 ? "stratum+tcp" : url[..scheme].ToLowerInvariant();
        string rest = (scheme < 0 ? url : url[(scheme + 3)..]).Split('/')[0];
        int colon = rest.LastIndexOf(':');
        if (colon <= 0 || rest.Contains('@', StringComparison.Ordinal) || rest.Any(char.IsWhiteSpace)
            || !int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
                || port is < 1 or > 65535)
        {
            return null;
        }
        return new PoolUrl(name, rest[..colon], port);
    }

    /// <summary>The same pool, whatever the case of the host and whether the scheme was written.</summary>
    public static bool Same(string one, string other) =>
        Parse(one) is { } a && Parse(other) is { } b
            ? a.Port == b.Port && a.Host.Equals(b.Host, StringComparison.OrdinalIgnoreCase)
            : one.Equals(other, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Scheme}://{Host}:{Port}");
}
