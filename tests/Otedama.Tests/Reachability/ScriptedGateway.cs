using System.Buffers.Binary;
using System.Net;
using System.Text;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Tests.Reachability;

/// <summary>
/// A home router at 192.168.1.1: speaks what it is told to, keeps mappings and grants them as miniupnpd does.
/// </summary>
internal sealed class ScriptedGateway : INatWorld
{
    private const string Service = "urn:schemas-upnp-org:service:WANIPConnection:1";

    public bool SpeaksPcp { get; set; }

    public bool SpeaksNatPmp { get; set; }

    public bool SpeaksUpnp { get; set; }

    public bool OnlyPermanent { get; set; }

    public bool Refuses { get; set; }

    public IPAddress Outside { get; set; } = IPAddress.Parse("44.200.0.9");

    public NatRoute? Way { get; set; } = new(IPAddress.Parse("192.168.1.1"), IPAddress.Parse("192.168.1.7"));

    public HashSet<int> PortsOfOthers { get; } = [];

    /// <summary>By transport and external port: the internal port and the lease in seconds.</summary>
    public Dictionary<(NatTransport Transport, int Port), (int Inside, long Lease)> Mappings { get; } = [];

    public List<string> Asked { get; } = [];

    public NatRoute? Route() => Way;

    public Task<byte[]?> AskAsync(IPEndPoint to, ReadOnlyMemory<byte> request, TimeSpan patience,
        CancellationToken stop)
    {
        byte[] bytes = request.ToArray();
        Asked.Add(bytes[0] == 2 ? "pcp" : "natpmp");
        byte[]? reply = bytes[0] == 2
            ? SpeaksPcp ? AnswerPcp(bytes) : SpeaksNatPmp ? [0, 0x81, 0, 1, 0, 0, 0, 9] : null
            : SpeaksNatPmp ? AnswerNatPmp(bytes) : null;
        return Task.FromResult(reply);
    }

    public Task<IReadOnlyList<(IPAddress From, byte[] Bytes)>> SearchAsync(
        IPEndPoint to, IReadOnlyList<byte[]> requests, TimeSpan patience, CancellationToken stop)
    {
        Asked.Add("ssdp");
        byte[] lies =
            Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nST: {Service}\r\nLOCATION: http://192.168.1.66/d.xml\r\n\r\n");
        byte[] own =
            Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nST: {Service}\r\nLOCATION: http://192.168.1.1:5000/d.xml\r\n\r\n");
        IReadOnlyList<(IPAddress, byte[])> answers = SpeaksUpnp
            ? [(IPAddress.Parse("192.168.1.66"), lies), (Way!.Gateway, own)] : [];
        return Task.FromResult(answers);
    }

    public Task<(int Status, string Text)?> HttpAsync(Uri uri, string? action, string? body, CancellationToken stop)
    {
        Asked.Add(action is null ? "description" : action[(action.IndexOf('#', StringComparison.Ordinal) + 1)..^1]);
        (int, string)? reply = uri.Host != "192.168.1.1" ? null : action is null
            ? (200, $"<root><service><serviceType>{Service}</serviceType><controlURL>/ctl</controlURL></service></root>")
            : Soap(body!);
        return Task.FromResult(reply);
    }

    private byte[] AnswerPcp(byte[] request)
    {
        byte[] reply = [.. request];
        int inside = BinaryPrimitives.ReadUInt16BigEndian(request.AsSpan(40)),
            outside = Free(BinaryPrimitives.ReadUInt16BigEndian(request.AsSpan(42)));
        reply[1] = 0x81;
        reply.AsSpan(8, 16).Clear();
        reply[3] = Refuses ? (byte)2 : (byte)0;
        if (!Refuses)
        {
            Map((NatTransport)request[36], inside, outside, BinaryPrimitives.ReadUInt32BigEndian(request.AsSpan(4)));
        }
        BinaryPrimitives.WriteUInt16BigEndian(reply.AsSpan(42), (ushort)outside);
        Outside.MapToIPv6().TryWriteBytes(reply.AsSpan(44), out _);
        return reply;
    }

    private byte[] AnswerNatPmp(byte[] request)
    {
        if (request[1] == 0)
        {
            return [0, 0x80, 0, 0, 0, 0, 0, 9, .. Outside.GetAddressBytes()];
        }
        int outside = Free(BinaryPrimitives.ReadUInt16BigEndian(request.AsSpan(6)));
        if (!Refuses)
        {
            Map(request[1] == 1 ? NatTransport.Udp
                : NatTransport.Tcp, BinaryPrimitives.ReadUInt16BigEndian(request.AsSpan(4)), outside,
                BinaryPrimitives.ReadUInt32BigEndian(request.AsSpan(8)));
        }
        byte[] reply = [0, (byte)(request[1] | 0x80), 0, Refuses ? (byte)2 : (byte)0, 0, 0, 0, 9, .. request[4..]];
        BinaryPrimitives.WriteUInt16BigEndian(reply.AsSpan(10), (ushort)outside);
        return reply;
    }

    private (int, string) Soap(string body)
    {
        int Number(string name) =>
            int.Parse(Upnp.Element(body, name)!, System.Globalization.CultureInfo.InvariantCulture);
        if (body.Contains("GetExternalIPAddress", StringComparison.Ordinal))
        {
            return (200, $"<r><NewExternalIPAddress>{Outside}</NewExternalIPAddress></r>");
        }
        NatTransport transport = Upnp.Element(body, "NewProtocol") == "TCP" ? NatTransport.Tcp : NatTransport.Udp;
        int outside = Number("NewExternalPort");
        if (body.Contains("DeletePortMapping", StringComparison.Ordinal))
        {
            Mappings.Remove((transport, outside));
            return (200, "<ok/>");
        }
        int error = Refuses ? 606 : PortsOfOthers.Contains(outside) ? 718 : OnlyPermanent
            && Number("NewLeaseDuration") != 0 ? 725 : 0;
        if (error != 0)
        {
            return (500, $"<s><errorCode>{error}</errorCode></s>");
        }
        Mappings[(transport, outside)] = (Number("NewInternalPort"), Number("NewLeaseDuration"));
        return (200, "<ok/>");
    }

    private int Free(int wanted) => PortsOfOthers.Contains(wanted) ? wanted + 1 : wanted;

    private void Map(NatTransport transport, int inside, int outside, long lease)
    {
        if (lease == 0)
        {
            Mappings.Where(one => one.Key.Transport == transport && one.Value.Inside == inside)
                .Select(static one => one.Key).ToList()
                .ForEach(key => Mappings.Remove(key));
            return;
        }
        Mappings[(transport, outside)] = (inside, lease);
    }
}
