using System.Net;
using System.Net.NetworkInformation;

namespace Otedama.Pool;

/// <summary>The name servers that the system asks: of /etc/resolv.conf, or of the interfaces of Windows.</summary>
public static class SystemNameServers
{
    private const int Port = 53, ServersMax = 3;

    /// <summary>None when the system does not tell.</summary>
    public static IReadOnlyList<IPEndPoint> Find()
    {
        try
        {
            return [.. NetworkInterface.GetAllNetworkInterfaces()
                .Where(static one => one.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
                .SelectMany(static one => one.GetIPProperties().DnsAddresses).Distinct().Take(ServersMax)
                .Select(static address => new IPEndPoint(address, Port))];
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }
}
