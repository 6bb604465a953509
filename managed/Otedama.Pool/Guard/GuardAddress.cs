namespace Otedama.Pool;

/// <summary>
/// What the guard knows about one address, or about one network of addresses. Fields belong to
/// <see cref="ConnectionGuard"/>, under the address' lock; a network's under the network's own.
/// </summary>
internal sealed class GuardAddress
{
    private const double PeakHalfLifeSeconds = 3_600;

    public GuardAddress(GuardKey key, GuardAddress? network, double burst, double now)
    {
        Key = key;
        Network = network;
        ConnectRate = new TokenBucket(burst, now);
        LastSeenAt = now;
    }

    public GuardKey Key { get; }

    /// <summary>Null for a network.</summary>
    public GuardAddress? Network { get; }

    internal TokenBucket ConnectRate;
    internal int Connections;
    internal int NotLoggedIn;

    /// <summary>Open connections with at least one accepted share.</summary>
    internal int Proven;

    internal double Score;
    internal double ScoredAt;
    internal double BannedUntil;
    internal double LastSeenAt;
    internal int Bans;
    internal int SharesGood;
    internal int SharesBad;

    private double _peak;
    private double _peakAt;

    /// <summary>
    /// How many miners live here as far as accepted shares tell: those connected, or those that were and may be coming
    /// back after an outage.
    /// </summary>
    internal int Miners(double now)
    {
        _peak *= Math.Pow(2, -(now - _peakAt) / PeakHalfLifeSeconds);
        _peakAt = now;
        _peak = Math.Max(_peak, Proven);
        return (int)_peak;
    }
}
