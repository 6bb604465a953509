using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Pool;

namespace Otedama.Tests.Pool;

/// <summary>The real world of a pool, without its log.</summary>
internal static class TestWorld
{
    /// <summary>Time is the system's unless a test holds a clock.</summary>
    public static PoolWorld Make(TimeProvider? time = null) => PoolWorlds.Real(NullLoggerFactory.Instance, time ?? TimeProvider.System);
}
