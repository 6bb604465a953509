namespace Otedama;

/// <summary>
/// Virtual time and everything that is going to happen in it: one queue of steps, by time and, at the same time, in the
/// order of their planning. One thread.
/// </summary>
internal sealed class SimSchedule
{
    private readonly PriorityQueue<(SimLife Life, Action Step), (long At, long Number)> _steps = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _number;

    /// <summary>Ticks of 100 ns since the simulation began.</summary>
    public long Now { get; private set; }

    public TimeSpan Elapsed => TimeSpan.FromTicks(Now);

    /// <summary>Steps run so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Plans a step of this life; it is dropped when the life is over by then.</summary>
    public void At(long ticks, SimLife life, Action step) =>
        _steps.Enqueue((life, OfThisThread(step)), (Math.Max(ticks, Now), _number++));

    public void After(TimeSpan wait, SimLife life, Action step) => At(Now + wait.Ticks, life, step);

    /// <summary>
    /// Runs the next step that is due until then; false, with the time moved there, when there is none.
    /// </summary>
    public bool RunNext(long until)
    {
        if (!_steps.TryPeek(out _, out (long At, long Number) due) || due.At > until)
        {
            Now = Math.Max(Now, until);
            return false;
        }
        (SimLife life, Action step) = _steps.Dequeue();
        Now = due.At;
        if (!life.IsOver)
        {
            Steps++;
            life.Run(step);
        }
        return true;
    }

    /// <summary>Whatever another thread did here would be another thing in the next run.</summary>
    private Action OfThisThread(Action step) => Environment.CurrentManagedThreadId == _thread
        ? step
        : throw new InvalidOperationException("a step of a simulation is planned on a thread of its own");
}
