using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What a DHT node can tell about itself; counts are since its start.</summary>
public sealed record DhtSnapshot
{
    public required IReadOnlyList<DhtFamilySnapshot> Families { get; init; }

    public required long Asked { get; init; }

    public required long Answered { get; init; }

    /// <summary>How questions ended.</summary>
    public required IReadOnlyList<DhtQueryCount> Queries { get; init; }

    /// <summary>Answers of nodes whose id does not fit their address.</summary>
    public required long Misfits { get; init; }

    /// <summary>Datagrams that were not looked at, because there were too many.</summary>
    public required long Refused { get; init; }

    public required long LookupsEnded { get; init; }

    /// <summary>Announcements that a node confirmed.</summary>
    public required long Announced { get; init; }

    /// <summary>Peers handed on.</summary>
    public required long Hints { get; init; }

    /// <summary>Peers that others announced here.</summary>
    public required int StoredPeers { get; init; }

    /// <summary>Lookups or questions are under way.</summary>
    public required bool IsBusy { get; init; }
}

/// <summary>
/// One family: nodes known, those of them that answered lately, those whose id does not fit their address.
/// </summary>
public sealed record DhtFamilySnapshot(bool IsV6, DhtId Id, int Nodes, int Good, int Misfits, PeerEndpoint? External);

/// <summary>What came of a question; an error is an answer of the other node.</summary>
public enum DhtResult
{
    Answered,
    Error,
    Silence,
}

/// <summary>Questions of one kind that ended in one way.</summary>
public readonly record struct DhtQueryCount(KrpcMethod Method, DhtResult Result, long Count);
