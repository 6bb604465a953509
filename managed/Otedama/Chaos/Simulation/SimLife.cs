namespace Otedama;

/// <summary>
/// The life of one process, or of one actor, in a simulation: its steps run one after the other in the simulation's
/// thread, what its awaits continue with is a step too, and after its end nothing of it happens any more.
/// </summary>
internal sealed class SimLife(SimSchedule schedule, string name) : SynchronizationContext
{
    public string Name { get; } = name;

    public bool IsOver { get; private set; }

    public void End() => IsOver = true;

    public void Run(Action step)
    {
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        try
        {
            step();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public override void Post(SendOrPostCallback d, object? state) => schedule.At(schedule.Now, this, () => d(state));

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;
}
