using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Otedama.Pool;

/// <summary>An IPv4 address or the /64 network of an IPv6 address: what one subscriber gets.</summary>
public readonly record struct GuardKey(ulong Bits, bool IsV6)
{
    private const ulong V4Network = 0xffff_ff00;
    private const ulong V6Network = 0xffff_ffff_ffff_0000;

    /// <summary>The /24 (IPv4) or /48 (IPv6) around it: what one site gets.</summary>
    public GuardKey Network => new(Bits & (IsV6 ? V6Network : V4Network), IsV6);

    /// <summary>The address, or the first one of the network.</summary>
    public IPAddress ToAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, IsV6 ? Bits : Bits << 32);
        return new IPAddress(IsV6 ? bytes : bytes[..4]);
    }

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
