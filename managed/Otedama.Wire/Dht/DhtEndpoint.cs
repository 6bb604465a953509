using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Otedama.Wire;

/// <summary>An address and a port as a value: cheap to keep in thousands, equal when all bytes are. IPv4 lies in Low.</summary>
public readonly record struct DhtEndpoint(ulong High, ulong Low, bool IsV6, ushort Port)
{
    /// <summary>Bytes of address and port together, in network order: "compact" in BEP 5 and 32.</summary>
    public const int CompactV4 = 6, CompactV6 = 18;

    /// <summary>This address alone.</summary>
    public AddressGroup Address => Group(32, 128);

    /// <summary>The /24 (IPv6: /64) around it: what one subscriber or one rack has.</summary>
    public AddressGroup Site => Group(24, 64);

    /// <summary>The /16 (IPv6: /32) around it: what one provider has.</summary>
    public AddressGroup Provider => Group(16, 32);

    /// <summary>An IPv4 address written as an IPv6 one counts as IPv4.</summary>
    public static DhtEndpoint Of(IPAddress address, int port)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        Span<byte> bytes = stackalloc byte[CompactV6];
        _ = plain.TryWriteBytes(bytes, out int length);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[length..], (ushort)port);
        _ = TryReadCompact(bytes[..(length + 2)], out DhtEndpoint endpoint);
        return endpoint;
    }

    public static DhtEndpoint Of(IPEndPoint endpoint) => Of(endpoint.Address, endpoint.Port);

    /// <summary>6 or 18 bytes; false for any other length.</summary>
    public static bool TryReadCompact(ReadOnlySpan<byte> bytes, out DhtEndpoint endpoint)
    {
        endpoint = bytes.Length switch
        {
            CompactV4 => new(0, BinaryPrimitives.ReadUInt32BigEndian(bytes), false, PortAt(bytes, 4)),
            CompactV6 => new(
                BinaryPrimitives.ReadUInt64BigEndian(bytes),
                BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
                true,
                PortAt(bytes, 16)),
            _ => default,
        };
        return bytes.Length is CompactV4 or CompactV6;
    }

    /// <summary>Returns how many bytes were written, 6 or 18.</summary>
    public int WriteCompact(Span<byte> destination)
    {
        int length = WriteAddress(destination);
        BinaryPrimitives.WriteUInt16BigEndian(destination[length..], Port);
        return length + 2;
    }

    /// <summary>The address alone, 4 or 16 bytes; returns how many.</summary>
    public int WriteAddress(Span<byte> destination)
    {
        if (!IsV6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)Low);
            return 4;
        }
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
        return 16;
    }

    public IPEndPoint ToIPEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        int length = WriteAddress(bytes);
        return new IPEndPoint(new IPAddress(bytes[..length]), Port);
    }

    /// <summary>1.2.3.4:5 or [1::2]:5, the port not 0.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DhtEndpoint endpoint)
    {
        bool good = IPEndPoint.TryParse(text ?? "", out IPEndPoint? parsed) && parsed.Port > 0;
        endpoint = good ? Of(parsed!) : default;
        return good;
    }

    public override string ToString() => ToIPEndPoint().ToString();

    private AddressGroup Group(int bitsV4, int bitsV6)
    {
        int bits = IsV6 ? bitsV6 : 96 + bitsV4;
        return new AddressGroup(
            bits == 0 ? 0 : High & (ulong.MaxValue << Math.Max(0, 64 - bits)),
            bits <= 64 ? 0 : Low & (ulong.MaxValue << (128 - bits)),
            IsV6);
    }

    private static ushort PortAt(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
}

/// <summary>An address, or a network of addresses, with what lies below its prefix cleared.</summary>
public readonly record struct AddressGroup(ulong High, ulong Low, bool IsV6);
