using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Otedama.Core;

namespace Otedama.Mining;

/// <summary>
/// Where a pool listens: stratum+tcp://host:port, stratum+ssl://host:port, tcp://, ssl:// or plain host:port. A TLS address
/// may pin the server's certificate: stratum+ssl://host:port#sha256=64-hex-digits.
/// </summary>
public sealed record PoolUrl
{
    private const string Forms = "stratum+tcp://host:port, stratum+ssl://host:port, tcp://host:port or host:port";

    private PoolUrl(string host, int port, bool tls, string? pin) => (Host, Port, Tls, CertificatePin) = (host, port, tls, pin);

    /// <summary>Name or address, lower case, IPv6 without brackets.</summary>
    public string Host { get; }

    public int Port { get; }

    public bool Tls { get; }

    /// <summary>
    /// SHA-256 of the server's certificate (DER), 64 lower-case hex digits; null = verify by the system's CAs.
    /// </summary>
    public string? CertificatePin { get; }

    public static PoolUrl Parse(string text) =>
        TryParse(text, out PoolUrl? url, out string? error) ? url : throw new FormatException(error);

    public static bool TryParse(string text, [NotNullWhen(true)] out PoolUrl? url, [NotNullWhen(false)] out string? error)
    {
        url = null;
        string shown = Hex.Shorten(WithoutLogin(text));
        string rest = text.Trim();
        string? fragment = null;
        int hash = rest.IndexOf('#', StringComparison.Ordinal);
        if (hash >= 0)
        {
            fragment = rest[(hash + 1)..];
            rest = rest[..hash];
        }
        bool tls = false;
        int scheme = rest.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            string name = rest[..scheme].ToLowerInvariant();
            tls = name is "stratum+ssl" or "stratum+tls" or "ssl" or "tls";
            if (!tls && name is not ("stratum+tcp" or "tcp" or "stratum"))
            {
                return Fail($"pool URL \"{shown}\": scheme \"{name}\" is not known; use {Forms}", out error);
            }
            rest = rest[(scheme + 3)..];
        }
        rest = rest.TrimEnd('/');
        if (!TrySplitHost(rest, out string host, out int port, out string? reason))
        {
            return Fail($"pool URL \"{shown}\": {reason}; use {Forms}", out error);
        }
        if (!TryParsePin(fragment, tls, out string? pin, out reason))
        {
            return Fail($"pool URL \"{shown}\": {reason}", out error);
        }
        url = new PoolUrl(host, port, tls, pin);
        error = null;
        return true;
    }

    /// <summary>
    /// The same pool under another address; client.reconnect uses it. TLS and pin stay: no downgrade.
    /// </summary>
    public PoolUrl WithAddress(string host, int port) => new(host.ToLowerInvariant(), port, Tls, CertificatePin);

    /// <summary>Host and port for people, and whether the way there is encrypted.</summary>
    public string Place => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}{(Tls ? " (TLS)" : "")}");

    public override string ToString()
    {
        string host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        return string.Create(CultureInfo.InvariantCulture, $"{(Tls ? "stratum+ssl" : "stratum+tcp")}://{host}:{Port}");
    }

    /// <summary>A password given by mistake is not repeated.</summary>
    private static string WithoutLogin(string text)
    {
        int at = text.LastIndexOf('@');
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        return at < 0 ? text : (scheme >= 0 && scheme < at ? text[..(scheme + 3)] : "") + text[(at + 1)..];
    }

    private static bool TrySplitHost(string text, out string host, out int port, out string? error)
    {
        host = "";
        port = 0;
        if (text.Contains('@', StringComparison.Ordinal))
        {
            error = "user and password do not belong in the URL; give them as --wallet and --password";
            return false;
        }
        int colon = text.LastIndexOf(':');
        if (colon < 0 || text.EndsWith(']'))
        {
            error = "the port is missing";
            return false;
        }
        host = text[..colon].ToLowerInvariant();
        string portText = text[(colon + 1)..];
        if (!int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)
        {
            error = $"port \"{portText}\" is out of range 1-65535";
            return false;
        }
        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        host = bracketed ? host[1..^1] : host;
        bool valid = bracketed
            ? IPAddress.TryParse(host, out IPAddress? address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            : Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
        error = valid ? null : $"\"{host}\" is not a host name or address (IPv6 goes in brackets, no path after the port)";
        return valid;
    }

    private static bool TryParsePin(string? fragment, bool tls, out string? pin, out string? error)
    {
        pin = null;
        error = null;
        if (fragment is null)
        {
            return true;
        }
        if (!tls)
        {
            error = "a certificate pin needs stratum+ssl://";
            return false;
        }
        string text = fragment.StartsWith("sha256=", StringComparison.OrdinalIgnoreCase) ? fragment[7..] : "";
        text = text.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
        if (text.Length != 64 || !text.All(char.IsAsciiHexDigitLower))
        {
            error = $"fragment \"#{Hex.Shorten(fragment)}\" is not a pin; write #sha256= and the 64 hex digits that "
                + "`openssl x509 -fingerprint -sha256` prints";
            return false;
        }
        pin = text;
        return true;
    }

    private static bool Fail(string message, out string error)
    {
        error = message;
        return false;
    }
}
