namespace Otedama.Pool;

public sealed record DiallerOptions
{
    /// <summary>Full connections to hold; two chain-only ones and a feeler come on top.</summary>
    public int FullMax { get; init; } = 8;

    /// <summary>Nodes the operator named and the anchors; these are tried first and again until they answer.</summary>
    public IReadOnlyList<FirstContact> FirstContacts { get; init; } = [];

    /// <summary>Nobody else is connected to, and no feelers go out.</summary>
    public bool OnlyFirstContacts { get; init; }
}

/// <summary>A node to try at start. An anchor is connected to as it was before: chain only.</summary>
public sealed record FirstContact(Otedama.Wire.PeerEndpoint Place, Otedama.Wire.NodeId? NodeId, bool IsAnchor = false);
