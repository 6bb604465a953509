namespace Otedama.Mining;

/// <summary>
/// Whoever hashes: a CPU thread, a GPU, an ASIC chain. It has no thread: a loop outside steps it. It takes ranges from a desk
/// and offers candidates back, at its own pace. Health and telemetry are read beside that path and never wait for it.
/// </summary>
public interface IWorker : IDisposable
{
    /// <summary>Of this worker alone, also after it is gone.</summary>
    int Id { get; }

    /// <summary>Once, before the first step. Any thread.</summary>
    void Attach(IWorkDesk desk);

    /// <summary>Once, on the thread that will step it.</summary>
    void Enter()
    {
    }

    /// <summary>
    /// Works for about 100 ms at most. Returns how long it has nothing to do unless something changes at the desk; zero: step
    /// again at once. One thread at a time; never throws for what its device does.
    /// </summary>
    TimeSpan Step();

    /// <summary>
    /// Ends a running step within milliseconds, and drops the range in hand if it is void. Any thread.
    /// </summary>
    void Interrupt();

    /// <summary>One of this worker's shares was answered. Any thread.</summary>
    void OnVerdict(ShareOutcome outcome);

    /// <summary>Any thread. Shares are counted by the dispatcher and filled in there.</summary>
    WorkerSnapshot Read();
}
