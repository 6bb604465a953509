using System.Globalization;
using System.Net;
using System.Text;
using System.Xml;

namespace Otedama.Wire;

/// <summary>A gateway's service that maps ports: where it is asked, and under which of its names.</summary>
public sealed record UpnpService(Uri Control, string Type);

/// <summary>What UPnP Internet Gateway Devices 1 and 2 are asked and answer: SSDP, the description, SOAP.</summary>
public static class Upnp
{
    /// <summary>UPnP error codes with a meaning for us.</summary>
    public const int OnlyPermanent = 725, PortTaken = 718;

    private static readonly string[] s_services =
    [
        "urn:schemas-upnp-org:service:WANIPConnection:2", "urn:schemas-upnp-org:service:WANIPConnection:1",
        "urn:schemas-upnp-org:service:WANPPPConnection:1",
    ];

    /// <summary>Where SSDP listens, on the link only.</summary>
    public static IPEndPoint SearchEndpoint => new(IPAddress.Parse("239.255.255.250"), 1900);

    /// <summary>What a search asks for, each a datagram of its own.</summary>
    public static IReadOnlyList<string> Targets { get; } =
    [
        "urn:schemas-upnp-org:device:InternetGatewayDevice:1", "urn:schemas-upnp-org:device:InternetGatewayDevice:2",
            .. s_services,
    ];

    public static byte[] Search(string target) => Encoding.ASCII.GetBytes(
        "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
        + $"MAN: \"ssdp:discover\"\r\nMX: 2\r\nST: {target}\r\n\r\n");

    /// <summary>
    /// The address of the description in an answer to a search. Null unless it answers for a gateway and points to
    /// the very address it came from: otherwise anybody on the link could have us ask any host for anything.
    /// </summary>
    public static Uri? ReadLocation(ReadOnlySpan<byte> reply, IPAddress from)
    {
        if (reply.Length > 2048 || !reply.StartsWith("HTTP/1.1 200"u8))
        {
            return null;
        }
        string? location = null, target = null;
        foreach (string line in Encoding.ASCII.GetString(reply).Split("\r\n").Skip(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string name = colon > 0 ? line[..colon].Trim().ToUpperInvariant() : "";
            location = name == "LOCATION" ? line[(colon + 1)..].Trim() : location;
            target = name == "ST" ? line[(colon + 1)..].Trim() : target;
        }
        return target is not null && Targets.Contains(target) && Uri.TryCreate(location, UriKind.Absolute, out Uri? uri)
            && uri.Scheme == "http" && IPAddress.TryParse(uri.Host, out IPAddress? host) && host.Equals(from) ? uri
                : null;
    }

    /// <summary>
    /// The first service that maps ports, in order of preference. Null when there is none or it lives elsewhere.
    /// </summary>
    public static UpnpService? ReadDescription(string xml, Uri location)
    {
        Dictionary<string, string> controls = [];
        try
        {
            using XmlReader reader = Open(xml);
            string type = "";
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element && reader.LocalName is "serviceType" or "controlURL")
                {
                    bool isType = reader.LocalName == "serviceType";
                    string text = reader.Read() && reader.NodeType == XmlNodeType.Text ? reader.Value.Trim() : "";
                    type = isType ? text : type;
                    if (!isType)
                    {
                        controls.TryAdd(type, text);
                    }
                }
            }
        }
        catch (XmlException)
        {
            return null;
        }
        return s_services.Where(controls.ContainsKey)
            .Select(service =>
                Uri.TryCreate(location, controls[service], out Uri? control) ? new UpnpService(control, service) : null)
            .FirstOrDefault(service =>
                service is not null && service.Control.Host == location.Host && service.Control.Scheme == "http");
    }

    public static string AddMapping(UpnpService service, NatTransport transport, IPAddress client, ushort port,
        ushort externalPort, TimeSpan lease) =>
        Envelope(service, "AddPortMapping", string.Create(CultureInfo.InvariantCulture,
            $"<NewRemoteHost></NewRemoteHost><NewExternalPort>{externalPort}</NewExternalPort>"
            + $"<NewProtocol>{NameOf(transport)}</NewProtocol><NewInternalPort>{port}</NewInternalPort>"
            + $"<NewInternalClient>{client}</NewInternalClient><NewEnabled>1</NewEnabled>"
            + $"<NewPortMappingDescription>otedama</NewPortMappingDescription>"
            + $"<NewLeaseDuration>{(long)lease.TotalSeconds}</NewLeaseDuration>"));

    public static string DeleteMapping(UpnpService service, NatTransport transport, ushort externalPort) =>
        Envelope(service, "DeletePortMapping", string.Create(CultureInfo.InvariantCulture,
            $"<NewRemoteHost></NewRemoteHost><NewExternalPort>{externalPort}</NewExternalPort>"
            + $"<NewProtocol>{NameOf(transport)}</NewProtocol>"));

    public static string GetAddress(UpnpService service) => Envelope(service, "GetExternalIPAddress", "");

    /// <summary>The text of the first element of that name; null when there is none or this is no XML.</summary>
    public static string? Element(string xml, string name)
    {
        try
        {
            using XmlReader reader = Open(xml);
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element && reader.LocalName == name)
                {
                    return reader.Read() && reader.NodeType == XmlNodeType.Text ? reader.Value.Trim() : "";
                }
            }
        }
        catch (XmlException)
        {
            return null;
        }
        return null;
    }

    /// <summary>The header SOAPAction of an action.</summary>
    public static string ActionOf(UpnpService service, string action) => $"\"{service.Type}#{action}\"";

    private static string Envelope(UpnpService service, string action, string arguments) =>
        "<?xml version=\"1.0\"?>\r\n<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" "
        + "s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body>"
        + $"<u:{action} xmlns:u=\"{service.Type}\">{arguments}</u:{action}></s:Body></s:Envelope>\r\n";

    private static string NameOf(NatTransport transport) => transport == NatTransport.Tcp ? "TCP" : "UDP";

    /// <summary>No document types: they can name files and grow without end.</summary>
    private static XmlReader Open(string xml) => XmlReader.Create(
        new StringReader(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
}
