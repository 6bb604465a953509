using Microsoft.Extensions.Logging;

namespace Otedama.Mining;

/// <summary>
/// The facade of the mining side: a job source, a dispatcher and workers, started and stopped as one.
/// </summary>
public sealed class Rig : IAsyncDisposable
{
    private Rig()
    {
    }

    /// <summary>
    /// Checks the options, makes the workers and begins to connect; returns before the first job. Throws ArgumentException
    /// naming the option that is wrong.
    /// </summary>
    public static Task<Rig> StartAsync(
        RigOptions options, ILoggerFactory loggers, TimeProvider clock, CancellationToken cancellation) =>
        throw new NotSupportedException("the rig is not assembled in this build");

    /// <summary>Workers stop hashing; the pool connection stays.</summary>
    public void Pause() => throw new NotSupportedException();

    public void Resume() => throw new NotSupportedException();

    /// <summary>Any thread; does not wait for the workers.</summary>
    public RigSnapshot Snapshot() => throw new NotSupportedException();

    /// <summary>Stops the workers, waits up to 5 s for replies to shares already sent, and disconnects.</summary>
    public Task StopAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
