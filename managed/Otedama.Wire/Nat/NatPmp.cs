using System.Buffers.Binary;
using System.Net;

namespace Otedama.Wire;

/// <summary>
/// NAT Port Mapping Protocol, RFC 6886, big-endian; asked at PCP's port. Checked against miniupnpd 2.3.1.
/// </summary>
public static class NatPmp
{
    private const byte ReplyBit = 0x80;

    /// <summary>Asks for the external address.</summary>
    public static ReadOnlySpan<byte> AddressRequest => [0, 0];

    /// <summary>A lifetime of zero deletes the mapping; the external port is then zero too.</summary>
    public static byte[] Map(NatTransport transport, ushort port, ushort externalPort, TimeSpan lifetime)
    {
        byte[] bytes = new byte[12];
        bytes[1] = OpcodeOf(transport);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), port);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), externalPort);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), (uint)lifetime.TotalSeconds);
        return bytes;
    }

    /// <summary>Null for what is no answer to it.</summary>
    public static IPAddress? ReadAddress(ReadOnlySpan<byte> reply) =>
        reply.Length >= 12 && reply[..4].SequenceEqual((ReadOnlySpan<byte>)[0, ReplyBit, 0, 0])
            ? new IPAddress(reply.Slice(8, 4)) : null;

    /// <summary>Null for what is no answer to this request. The address is the caller's to fill in.</summary>
    public static NatAnswer? ReadMap(ReadOnlySpan<byte> reply, NatTransport transport, ushort port)
    {
        if (reply.Length < 8 || reply[0] != 0 || reply[1] != (ReplyBit | OpcodeOf(transport)))
        {
            return null;
        }
        int result = BinaryPrimitives.ReadUInt16BigEndian(reply[2..]);
        if (result != 0)
        {
            return result switch
            {
                1 or 5 => NatAnswer.Other("gateway does not speak this version of NAT-PMP"),
                2 => NatAnswer.No("gateway refuses"),
                3 => NatAnswer.No("gateway has no external address yet"),
                4 => NatAnswer.No("gateway has no room for more mappings"),
                _ => NatAnswer.No($"gateway answers with error {result}"),
            };
        }
        return reply.Length < 16 || BinaryPrimitives.ReadUInt16BigEndian(reply[8..]) != port ? null
            : NatAnswer.Yes(new NatGrant(
                null,
                BinaryPrimitives.ReadUInt16BigEndian(reply[10..]),
                TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32BigEndian(reply[12..])),
                BinaryPrimitives.ReadUInt32BigEndian(reply[4..])));
    }

    private static byte OpcodeOf(NatTransport transport) => transport == NatTransport.Udp ? (byte)1 : (byte)2;
}
