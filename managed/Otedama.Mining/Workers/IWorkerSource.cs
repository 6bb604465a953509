namespace Otedama.Mining;

/// <summary>
/// One kind of hardware that hashes. Says what is there at the moment; the rig makes a worker for what is new and lets go of
/// what has gone. Asked every few seconds, by one thread at a time.
/// </summary>
public interface IWorkerSource
{
    /// <summary>Such as CPU; for the log.</summary>
    string Kind { get; }

    /// <summary>
    /// Everything that is there, in milliseconds. Whatever it throws is logged, and the workers there are stay as they are.
    /// </summary>
    IReadOnlyList<WorkerSeed> Find();

    /// <summary>The devices and what they tell of themselves, after Find.</summary>
    IReadOnlyList<DeviceSnapshot> Measure();
}

/// <summary>A device that a worker can be made for.</summary>
/// <param name="Key">Of this device alone, the same as long as it is there: a serial number, a bus address.</param>
/// <param name="Make">Makes its worker with the id given. What it throws is logged, and it is tried again at the next look.</param>
public sealed record WorkerSeed(string Key, Func<int, IWorker> Make);
