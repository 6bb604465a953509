using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>Who is connected to a node of a share chain, and how far away, as the API shows it.</summary>
internal static class PeerViews
{
    public static PeersAnswer Of(ChainSnapshot? chain)
    {
        if (chain is null)
        {
            return new PeersAnswer(1, false, []);
        }
        OwnPlace own = chain.Network.Place;
        PeerRow[] peers = [.. chain.Network.Peers.OrderBy(static peer => peer.RoundTrip ?? TimeSpan.MaxValue)];
        IReadOnlyList<(double X, double Y)?> map = WayMap.Around(own.Coordinate, [.. peers.Select(static peer =>
            new MapPeer(peer.Told, peer.RoundTrip?.TotalSeconds, Turn(peer.Id)))]);
        return new PeersAnswer(1, true, [.. peers.Select((peer, i) => View(peer, own.Coordinate, map[i]))])
        {
            Region = own.Region.Length > 0 ? own.Region : null,
            Coordinate = View(own.Coordinate),
        };
    }

    private static PeerView View(PeerRow peer, Coordinate own, (double X, double Y)? place) => new()
    {
        Id = peer.Id,
        Address = peer.Address,
        Direction = peer.IsOutbound ? "out" : "in",
        ForLatency = peer.IsForLatency,
        AgeS = peer.Age.TotalSeconds,
        RoundTripMs = peer.RoundTrip?.TotalMilliseconds,
        Region = peer.Region.Length > 0 ? peer.Region : null,
        Asn = peer.System > 0 ? peer.System : null,
        Coordinate = peer.Told is { } told ? View(told) : null,
        EstimateMs = peer.Told is { } at ? own.SecondsTo(at) * 1_000 : null,
        XMs = place?.X * 1_000,
        YMs = place?.Y * 1_000,
        Height = peer.Tip?.Height,
        Work = peer.Tip is { } tip ? ChainViews.Text(tip.Work) : null,
        BytesIn = peer.BytesIn,
        BytesOut = peer.BytesOut,
        Points = peer.Points,
        Agent = peer.Agent,
    };

    private static CoordinateView View(Coordinate coordinate) => new(
        Array.ConvertAll(coordinate.At.ToArray(), static x => x * 1_000), coordinate.Height * 1_000, coordinate.Error);

    /// <summary>Any direction, and the same one each time.</summary>
    private static double Turn(string id) => Convert.ToByte(id[..2], 16) / 256.0;
}
