using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>A whole pool: coin nodes, jobs, Stratum server, share path, ledger.</summary>
public sealed class PoolServer : IAsyncDisposable
{
    private PoolServer(PoolOptions options) => Options = options;

    public PoolOptions Options { get; }

    /// <summary>Where miners connect, with the real ports.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints { get; private set; } = [];

    /// <summary>
    /// Opens ledger and listeners and starts asking the nodes. Returns before the first template; miners that log in
    /// earlier get their job when it comes. Throws ArgumentException for bad options, IOException when a port is taken
    /// or the data directory cannot be used.
    /// </summary>
    public static Task<PoolServer> StartAsync(
        PoolOptions options,
        IProofChecker checker,
        ILoggerFactory loggers,
        TimeProvider time,
        CancellationToken cancellation)
    {
        options.Check();
        return Task.FromException<PoolServer>(new NotSupportedException("the pool's assembly follows"));
    }

    /// <summary>Cheap enough for once a second.</summary>
    public PoolSnapshot Snapshot() => throw new NotSupportedException("the pool's assembly follows");

    /// <summary>Stops listening, answers what was submitted, commits it and closes all connections.</summary>
    public Task StopAsync(TimeSpan timeout) => Task.CompletedTask;

    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.FromSeconds(5));
}
