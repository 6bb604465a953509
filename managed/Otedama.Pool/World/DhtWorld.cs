using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What a node of the DHT meets outside itself.</summary>
public sealed record DhtWorld
{
    public required TimeProvider Time { get; init; }

    public required IRandomness Random { get; init; }

    public required IDatagrams Datagrams { get; init; }

    public required INames Names { get; init; }

    public required IFiles Files { get; init; }
}
