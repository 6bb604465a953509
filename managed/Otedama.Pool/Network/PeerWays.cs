using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Where this node stands among its peers (p2p rules, section 8): their round trips, measured by us, and where they say
/// they are, make its coordinate, and it tells them its own. Any thread.
/// </summary>
internal sealed class PeerWays(PeerHost host, WayBook book, string region, PoolWorld world) : IStep
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(5);

    /// <summary>Peers allow one in half a minute: what some come late by leaves no debt with this.</summary>
    private static readonly TimeSpan s_tellEvery = TimeSpan.FromSeconds(35);

    private readonly CoordinateClient _client = new(world.Random);

    public Signal Wake { get; } = new(world.Time);

    public Coordinate Own => _client.Own;

    /// <summary>Name of the region this node is in; empty: not named.</summary>
    public string Region => region;

    /// <summary>A round trip was measured. What the peer said of its place counts through it alone.</summary>
    public void OnRoundTrip(SessionPeer peer)
    {
        double seconds = peer.Session.RoundTrip!.Value.TotalSeconds;
        if (peer.ListensAt is { } place)
        {
            book.Note(place, seconds);
        }
        if (peer.Place.Told is { } told)
        {
            _client.Update(told, seconds, Usual());
        }
    }

    /// <summary>COORD.</summary>
    public void Take(SessionPeer peer, in PeerFrame frame)
    {
        PeerCoord said = PeerCoord.Read(frame.Body);
        Coordinate coordinate = Coordinate.Of(said);
        if (!coordinate.IsSane)
        {
            peer.Blame(PeerOffence.BadCoordinate, "COORD with numbers that are none, or beyond ten seconds");
            return;
        }
        (peer.Place.Told, peer.Place.Region) = (coordinate, said.Region);
    }

    /// <summary>Tells those whose turn it is where we are.</summary>
    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        Span<byte> body = stackalloc byte[PeerCoord.BytesMax];
        Coordinate own = Own;
        int bytes = new PeerCoord(own.At.ToArray(), own.Height, own.Error, region).Write(body);
        foreach (SessionPeer peer in host.Peers)
        {
            if (peer.Place.Rest.Left(world.Time) == TimeSpan.Zero
                && peer.Session.Send(PeerMessage.Coord, body[..bytes]))
            {
                peer.Place.Rest = Pause.Begin(world.Time, s_tellEvery);
            }
        }
        return new ValueTask<TimeSpan>(s_look);
    }

    /// <summary>The median of all peers: what one of them is at does not move it.</summary>
    private double Usual()
    {
        double[] ways =
            [.. host.Peers.Select(static peer => peer.Session.RoundTrip?.TotalSeconds).OfType<double>().Order()];
        return ways.Length == 0 ? Coordinate.SecondsMax : ways[ways.Length / 2];
    }
}

/// <summary>What one peer says of where it is.</summary>
internal sealed class ToldPlace
{
    /// <summary>Null before it said so.</summary>
    public Coordinate? Told { get; set; }

    /// <summary>Its word for where it is, in plain text; empty: none.</summary>
    public string Region { get; set; } = "";

    /// <summary>Until it is told our place again. The step's only.</summary>
    public Pause Rest { get; set; }
}
