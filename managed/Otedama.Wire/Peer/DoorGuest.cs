using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Otedama.Wire;

/// <summary>
/// A connection that has come and has no link yet. Its network (IPv4: /16, IPv6: /32) is what it shares a place with
/// others by. The gate's, under its lock, but for what is given.
/// </summary>
/// <param name="isAllowed">The operator's word that its address is not counted and never has to go.</param>
/// <param name="close">Closes the connection.</param>
internal sealed class DoorGuest(IPAddress address, bool isAllowed, Action close)
{
    public bool IsAllowed => isAllowed;

    /// <summary>What its handshakes are counted by: the address, of IPv6 its /64.</summary>
    public UInt128 Address { get; } = Leading(address, ofIPv4: 32, ofIPv6: 64);

    /// <summary>Who is many here goes first.</summary>
    public UInt128 Network { get; } = Leading(address, ofIPv4: 16, ofIPv6: 32);

    /// <summary>Timestamp: since when it is where it is.</summary>
    public long Since { get; set; }

    /// <summary>It went for another one.</summary>
    public bool IsPutOut { get; private set; }

    /// <summary>Not under the gate's lock: what waits for the connection goes on at once.</summary>
    public void PutOut()
    {
        IsPutOut = true;
        close();
    }

    private static UInt128 Leading(IPAddress address, int ofIPv4, int ofIPv6)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        bool isV6 = address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6;
        int kept = isV6 ? ofIPv6 : 96 + ofIPv4;
        return BinaryPrimitives.ReadUInt128BigEndian(bytes) >> (128 - kept) << (128 - kept);
    }
}
