using Microsoft.Extensions.Logging;

namespace Otedama.Pool;

/// <summary>
/// Brings taken shares to the disk every few seconds, and forgets old ones. A loop of its own calls it.
/// </summary>
internal sealed partial class StoreKeeper(ShareStore store, ShareDesk desk, TimeProvider time, ILogger logger) : IStep
{
    /// <summary>What a crash may take back; other nodes have it.</summary>
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);

    private Pause _rest;
    private bool _failed;
    private uint _prunedBelow;

    public Signal Wake { get; } = new(time);

    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        TimeSpan left = _rest.Left(time);
        if (left > TimeSpan.Zero)
        {
            return new ValueTask<TimeSpan>(store.HasPending ? left : Timeout.InfiniteTimeSpan);
        }
        if (!store.HasPending)
        {
            return new ValueTask<TimeSpan>(Timeout.InfiniteTimeSpan);
        }
        Keep();
        _rest = Pause.Begin(time, s_every);
        return new ValueTask<TimeSpan>(s_every);
    }

    /// <summary>At once, as for a found block or at the end. Errors are logged.</summary>
    public void Keep()
    {
        try
        {
            store.Flush();
            uint below = desk.Look(static chain => chain.LowestHeight);
            if (below > _prunedBelow)
            {
                store.Prune(below);
                _prunedBelow = below;
            }
            _failed = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_failed)
            {
                LogFailed(e.Message);
            }
            _failed = true;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, EventName = "chain_write_failed",
        Message = "The share chain cannot be written: {Problem}. It goes on in memory and is tried again.")]
    private partial void LogFailed(string problem);
}
