using System.Buffers.Binary;
using System.Net;

namespace Otedama.Wire;

/// <summary>Where a node listens: an IP address, IPv4 as ::ffff:a.b.c.d, and a TCP port.</summary>
public readonly record struct PeerEndpoint(UInt128 Address, ushort Port)
{
    /// <summary>
    /// 16 bytes of address in network order, then the port, little-endian as all of our own messages are.
    /// </summary>
    public const int Size = 18;

    private static readonly UInt128 s_v4 = (UInt128)0xffff << 32;

    public bool IsV4 => Address >> 32 == 0xffff;

    public IPAddress IP
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(bytes, Address);
            return new IPAddress(IsV4 ? bytes[12..] : bytes);
        }
    }

    /// <summary>
    /// True for what a stranger may name as a place to connect to: an address that is routed on the internet, and not
    /// one of those that only wrap an IPv4 address (6to4, Teredo, NAT64), whose holder has it anyway.
    /// </summary>
    public bool IsPublic => IsV4 ? IsPublicV4(unchecked((uint)Address)) : IsPublicV6(Address);

    public static PeerEndpoint Of(IPAddress address, int port)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out int length) && length == 16
            ? new PeerEndpoint(BinaryPrimitives.ReadUInt128BigEndian(bytes), (ushort)port)
            : new PeerEndpoint(s_v4 | BinaryPrimitives.ReadUInt32BigEndian(bytes), (ushort)port);
    }

    public static PeerEndpoint Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt16LittleEndian(bytes[16..]));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Address);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[16..], Port);
    }

    /// <summary>
    /// Each 32 bits by itself: the hash of a UInt128 folds its halves, and strangers choose addresses.
    /// </summary>
    public override int GetHashCode() => HashCode.Combine(
        Address >> 96, (Address >> 64) & uint.MaxValue, (Address >> 32) & uint.MaxValue, Address & uint.MaxValue, Port);

    public bool Equals(PeerEndpoint other) => Address == other.Address && Port == other.Port;

    public override string ToString() => new IPEndPoint(IP, Port).ToString();

    /// <summary>
    /// Not what the special-purpose registry of IPv4 (RFC 6890 and its updates) keeps from the internet.
    /// </summary>
    private static bool IsPublicV4(uint ip) => (ip >> 24) switch
    {
        0 or 10 or 127 or >= 224 => false,
        100 => (ip & 0xffc0_0000) != 0x6440_0000, // carriers' own NAT
        169 => ip >> 16 != 0xa9fe, // link-local
        172 => (ip & 0xfff0_0000) != 0xac10_0000,
        // private, IETF, examples, 6to4 relays
        192 => ip >> 16 != 0xc0a8 && ip >> 8 is not (0xc0_0000 or 0xc0_0002 or 0xc0_5863),
        198 => (ip & 0xfffe_0000) != 0xc612_0000 && ip >> 8 != 0xc6_3364, // benchmarks, examples
        203 => ip >> 8 != 0xcb_0071, // examples
        _ => true,
    };

    /// <summary>
    /// 2000::/3 is all that is given out; of it Teredo and others (2001::/23), examples and 6to4 are not meant.
    /// </summary>
    private static bool IsPublicV6(UInt128 ip)
    {
        uint top = (uint)(ip >> 96);
        return top >> 29 == 1 && top >> 9 != 0x2001_0000 >> 9 && top != 0x2001_0db8 && top >> 16 != 0x2002
            && top >> 12 != 0x3fff0;
    }
}
