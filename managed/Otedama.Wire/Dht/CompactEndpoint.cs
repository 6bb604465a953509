using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Otedama.Wire;

/// <summary>
/// Endpoints as the DHT writes them: 4 or 16 bytes of address and 2 of port, all in network order (BEP 5 and 32).
/// </summary>
public static class CompactEndpoint
{
    /// <summary>Bytes of address and port together.</summary>
    public const int SizeV4 = 6, SizeV6 = 18;

    extension(PeerEndpoint endpoint)
    {
        public bool IsV6 => !endpoint.IsV4;

        /// <summary>This address alone.</summary>
        public AddressBlock Host => new(endpoint.Address, 128);

        /// <summary>The /24 (IPv6: /64) around it: what one subscriber or one rack has.</summary>
        public AddressBlock Site => AddressBlock.Around(endpoint.Address, endpoint.IsV4 ? 120 : 64);

        /// <summary>The /16 (IPv6: /32) around it: what one provider has.</summary>
        public AddressBlock Provider => AddressBlock.Around(endpoint.Address, endpoint.IsV4 ? 112 : 32);

        /// <summary>What one subscriber can send from: an address, or an IPv6 /64.</summary>
        public AddressBlock Subscriber => endpoint.IsV4 ? endpoint.Host : endpoint.Site;

        /// <summary>The address alone, 4 or 16 bytes; returns how many.</summary>
        public int WriteAddress(Span<byte> destination)
        {
            if (endpoint.IsV4)
            {
                BinaryPrimitives.WriteUInt32BigEndian(destination, unchecked((uint)endpoint.Address));
                return 4;
            }
            BinaryPrimitives.WriteUInt128BigEndian(destination, endpoint.Address);
            return 16;
        }

        /// <summary>Returns how many bytes were written, 6 or 18.</summary>
        public int WriteCompact(Span<byte> destination)
        {
            int length = endpoint.WriteAddress(destination);
            BinaryPrimitives.WriteUInt16BigEndian(destination[length..], endpoint.Port);
            return length + 2;
        }
    }

    /// <summary>6 or 18 bytes; false for any other length, and for an IPv4 address written as an IPv6 one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out PeerEndpoint endpoint)
    {
        endpoint = default;
        if (bytes.Length is not (SizeV4 or SizeV6))
        {
            return false;
        }
        endpoint = PeerEndpoint.Of(new IPAddress(bytes[..^2]), BinaryPrimitives.ReadUInt16BigEndian(bytes[^2..]));
        return endpoint.IsV4 == (bytes.Length == SizeV4);
    }

    /// <summary>1.2.3.4:5 or [1::2]:5, the port not 0.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PeerEndpoint endpoint)
    {
        bool good = IPEndPoint.TryParse(text ?? "", out IPEndPoint? parsed) && parsed.Port > 0;
        endpoint = good ? PeerEndpoint.Of(parsed!.Address, parsed.Port) : default;
        return good;
    }
}

/// <summary>An address, or those that begin with the same bits: what lies below is cleared.</summary>
public readonly record struct AddressBlock(UInt128 First, byte Bits)
{
    /// <summary>bits: 1 to 128, of the address as PeerEndpoint has it.</summary>
    public static AddressBlock Around(UInt128 address, int bits) =>
        new(address & (UInt128.MaxValue << (128 - bits)), (byte)bits);

    /// <summary>Each 32 bits by itself, as PeerEndpoint does: strangers choose addresses.</summary>
    public override int GetHashCode() => HashCode.Combine(
        First >> 96, (First >> 64) & uint.MaxValue, (First >> 32) & uint.MaxValue, First & uint.MaxValue);

    public bool Equals(AddressBlock other) => First == other.First && Bits == other.Bits;
}
