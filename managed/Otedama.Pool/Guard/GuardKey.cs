using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Otedama.Pool;

/// <summary>An IPv4 address or the /64 network of an IPv6 address: what one subscriber gets.</summary>
public readonly record struct GuardKey(ulong Bits, bool IsV6)
{
    public static GuardKey Of(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        Span<byte> bytes = stackalloc byte[16];
        _ = plain.TryWriteBytes(bytes, out _);
        return plain.AddressFamily == AddressFamily.InterNetworkV6
            ? new GuardKey(BinaryPrimitives.ReadUInt64BigEndian(bytes), true)
            : new GuardKey(BinaryPrimitives.ReadUInt32BigEndian(bytes), false);
    }
}
