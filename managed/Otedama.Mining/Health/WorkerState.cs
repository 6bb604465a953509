namespace Otedama.Mining;

public enum WorkerState
{
    /// <summary>Made, has not hashed yet.</summary>
    Starting,

    /// <summary>Works.</summary>
    Healthy,

    /// <summary>Well, and without work; the reason says why.</summary>
    Idle,

    /// <summary>Without work for long: its device is being given up or put to rest.</summary>
    PoweringDown,

    /// <summary>Works, but slower than it did, stalled, or with refused shares; the reason says which.</summary>
    Degraded,

    /// <summary>Stopped by an error; will be restarted after a pause.</summary>
    Failed,

    /// <summary>The device has gone; the worker goes too, and another comes when the device is back.</summary>
    Lost,
}
