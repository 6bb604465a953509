using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// What a pool meets outside itself. The executable makes the real one; tests and the simulation make others.
/// </summary>
public sealed record PoolWorld
{
    public required TimeProvider Time { get; init; }

    public required IRandomness Random { get; init; }

    /// <summary>Makes the listeners miners connect to.</summary>
    public required ITransportEngine Transport { get; init; }

    /// <summary>The disk under everything the pool keeps.</summary>
    public required IFiles Files { get; init; }

    /// <summary>Opens the coin nodes.</summary>
    public required INodeLinks Nodes { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    /// <summary>Makes links to other nodes of a share chain: for this key, with so many that may come in, and so
    /// many more until it is known who goes for them.</summary>
    public Func<NodeIdentity, int, int, IPeerNetwork> Peers { get; init; } = static (_, _, _) => throw new NotSupportedException(
        "this world has no other nodes");

    /// <summary>
    /// What a DHT node meets, with datagrams at these places. Throws SocketException when none of them can be had.
    /// </summary>
    public Func<IReadOnlyList<IPEndPoint>, DhtWorld> Dht { get; init; } = static _ => throw new NotSupportedException(
        "this world has no DHT");

    /// <summary>The local network, for whoever asks its gateway for ports.</summary>
    public INatWorld Gateway { get; init; } = new NoGateway();

    /// <summary>Host names of the internet.</summary>
    public INames Names { get; init; } = new NoNames();

    /// <summary>Whom the system asks for names; what asks them itself does so over the gateway's network.</summary>
    public Func<IReadOnlyList<IPEndPoint>> NameServers { get; init; } = static () => [];

    /// <summary>What is known of addresses.</summary>
    public IAtlas Atlas { get; init; } = new NoAtlas();

    /// <summary>
    /// Asks another pool of the operator whether it serves miners: seconds to it, or null and why not.
    /// </summary>
    public Func<RegionPool, CancellationToken, Task<(double? Seconds, string? Problem)>> Visit { get; init; } =
        static (_, _) => Task.FromResult<(double?, string?)>((null, "this world has no other pools"));
}
