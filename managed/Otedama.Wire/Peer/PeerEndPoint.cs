using System.Buffers.Binary;
using System.Net;

namespace Otedama.Wire;

/// <summary>An address and port in 18 bytes: IPv6, or IPv4 mapped into it, then u16 port, little-endian.</summary>
internal static class PeerEndPoint
{
    public static IPEndPoint Read(ReadOnlySpan<byte> bytes)
    {
        IPAddress address = new(bytes[..16]);
        return new IPEndPoint(
            address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address,
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[16..]));
    }

    public static void Write(Span<byte> bytes, IPEndPoint endPoint)
    {
        endPoint.Address.MapToIPv6().TryWriteBytes(bytes, out _);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[16..], (ushort)endPoint.Port);
    }
}
