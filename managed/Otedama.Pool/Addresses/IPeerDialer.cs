using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Begins connections. It tells the dialler how each went, by its number; never inside Dial.</summary>
public interface IPeerDialer
{
    void Dial(DialOrder order);
}

/// <summary>Connect there. NodeId: who has to answer, null where nobody has before.</summary>
public sealed record DialOrder(long Number, PeerEndpoint Place, NodeId? NodeId, OutboundKind Kind);

/// <summary>A guess at how far away a place is, from what was measured before. Any thread.</summary>
public interface ILatencyGuess
{
    /// <summary>Seconds there and back; null where nothing is known.</summary>
    double? Seconds(PeerEndpoint place);
}
