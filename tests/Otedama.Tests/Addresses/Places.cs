using System.Net;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Tests.Addresses;

/// <summary>Addresses for tests.</summary>
internal static class Places
{
    public static PeerEndpoint At(string address, int port = 30303) => PeerEndpoint.Of(IPAddress.Parse(address), port);

    /// <summary>Any routed IPv4 address.</summary>
    public static PeerEndpoint Anywhere(IRandomness random)
    {
        while (true)
        {
            PeerEndpoint place = new(((UInt128)0xffff << 32) | (random.NextUInt64() & uint.MaxValue), 30303);
            if (place.IsPublic)
            {
                return place;
            }
        }
    }

    /// <summary>An address of a /16 given as its two numbers.</summary>
    public static PeerEndpoint In(int first, int second, IRandomness random) =>
        At($"{first}.{second}.{random.NextUInt64() % 256}.{random.NextUInt64() % 256}");
}
