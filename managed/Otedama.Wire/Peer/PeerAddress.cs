using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>
/// Where a node is and, when known, who it has to be. Read from otp2p://NODEID@host:port, enode://X‖Y@host:port and
/// host:port; IPv6 addresses stand in brackets.
/// </summary>
public sealed record PeerAddress
{
    private const int TextMax = 512, HostMax = 253, LabelMax = 63;
    private const string OwnScheme = "otp2p://", EthereumScheme = "enode://";
    private const string Forms =
        "Write otp2p://NODEID@host:port, enode://KEY@host:port or host:port; IPv6 addresses in brackets";

    private PeerAddress(NodeId? id, string host, int port) => (Id, Host, Port) = (id, host, port);

    /// <summary>Null: whoever answers there is that node from then on.</summary>
    public NodeId? Id { get; }

    /// <summary>A name or an address, without brackets, in lower case.</summary>
    public string Host { get; }

    public int Port { get; }

    /// <summary>False with a sentence that names the value, what is wrong with it and what is allowed.</summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out PeerAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        error = Read(text, ref address);
        if (error is not null)
        {
            string shown = PlainText.Of(text.Length <= TextMax ? text : text[..32] + "...");
            error = $"\"{shown}\" is no peer address: {error}. {Forms}.";
        }
        return error is null;
    }

    /// <summary>The canonical form; that of an address without a node id is host:port.</summary>
    public override string ToString()
    {
        string host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        string place = string.Create(CultureInfo.InvariantCulture, $"{host}:{Port}");
        return Id is { } id ? $"{OwnScheme}{id}@{place}" : place;
    }

    private static string? Read(string text, ref PeerAddress? address)
    {
        if (text.Length > TextMax)
        {
            return $"it has {text.Length} characters; {TextMax} are allowed";
        }
        NodeId? id = null;
        ReadOnlySpan<char> place = text;
        bool isOwn = text.StartsWith(OwnScheme, StringComparison.OrdinalIgnoreCase);
        if (isOwn || text.StartsWith(EthereumScheme, StringComparison.OrdinalIgnoreCase))
        {
            int at = text.IndexOf('@', StringComparison.Ordinal);
            if (at < 0)
            {
                return "an \"@\" between key and host is missing";
            }
            ReadOnlySpan<char> key = text.AsSpan(OwnScheme.Length, at - OwnScheme.Length);
            if ((isOwn ? ReadId(key, out NodeId named) : ReadKey(key, out named)) is { } problem)
            {
                return problem;
            }
            id = named;
            place = text.AsSpan(at + 1);
            if (!isOwn && DropDiscoveryPort(ref place) is { } query)
            {
                return query;
            }
        }
        return ReadPlace(place, id, ref address);
    }

    private static string? ReadId(ReadOnlySpan<char> hex, out NodeId id) => NodeId.TryParse(hex, out id) ? null
        : $"the node id has to be 64 hex digits, and these are {hex.Length} characters";

    /// <summary>X and Y of a P-256 key. Ethereum writes those of another curve in the same form.</summary>
    private static string? ReadKey(ReadOnlySpan<char> hex, out NodeId id)
    {
        id = default;
        Span<byte> key = stackalloc byte[P256.KeyPrefix.Length + P256.PointBytes];
        P256.KeyPrefix.CopyTo(key);
        Span<byte> point = key[P256.KeyPrefix.Length..];
        if (hex.Length != 2 * P256.PointBytes
            || Convert.FromHexString(hex, point, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return $"the key has to be 128 hex digits, and these are {hex.Length} characters";
        }
        if (!P256.IsOnCurve(point))
        {
            return "this looks like an Ethereum (secp256k1) enode; Otedama nodes use P-256";
        }
        id = NodeId.OfKey(key);
        return null;
    }

    /// <summary>Ethereum's second port, which means nothing here.</summary>
    private static string? DropDiscoveryPort(ref ReadOnlySpan<char> place)
    {
        const string Query = "?discport=";
        int start = place.IndexOf('?');
        if (start < 0)
        {
            return null;
        }
        ReadOnlySpan<char> query = place[start..];
        place = place[..start];
        return query.StartsWith(Query, StringComparison.Ordinal)
            && ushort.TryParse(query[Query.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? null : "only ?discport=NUMBER may follow the port";
    }

    private static string? ReadPlace(ReadOnlySpan<char> place, NodeId? id, ref PeerAddress? address)
    {
        int colon = place.LastIndexOf(':');
        if (colon < 0 || place.EndsWith("]"))
        {
            return "the port is missing";
        }
        ReadOnlySpan<char> number = place[(colon + 1)..];
        if (!ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
        {
            return $"the port \"{number}\" is not a number from 1 to 65535";
        }
        string host = place[..colon].ToString().ToLowerInvariant();
        bool isBracketed = host.StartsWith('[') && host.EndsWith(']');
        string? problem = isBracketed ? ReadV6(ref host)
            : host.Contains(':', StringComparison.Ordinal)
                ? "an IPv6 address has to stand in brackets, as in [::1]:3335"
            : CheckHost(host);
        address = problem is null ? new PeerAddress(id, host, port) : null;
        return problem;
    }

    private static string? ReadV6(ref string host)
    {
        string inner = host[1..^1];
        if (!IPAddress.TryParse(inner, out IPAddress? address) || address.AddressFamily != AddressFamily.InterNetworkV6
            || inner.Contains('%', StringComparison.Ordinal) || inner.Contains('[', StringComparison.Ordinal))
        {
            return $"\"{inner}\" is no IPv6 address";
        }
        host = address.ToString();
        return null;
    }

    private static string? CheckHost(string host)
    {
        if (host.Length is 0 or > HostMax)
        {
            return $"the host has {host.Length} characters; 1 to {HostMax} are allowed";
        }
        string[] labels = host.Split('.');
        if (labels.All(static label => label.All(char.IsAsciiDigit)))
        {
            bool isAddress = labels.Length == 4 && labels.All(static label =>
                byte.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out byte part)
                && label == part.ToString(CultureInfo.InvariantCulture));
            return isAddress ? null : $"\"{host}\" is no IPv4 address";
        }
        bool isName = labels.All(static label => label.Length is > 0 and <= LabelMax
            && label[0] != '-' && label[^1] != '-'
            && label.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
        return isName ? null : $"\"{host}\" is no host name";
    }
}
