namespace Otedama.Pool;

/// <summary>One chore of a share log, done beside its commits when one of them asks for it.</summary>
internal sealed class LogUpkeep(Action chore, TimeProvider time) : IStep
{
    public Signal Wake { get; } = new(time);

    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        chore();
        return new ValueTask<TimeSpan>(Timeout.InfiniteTimeSpan);
    }
}
