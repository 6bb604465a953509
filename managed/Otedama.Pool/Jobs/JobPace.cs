namespace Otedama.Pool;

/// <summary>
/// When the next publication on the same tip is due: a filled job's successor at once, other splits SplitEvery, another template
/// UpdateEvery and the same again RefreshEvery after the last publication. Ask from any thread, the rest under the book's publish lock.
/// </summary>
internal sealed class JobPace(JobBookOptions options, TimeProvider time)
{
    /// <summary>A job can take few more shares.</summary>
    public const int Filling = 1;

    /// <summary>The split is another one.</summary>
    public const int SplitMoved = 2;

    private long _publishedAt;
    private int _asked; // since the last publication began

    /// <summary>Whether the same work is to be published once more.</summary>
    public bool MayRepeat =>
        time.GetElapsedTime(_publishedAt) >= options.RefreshEvery || Volatile.Read(ref _asked) != 0;

    /// <summary>Asks for a publication; true when this had not been asked for since the last one.</summary>
    public bool Ask(int what) => (Interlocked.Or(ref _asked, what) & what) == 0;

    public void Begin() => Interlocked.Exchange(ref _asked, 0);

    public void End() => _publishedAt = time.GetTimestamp();

    /// <param name="hasTemplate">Another template waits.</param>
    public TimeSpan Left(bool hasTemplate)
    {
        int asked = Volatile.Read(ref _asked);
        if ((asked & Filling) != 0)
        {
            return TimeSpan.Zero;
        }
        TimeSpan soon = (asked & SplitMoved) != 0 ? options.SplitEvery : hasTemplate ? options.UpdateEvery : options.RefreshEvery;
        TimeSpan every = soon < options.RefreshEvery ? soon : options.RefreshEvery;
        TimeSpan left = every - time.GetElapsedTime(_publishedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
