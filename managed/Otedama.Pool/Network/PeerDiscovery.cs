using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Looks for the nodes of a chain in the DHT and lets them find this one. What it finds goes to the addresses, as
/// hearsay of the DHT, and wakes the dialler. Called with the DHT node's lock held, any thread.
/// </summary>
internal sealed class PeerDiscovery : IDiscovered, IDisposable
{
    /// <summary>With so many outbound peers nobody has to be looked for.</summary>
    private const int Enough = 4;

    private readonly int _enough;
    private readonly AddressManager _addresses;
    private readonly Dialler _dialler;
    private readonly DhtWorld _world;

    /// <summary>outboundMax: full links that are wanted.</summary>
    public PeerDiscovery(
        DhtOptions options, DhtWorld world, Hash256 chain, int outboundMax, AddressManager addresses, Dialler dialler)
    {
        (_world, _addresses, _dialler) = (world, addresses, dialler);
        _enough = Math.Min(Enough, outboundMax);
        Node = new DhtNode(options, world, this);
        Node.FollowNetwork(chain.ToArray());
    }

    /// <summary>A step. Its port to announce is set by who knows that this node is reached.</summary>
    public DhtNode Node { get; }

    public bool HasEnough => _dialler.Lines().Count(static line =>
        line.IsUp && line.Outbound.Kind != OutboundKind.Feeler) >= _enough;

    public void Offer(PeerHint hint)
    {
        long now = _world.Time.GetUtcNow().ToUnixTimeSeconds();
        if (_addresses.Add(hint.Endpoint, hint.Endpoint, now, AddressOrigin.Dht))
        {
            _dialler.Wake.Set();
        }
    }

    public void Dispose() => _world.Datagrams.Dispose();
}
