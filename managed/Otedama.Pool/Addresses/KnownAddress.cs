using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// What is known of one place where a node may listen. Times are Unix seconds, zero = never. Belongs to its manager's
/// lock.
/// </summary>
internal sealed class KnownAddress(PeerEndpoint place)
{
    private const long Minute = 60, Day = 86_400;
    private const int TriesWithoutSuccess = 3, FailuresInAWeek = 10, FailuresThatCount = 8;

    public PeerEndpoint Place { get; } = place;

    /// <summary>Who first told us; decides the buckets of `new`.</summary>
    public PeerEndpoint Source { get; set; }

    /// <summary>
    /// Proven in a handshake at this place, never hearsay: a stranger could name a wrong one and lock us out.
    /// </summary>
    public NodeId NodeId { get; set; }

    public long FirstHeard { get; set; }

    public long LastSeen { get; set; }

    public long LastTry { get; set; }

    public long LastSuccess { get; set; }

    /// <summary>Attempts that failed since the last success.</summary>
    public int Failures { get; set; }

    /// <summary>Nobody but the DHT has told us of it.</summary>
    public bool IsDhtOnly { get; set; }

    public bool IsTried { get; set; }

    /// <summary>Buckets of `new` it lies in.</summary>
    public List<ushort> NewBuckets { get; } = [];

    /// <summary>
    /// Not worth a place, nor telling others. One we tried a minute ago is being tried and is no worse yet.
    /// </summary>
    public bool IsTerrible(long now)
    {
        if (LastTry > 0 && LastTry >= now - Minute)
        {
            return false;
        }
        return LastSeen > now + (10 * Minute)
            || LastSeen < now - (30 * Day)
            || (LastSuccess == 0 && Failures >= TriesWithoutSuccess)
            || (LastSuccess < now - (7 * Day) && Failures > FailuresInAWeek);
    }

    /// <summary>Weight of its selection, in (0, 1].</summary>
    public double Chance(long now) =>
        Math.Pow(0.66, Math.Min(Failures, FailuresThatCount)) * (LastTry > now - (10 * Minute) ? 0.01 : 1);
}
