namespace Otedama.Wire;

/// <summary>Key y of a message.</summary>
public enum KrpcKind
{
    Query,
    Response,
    Error,
}

/// <summary>Key q of a query. Unknown stands for every name we do not answer by its own rules.</summary>
public enum KrpcMethod
{
    Unknown,
    Ping,
    FindNode,
    GetPeers,
    AnnouncePeer,
    SampleInfohashes,
}

/// <summary>Which families of nodes the sender of a query would like (BEP 32); None = the one it came over.</summary>
[Flags]
public enum KrpcWants
{
    None = 0,
    V4 = 1,
    V6 = 2,
}

/// <summary>Codes of key e (BEP 5).</summary>
public static class KrpcError
{
    public const int Server = 202, Protocol = 203, MethodUnknown = 204;
}

/// <summary>A node as lists of nodes name it.</summary>
public readonly record struct KrpcNode(DhtId Id, PeerEndpoint Endpoint);

/// <summary>
/// One datagram of the DHT (BEP 5, 32, 42, 43, 51). What is null or empty was not there or of a wrong type, and is
/// not written.
/// </summary>
public sealed class KrpcMessage
{
    public required KrpcKind Kind { get; init; }

    /// <summary>Key t, chosen by whoever asked: 2 bytes of ours, 0 to 32 of others.</summary>
    public required byte[] Transaction { get; init; }

    public KrpcMethod Method { get; init; }

    /// <summary>Of the sender.</summary>
    public DhtId? Id { get; init; }

    public DhtId? Target { get; init; }

    public DhtId? InfoHash { get; init; }

    /// <summary>As it came, so possibly 0 or no port at all.</summary>
    public long? Port { get; init; }

    /// <summary>The port is the one the datagram came from.</summary>
    public bool ImpliesPort { get; init; }

    public byte[] Token { get; init; } = [];

    public KrpcWants Wants { get; init; }

    /// <summary>The sender answers no queries (BEP 43).</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>IPv4 nodes; null = no such key.</summary>
    public IReadOnlyList<KrpcNode>? Nodes { get; init; }

    /// <summary>IPv6 nodes; null = no such key.</summary>
    public IReadOnlyList<KrpcNode>? Nodes6 { get; init; }

    /// <summary>Peers of the key that was asked for, both families; none with port 0.</summary>
    public IReadOnlyList<PeerEndpoint> Values { get; init; } = [];

    /// <summary>The address that the receiver of this message has in the sender's eyes (key ip, BEP 42).</summary>
    public PeerEndpoint? SeenAs { get; init; }

    /// <summary>Client and version, four bytes as a rule.</summary>
    public byte[] Version { get; init; } = [];

    /// <summary>
    /// Writes the keys of an empty answer to sample_infohashes (BEP 51): none kept for others to crawl.
    /// </summary>
    public bool HasNoSamples { get; init; }

    public int ErrorCode { get; init; }

    public string ErrorText { get; init; } = "";
}
