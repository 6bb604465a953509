namespace Otedama.Asic;

/// <summary>How long a change is given to show, before it is taken back.</summary>
public sealed record FleetWaits
{
    /// <summary>A pool that was added beside the others.</summary>
    public TimeSpan PoolAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A pool that was written where the device or its mining program restarts with it.</summary>
    public TimeSpan PoolAliveAfterRestart { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Before a configuration is read back and compared.</summary>
    public TimeSpan Compare { get; init; } = TimeSpan.FromSeconds(5);
}
