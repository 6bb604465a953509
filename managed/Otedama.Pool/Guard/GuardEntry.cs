namespace Otedama.Pool;

/// <summary>What the guard knows about one address. Fields belong to <see cref="ConnectionGuard"/>, under this object's lock.</summary>
public sealed class GuardEntry
{
    internal GuardEntry(GuardKey key, double burst, double now)
    {
        Key = key;
        ConnectRate = new TokenBucket(burst, now);
    }

    internal GuardKey Key { get; }

    internal TokenBucket ConnectRate;

    internal int Connections;
    internal double Score;
    internal double ScoredAt;
    internal double BannedUntil;
    internal double LastSeenAt;
    internal int SharesGood;
    internal int SharesBad;
}
