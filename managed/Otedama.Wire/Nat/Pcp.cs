using System.Buffers.Binary;
using System.Net;

namespace Otedama.Wire;

/// <summary>
/// Port Control Protocol, RFC 6887: the MAP request and its answer, big-endian. Checked against miniupnpd 2.3.1.
/// </summary>
public static class Pcp
{
    public const int Port = 5351, NonceSize = 12, MapSize = 60;

    private const byte Version = 2, MapOpcode = 1, ReplyBit = 0x80;
    private const int HeaderSize = 24, UnsupportedVersion = 1;

    private static readonly string[] s_results =
    [
        "success", "unsupported version", "gateway refuses", "malformed request", "unsupported opcode",
            "unsupported option",
        "malformed option", "gateway has a network failure", "gateway has no room for more mappings",
            "unsupported protocol",
        "this address has too many mappings", "gateway cannot give the external port",
            "gateway cannot tell this machine's address",
        "gateway has too many remote peers",
    ];

    /// <summary>A lifetime of zero deletes the mapping; the suggested port is then zero too.</summary>
    public static byte[] Map(
        NatTransport transport, ReadOnlySpan<byte> nonce, IPAddress client, ushort port, ushort externalPort,
            TimeSpan lifetime)
    {
        byte[] bytes = new byte[MapSize];
        bytes[0] = Version;
        bytes[1] = MapOpcode;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), (uint)lifetime.TotalSeconds);
        client.MapToIPv6().TryWriteBytes(bytes.AsSpan(8), out _);
        nonce[..NonceSize].CopyTo(bytes.AsSpan(HeaderSize));
        bytes[36] = (byte)transport;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(40), port);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(42), externalPort);
        IPAddress.Any.MapToIPv6().TryWriteBytes(bytes.AsSpan(44), out _); // any external IPv4 address
        return bytes;
    }

    /// <summary>Null for what is no answer to this request: the caller goes on waiting.</summary>
    public static NatAnswer? ReadMap(ReadOnlySpan<byte> reply, NatTransport transport, ReadOnlySpan<byte> nonce,
        ushort port)
    {
        if (reply.Length >= 4 && reply[0] == 0 && (reply[1] & ReplyBit) != 0)
        {
            return NatAnswer.Other("gateway speaks NAT-PMP");
        }
        if (reply.Length < HeaderSize || reply[0] != Version || reply[1] != (ReplyBit | MapOpcode))
        {
            return null;
        }
        int result = reply[3];
        if (result == UnsupportedVersion)
        {
            return NatAnswer.Other("gateway does not speak PCP version 2");
        }
        if (reply.Length < MapSize || !reply.Slice(HeaderSize, NonceSize).SequenceEqual(nonce)
            || reply[36] != (byte)transport
            || BinaryPrimitives.ReadUInt16BigEndian(reply[40..]) != port)
        {
            return null;
        }
        if (result != 0)
        {
            return NatAnswer.No(result < s_results.Length ? s_results[result] : $"gateway answers with error {result}");
        }
        IPAddress address = new(reply.Slice(44, 16));
        return NatAnswer.Yes(new NatGrant(
            address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address,
            BinaryPrimitives.ReadUInt16BigEndian(reply[42..]),
            TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32BigEndian(reply[4..])),
            BinaryPrimitives.ReadUInt32BigEndian(reply[8..])));
    }
}
