using System.Net;
using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Dht;

/// <summary>A store that strangers fill, each at an address of its own.</summary>
public sealed class PeerStoreTests
{
    private const int Keys = 3_000, PeersOfKey = 150, KeysMax = 2_000, PeersMax = 100, TotalMax = 16_384;

    private readonly PeerStore _store = new(new SeededRandom(1));

    [Theory]
    [InlineData(PeersOfKey, PeersMax)]
    [InlineData(1, 1)]
    public void Full_it_has_no_more_keys_and_peers_than_it_may(int announced, int kept)
    {
        for (int peer = 0; peer < Keys * announced; peer++)
        {
            _store.TryAdd(Key(peer / announced), Peer(peer), peer / announced);
            Assert.InRange(_store.Count, 1, TotalMax);
        }
        int[] counts = [.. Enumerable.Range(0, Keys).Select(key => _store.Get(Key(key), isV6: false, int.MaxValue, Keys).Count)];
        Assert.Equal(kept, counts.Max());
        Assert.Equal(kept, counts[^1]);
        // The keys of the last half hour, as many as there is room for: the oldest were pushed out.
        Assert.InRange(counts.Count(static count => count > 0), Math.Min(TotalMax / PeersMax, KeysMax) - 1, KeysMax);
    }

    private static DhtId Key(int number)
    {
        byte[] bytes = new byte[DhtId.Size];
        BitConverter.TryWriteBytes(bytes, number);
        return new DhtId(bytes);
    }

    private static PeerEndpoint Peer(int number) => PeerEndpoint.Of(
        new IPAddress([44, (byte)(number >> 16), (byte)((number >> 8) & 0xff), (byte)(number & 0xff)]), 6_881);
}
