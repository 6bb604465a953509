using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Mining;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>The worlds a pool of this program can live in.</summary>
internal static class PoolWorlds
{
    private static readonly TimeSpan s_visitPatience = TimeSpan.FromSeconds(5);

    /// <summary>Sockets, the disk, and the operating system's randomness.</summary>
    public static PoolWorld Real(ILoggerFactory loggers, TimeProvider time) => new()
    {
        Time = time,
        Random = new SystemRandomness(),
        Transport = new SocketEngine(),
        Files = new DiskFiles(),
        Nodes = new SocketNodeLinks(time),
        Loggers = loggers,
        Peers = (identity, inboundMax, door) => new SocketPeerNetwork(identity, time, inboundMax, door, Draw),
        Names = new SystemNames(time),
        NameServers = SystemNameServers.Find,
        Dht = places => DhtAt(places, time),
        Gateway = new SocketNatWorld(time),
        Visit = (region, stop) => VisitAsync(region, time, stop),
    };

    /// <summary>Throws SocketException when none of the places can be had.</summary>
    public static DhtWorld DhtAt(IReadOnlyList<IPEndPoint> places, TimeProvider time) => new()
    {
        Time = time,
        Random = new SystemRandomness(),
        Datagrams = new UdpDatagrams(places),
        Names = new SystemNames(time),
        Files = new DiskFiles(),
    };

    /// <summary>As a miner begins: TCP, TLS where it is for that, a subscription.</summary>
    private static async Task<(double? Seconds, string? Problem)> VisitAsync(
        RegionPool region, TimeProvider time, CancellationToken stop)
    {
        PoolUrl url = PoolUrl.Parse(string.Create(CultureInfo.InvariantCulture,
            $"stratum+{(region.IsTls ? "ssl" : "tcp")}://{region.Host}:{region.Port}"));
        PoolProbeResult found = await PoolProbe.RunAsync(url, $"otedama/{ThisProgram.Version}", s_visitPatience, time,
            stop);
        return (found.Problem is null ? found.ConnectMs / 1_000 : null, found.Problem);
    }

    private static UInt128 Draw()
    {
        SystemRandomness random = new();
        return new UInt128(random.NextUInt64(), random.NextUInt64());
    }
}
