using System.Net;

namespace Otedama.Wire;

/// <summary>Which addresses are nobody's on the internet (IANA special-purpose registries for IPv4 and IPv6).</summary>
public static class AddressRanges
{
    private static readonly (uint First, int Bits)[] s_reservedV4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
            "224.0.0.0/4", "240.0.0.0/4",
        }.Select(static text => IPNetwork.Parse(text))
            .Select(static network => ((uint)DhtEndpoint.Of(network.BaseAddress, 0).Low, network.PrefixLength)),
    ];

    /// <summary>Of 2000::/3: protocols and Teredo, documentation twice, 6to4.</summary>
    private static readonly (ulong First, int Bits)[] s_reservedV6 =
    [
        (0x2001_0000_0000_0000, 23), (0x2001_0db8_0000_0000, 32), (0x2002_0000_0000_0000, 16), (0x3fff_0000_0000_0000, 20),
    ];

    /// <summary>True when a host somewhere on the internet may have it.</summary>
    public static bool IsPublic(DhtEndpoint endpoint)
    {
        if (endpoint.IsV6)
        {
            return endpoint.High >> 61 == 1
                && !Array.Exists(s_reservedV6, range => (endpoint.High ^ range.First) >> (64 - range.Bits) == 0);
        }
        return !Array.Exists(s_reservedV4, range => ((uint)endpoint.Low ^ range.First) >> (32 - range.Bits) == 0);
    }
}
