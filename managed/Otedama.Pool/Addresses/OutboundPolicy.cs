using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What a connection of ours to another node is for.</summary>
public enum OutboundKind
{
    Full,

    /// <summary>
    /// Shares and chain, and no addresses: nobody learns from gossip that it is there. The next anchors.
    /// </summary>
    ChainOnly,

    /// <summary>Only to see whether somebody answers; closed after the handshake.</summary>
    Feeler,

    /// <summary>One more while the chain stands still: whichever has more work stays.</summary>
    Extra,
}

/// <summary>
/// One connection of ours, begun or standing. Fresh from the DHT: nobody else has told of it, and for less than a day.
/// </summary>
public sealed record Outbound(PeerEndpoint Place, OutboundKind Kind, AddressGroup Group, bool IsFreshFromDht,
    bool IsForLatency);

/// <summary>
/// Whom to connect to, so that nobody who has one network, or only the DHT, or only short ways, has all our links.
/// </summary>
internal static class OutboundPolicy
{
    public const int ChainOnlyMax = 2, FreshFromDhtMax = 3;

    /// <summary>Of so many full connections so many may be chosen for their short way.</summary>
    public const int LatencyOf = 8, ForLatencyMax = 5;

    public const long FreshSeconds = 24 * 60 * 60;

    /// <summary>
    /// What is missing, most wanted first; null when nothing is. fullMax: 8 unless the operator wants fewer.
    /// </summary>
    public static OutboundKind? Missing(IReadOnlyCollection<Outbound> open, int fullMax)
    {
        int Of(OutboundKind kind) => open.Count(one => one.Kind == kind);
        return Of(OutboundKind.Full) < fullMax ? OutboundKind.Full
            : Of(OutboundKind.ChainOnly) < Math.Min(ChainOnlyMax, fullMax) ? OutboundKind.ChainOnly
            : null;
    }

    /// <summary>
    /// Feelers only have to be in no group that is connected already; what they find out is then news. Local
    /// addresses are one group, which in a private network has everybody: there each address counts for itself.
    /// </summary>
    public static bool Admits(Outbound candidate, IReadOnlyCollection<Outbound> open) =>
        open.All(one =>
            one.Place.Address != candidate.Place.Address || (IsLocal(one) && one.Place.Port != candidate.Place.Port))
        && (IsLocal(candidate) || open.All(one => one.Group != candidate.Group))
        && (!candidate.IsFreshFromDht || candidate.Kind == OutboundKind.Feeler
            || open.Count(static one => one.IsFreshFromDht && one.Kind != OutboundKind.Feeler) < FreshFromDhtMax);

    /// <summary>
    /// Whether the next full connection may be chosen for its short way; the others are chosen by chance alone:
    /// whoever rents hosts near ours has the near ones only.
    /// </summary>
    public static bool MayChooseByLatency(IReadOnlyCollection<Outbound> open, int fullMax) =>
        open.Count(static one => one.IsForLatency) < fullMax * ForLatencyMax / LatencyOf;

    /// <summary>Nobody but the DHT has told of it, and nobody has answered there.</summary>
    public static bool IsHearsay(AddressCandidate candidate) => candidate.IsDhtOnly && !candidate.HasAnswered;

    /// <summary>
    /// What others name is tried at ports where no well-known service of somebody else listens, and what only the DHT
    /// names once an hour: who lies to us shall not make us knock at doors.
    /// </summary>
    public static bool MayTry(AddressCandidate candidate, long now, bool isLonely) =>
        IsHearsay(candidate)
        ? candidate.LastTry <= now - 3600 && IsOpenPort(candidate.Place)
        : candidate.LastTry <= now - (isLonely ? 60 : 600) && (candidate.HasAnswered || IsOpenPort(candidate.Place));

    private static bool IsOpenPort(PeerEndpoint place) => place.Port is >= 1024 or 443;

    private static bool IsLocal(Outbound one) => one.Group.Kind == AddressGroupKind.Local;
}
