using Microsoft.Extensions.Logging;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>The worlds a pool of this program can live in.</summary>
internal static class PoolWorlds
{
    /// <summary>Sockets, the disk, and the operating system's randomness.</summary>
    public static PoolWorld Real(ILoggerFactory loggers, TimeProvider time) => new()
    {
        Time = time,
        Random = new SystemRandomness(),
        Transport = new SocketEngine(),
        Files = new DiskFiles(),
        Nodes = new SocketNodeLinks(time),
        Loggers = loggers,
    };
}
