using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Otedama.Wire;

namespace Otedama.Tests.Published;

/// <summary>What a small name server knows. Answers as real ones do: the question again, names by pointer.</summary>
internal sealed class DnsZone
{
    private readonly List<(string Name, DnsType Type, byte[] Data)> _records = [];

    /// <summary>Names that were asked for, with the type.</summary>
    public List<(string Name, DnsType Type)> Asked { get; } = [];

    public DnsZone Service(string name, string host, int port, ushort priority = 0, ushort weight = 0)
    {
        byte[] data = new byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(data, priority);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(2), weight);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(4), (ushort)port);
        _records.Add((name, DnsType.Srv, [.. data, .. Labels(host)]));
        return this;
    }

    public DnsZone Address(string name, string address)
    {
        IPAddress parsed = IPAddress.Parse(address);
        DnsType type = parsed.AddressFamily == AddressFamily.InterNetwork ? DnsType.A : DnsType.Aaaa;
        _records.Add((name, type, parsed.GetAddressBytes()));
        return this;
    }

    public byte[] Answer(ReadOnlySpan<byte> question)
    {
        int end = 12;
        List<string> labels = [];
        for (; question[end] != 0; end += question[end] + 1)
        {
            labels.Add(Encoding.ASCII.GetString(question.Slice(end + 1, question[end])));
        }
        string name = string.Join('.', labels);
        DnsType type = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(question[(end + 1)..]);
        Asked.Add((name, type));
        byte[][] found = [.. _records.Where(one => one.Name == name && one.Type == type).Select(static one => one.Data)];
        List<byte> answer = [.. question[..(end + 5)]];
        (answer[2], answer[3], answer[7]) = (0x81, (byte)(_records.Exists(one => one.Name == name) ? 0x80 : 0x83), (byte)found.Length);
        foreach (byte[] data in found)
        {
            answer.AddRange([0xc0, 12, (byte)((int)type >> 8), (byte)type, 0, 1, 0, 0, 0, 60, (byte)(data.Length >> 8), (byte)data.Length, .. data]);
        }
        return [.. answer];
    }

    private static byte[] Labels(string name) =>
        [.. name.Split('.').SelectMany(static label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];
}

/// <summary>The zone on a UDP port of this machine.</summary>
internal sealed class DnsServer : IDisposable
{
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly Task _served;

    public DnsServer(DnsZone zone) => _served = ServeAsync(zone);

    public IPEndPoint Place => (IPEndPoint)_socket.Client.LocalEndPoint!;

    public void Dispose()
    {
        _socket.Dispose();
        _served.Wait();
    }

    private async Task ServeAsync(DnsZone zone)
    {
        try
        {
            while (true)
            {
                UdpReceiveResult asked = await _socket.ReceiveAsync();
                await _socket.SendAsync(zone.Answer(asked.Buffer), asked.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }
}
