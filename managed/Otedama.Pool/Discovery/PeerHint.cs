using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Where a hint came from.</summary>
public enum HintSource
{
    Dht,
}

/// <summary>
/// Somebody says that a pool node listens there. Anybody may have said it: who it is shows only when it is asked.
/// IsWeak: said only by nodes whose id does not fit their address.
/// </summary>
public readonly record struct PeerHint(PeerEndpoint Endpoint, HintSource Source, bool IsWeak);

/// <summary>Takes what discovery finds. Called with the finder's lock held: it keeps the hint and returns.</summary>
public interface IDiscovered
{
    /// <summary>True when enough outbound peers are connected, so that nobody has to be looked for.</summary>
    bool HasEnough { get; }

    void Offer(PeerHint hint);
}
