namespace Otedama.Pool;

/// <summary>A time that has to pass before something is done. Over before it was begun.</summary>
internal struct Pause
{
    private long _began;
    private TimeSpan _length;

    public static Pause Begin(TimeProvider time, TimeSpan length) => new() { _began = time.GetTimestamp(), _length = length };

    /// <summary>What is left of it; zero when it is over.</summary>
    public readonly TimeSpan Left(TimeProvider time)
    {
        TimeSpan left = _length == TimeSpan.Zero ? TimeSpan.Zero : _length - time.GetElapsedTime(_began);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>The shorter of two pauses, of which Infinite is the longest.</summary>
    public static TimeSpan Earlier(TimeSpan one, TimeSpan other) =>
        one == Timeout.InfiniteTimeSpan ? other : other == Timeout.InfiniteTimeSpan || one < other ? one : other;
}
