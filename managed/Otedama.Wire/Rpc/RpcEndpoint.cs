namespace Otedama.Wire;

/// <summary>Where a node's JSON-RPC listens and how to log in there. Its text never shows a password.</summary>
public sealed record RpcEndpoint
{
    /// <summary>Short name for logs and tables: host and port.</summary>
    public required string Name { get; init; }

    /// <summary>Without user information.</summary>
    public required Uri Uri { get; init; }

    /// <summary>Empty when the cookie file is used or nothing is asked for.</summary>
    public string User { get; init; } = "";

    public string Password { get; init; } = "";

    /// <summary>File with "user:password" that the node rewrites at each start; null = not used.</summary>
    public string? CookiePath { get; init; }

    /// <summary>
    /// Reads "http://user:password@host:port/path"; user and password given apart win over those in the URL, and both
    /// over a cookie file. Throws FormatException naming what is wrong.
    /// </summary>
    public static RpcEndpoint Parse(string url, string user = "", string password = "", string? cookiePath = null)
    {
        string text = url.Contains("://", StringComparison.Ordinal) ? url : "http://" + url;
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0)
        {
            throw new FormatException("node URL is not an address; expected http://user:password@host:port");
        }
        if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
        {
            throw new FormatException($"node URL has scheme \"{uri.Scheme}\"; allowed are http and https");
        }
        string[] parts = uri.UserInfo.Split(':', 2);
        return new RpcEndpoint
        {
            Name = $"{uri.Host}:{uri.Port}",
            Uri = new UriBuilder(uri) { UserName = "", Password = "", Fragment = "" }.Uri,
            User = user.Length > 0 ? user : Uri.UnescapeDataString(parts[0]),
            Password = password.Length > 0 ? password : parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "",
            CookiePath = string.IsNullOrEmpty(cookiePath) ? null : cookiePath,
        };
    }

    public bool HasPassword => User.Length > 0 || Password.Length > 0;

    public override string ToString() => Name;
}
