namespace Otedama.Mining;

/// <summary>What became of a share that was sent.</summary>
public enum ShareOutcome
{
    Accepted,
    Rejected,
    Stale,

    /// <summary>The connection went away, or no reply came in time.</summary>
    Dropped,
}
