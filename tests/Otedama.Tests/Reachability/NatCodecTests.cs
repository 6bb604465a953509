using System.Net;
using System.Text;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Reachability;

/// <summary>
/// Bytes recorded between a client 192.168.77.2 and miniupnpd 2.3.1 on 192.168.77.1, outside 44.200.0.9.
/// </summary>
public sealed class NatCodecTests
{
    private const string PcpMap =
        "0201000000001c2000000000000000000000ffffc0a84d02471d541e305df0d36f1c678f060000000d080d08"
        + "00000000000000000000ffff00000000";
    private const string PcpGrant =
        "0281000000001c2000000a93000000000000000000000000471d541e305df0d36f1c678f060000000d080d08"
        + "00000000000000000000ffff2cc80009";
    private const string PcpDelete =
        "020100000000000000000000000000000000ffffc0a84d02471d541e305df0d36f1c678f060000000d080000"
        + "00000000000000000000ffff00000000";
    private static readonly IPAddress s_client = IPAddress.Parse("192.168.77.2"),
        s_outside = IPAddress.Parse("44.200.0.9");
    private static readonly byte[] s_nonce = Convert.FromHexString("471d541e305df0d36f1c678f");
    private static readonly Uri s_location = new("http://192.168.77.1:5000/rootDesc.xml");

    [Fact]
    public void Pcp_is_asked_in_the_recorded_bytes()
    {
        Assert.Equal(PcpMap, Hex(Pcp.Map(NatTransport.Tcp, s_nonce, s_client, 3336, 3336, TimeSpan.FromHours(2))));
        Assert.Equal(PcpDelete, Hex(Pcp.Map(NatTransport.Tcp, s_nonce, s_client, 3336, 0, TimeSpan.Zero)));
    }

    [Fact]
    public void Pcp_answers_are_read_and_others_are_not_ours()
    {
        byte[] reply = Convert.FromHexString(PcpGrant);
        NatAnswer answer = NatAnswer.Yes(new NatGrant(s_outside, 3336, TimeSpan.FromHours(2), 0xa93));
        Assert.Equal(answer, Pcp.ReadMap(reply, NatTransport.Tcp, s_nonce, 3336));
        Assert.Null(Pcp.ReadMap(reply, NatTransport.Udp, s_nonce, 3336));
        Assert.Null(Pcp.ReadMap(reply, NatTransport.Tcp, s_nonce, 3337));
        Assert.Null(Pcp.ReadMap(reply, NatTransport.Tcp, new byte[12], 3336));
        Assert.Null(Pcp.ReadMap(Convert.FromHexString(PcpMap), NatTransport.Tcp, s_nonce, 3336));
        for (int length = 0; length < reply.Length; length++)
        {
            Assert.Null(Pcp.ReadMap(reply.AsSpan(0, length), NatTransport.Tcp, s_nonce, 3336));
        }
    }

    [Theory]
    [InlineData(1, true, "version")]
    [InlineData(2, false, "gateway refuses")]
    [InlineData(8, false, "no room")]
    [InlineData(99, false, "error 99")]
    public void Pcp_refusals_have_words(byte result, bool isOther, string words)
    {
        byte[] reply = Convert.FromHexString(PcpGrant);
        reply[3] = result;
        NatAnswer? answer = Pcp.ReadMap(reply, NatTransport.Tcp, s_nonce, 3336);
        Assert.Equal((isOther, null), (answer!.IsOther, answer.Grant));
        Assert.Contains(words, answer.Refusal, StringComparison.Ordinal);
        Assert.True(Pcp.ReadMap([0, 0x81, 0, 1, 0, 0, 0, 0], NatTransport.Tcp, s_nonce, 3336)!.IsOther);
    }

    [Fact]
    public void Nat_pmp_is_asked_and_read_as_recorded()
    {
        Assert.Equal("0000", Hex(NatPmp.AddressRequest));
        Assert.Equal("000200000d070d0700000e10", Hex(NatPmp.Map(NatTransport.Tcp, 3335, 3335, TimeSpan.FromHours(1))));
        Assert.Equal(s_outside, NatPmp.ReadAddress(Convert.FromHexString("0080000000000a922cc80009")));
        byte[] reply = Convert.FromHexString("0082000000000a920d070d0700000e10");
        Assert.Equal(
            NatAnswer.Yes(new NatGrant(null, 3335, TimeSpan.FromHours(1), 0xa92)),
                NatPmp.ReadMap(reply, NatTransport.Tcp, 3335));
        Assert.Null(NatPmp.ReadMap(reply, NatTransport.Udp, 3335));
        Assert.Null(NatPmp.ReadMap(reply, NatTransport.Tcp, 3336));
        Assert.Null(NatPmp.ReadMap(reply.AsSpan(0, 15), NatTransport.Tcp, 3335));
        Assert.Null(NatPmp.ReadAddress(reply));
        reply[3] = 2;
        Assert.Equal(NatAnswer.No("gateway refuses"), NatPmp.ReadMap(reply, NatTransport.Tcp, 3335));
    }

    [Theory]
    [InlineData("http://192.168.77.1:5000/rootDesc.xml", "urn:schemas-upnp-org:device:InternetGatewayDevice:1", true)]
    [InlineData("http://192.168.77.9:5000/rootDesc.xml", "urn:schemas-upnp-org:device:InternetGatewayDevice:1", false)]
    [InlineData("https://192.168.77.1/rootDesc.xml", "urn:schemas-upnp-org:device:InternetGatewayDevice:1", false)]
    [InlineData("http://router.example/rootDesc.xml", "urn:schemas-upnp-org:device:InternetGatewayDevice:1", false)]
    [InlineData("http://192.168.77.1/rootDesc.xml", "upnp:rootdevice", false)]
    [InlineData("", "urn:schemas-upnp-org:service:WANIPConnection:1", false)]
    public void A_description_is_only_fetched_from_whom_answered(string location, string target, bool isTaken)
    {
        byte[] reply =
            Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nST: {target}\r\nLocation: {location}\r\n\r\n");
        Assert.Equal(isTaken, Upnp.ReadLocation(reply, IPAddress.Parse("192.168.77.1")) is not null);
        Assert.Null(Upnp.ReadLocation(Encoding.ASCII.GetBytes("NOTIFY * HTTP/1.1\r\n\r\n"), s_client));
    }

    [Fact]
    public void The_newest_service_on_the_same_host_is_chosen()
    {
        UpnpService? service =
            Upnp.ReadDescription(Description("/ctl/ip", "http://192.168.77.1:5000/ctl/ip2"), s_location);
        Assert.Equal("urn:schemas-upnp-org:service:WANIPConnection:2", service?.Type);
        Assert.Equal("http://192.168.77.1:5000/ctl/ip2", service?.Control.ToString());
        service = Upnp.ReadDescription(Description("/ctl/ip", "http://10.9.9.9/ctl"), s_location);
        Assert.Equal(new Uri("http://192.168.77.1:5000/ctl/ip"), service?.Control);
        Assert.Null(Upnp.ReadDescription("<root><serviceType>other</serviceType><controlURL>/x</controlURL></root>",
            s_location));
    }

    [Theory]
    [InlineData("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><root>&b;</root>")]
    [InlineData("<root><serviceType>")]
    [InlineData("no xml")]
    [InlineData("")]
    public void Xml_that_is_none_or_has_a_document_type_says_nothing(string xml)
    {
        Assert.Null(Upnp.ReadDescription(xml, s_location));
        Assert.Empty(Upnp.Element(xml, "root") ?? "");
    }

    [Fact]
    public void Soap_names_action_service_and_arguments()
    {
        UpnpService service = new(s_location, "urn:schemas-upnp-org:service:WANIPConnection:1");
        string body = Upnp.AddMapping(service, NatTransport.Udp, s_client, 3333, 4444, TimeSpan.FromHours(2));
        Assert.Equal(["", "4444", "UDP", "3333", "192.168.77.2", "1", "otedama", "7200"], new[]
        {
            "NewRemoteHost", "NewExternalPort", "NewProtocol", "NewInternalPort", "NewInternalClient", "NewEnabled",
            "NewPortMappingDescription", "NewLeaseDuration",
        }.Select(name => Upnp.Element(body, name)));
        Assert.Contains("<u:AddPortMapping xmlns:u=\"urn:schemas-upnp-org:service:WANIPConnection:1\">", body,
            StringComparison.Ordinal);
        Assert.Equal("\"urn:schemas-upnp-org:service:WANIPConnection:1#DeletePortMapping\"",
            Upnp.ActionOf(service, "DeletePortMapping"));
        Assert.Equal("4444", Upnp.Element(Upnp.DeleteMapping(service, NatTransport.Tcp, 4444), "NewExternalPort"));
    }

    private static string Description(string one, string two) =>
        "<?xml version=\"1.0\"?><root xmlns=\"urn:schemas-upnp-org:device-1-0\"><device><serviceList>"
        + $"<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>{one}</controlURL></service>"
        + $"<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:2</serviceType><controlURL>{two}</controlURL></service>"
        + "</serviceList></device></root>";

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
