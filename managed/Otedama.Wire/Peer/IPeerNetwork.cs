using System.Net;

namespace Otedama.Wire;

/// <summary>
/// Makes links to other nodes: sockets with TLS, or what a simulation has in their place. Any thread.
/// </summary>
public interface IPeerNetwork : IDisposable
{
    /// <summary>Links whose handshake is done.</summary>
    int OpenCount { get; }

    /// <summary>Handshakes under way: of those who came, and of those who are dialled.</summary>
    (int In, int Out) Shaking { get; }

    /// <summary>Handshakes that ended so, since the start; None are those that became links.</summary>
    long Count(PeerRefusal reason);

    /// <summary>
    /// Lets nodes in at these places; port 0 takes a free one. Returns the places with their real ports. Throws
    /// IOException naming the place that cannot be had.
    /// </summary>
    IReadOnlyList<IPEndPoint> Listen(IReadOnlyList<IPEndPoint> places, IPeerNetworkUser user);

    /// <summary>
    /// Connects without waiting; what became of it is told to the user with this number. expected: who has to answer,
    /// null where nobody has before. number: above zero, or below it for a call that is not worth solving a puzzle.
    /// </summary>
    void Dial(IPEndPoint place, NodeId? expected, long number, IPeerNetworkUser user);
}

/// <summary>Whose links they are. Any thread.</summary>
public interface IPeerNetworkUser
{
    /// <summary>From there may come more handshakes than from elsewhere, and no puzzle is wanted.</summary>
    bool IsAllowed(IPAddress address);

    /// <summary>
    /// A link whose other end is proved. number: of the call that dialled it, 0 for one that came in.
    /// </summary>
    IPeerLinkUser OnLink(IPeerLink link, long number);

    /// <summary>It came to no link. number: as above. detail: what the system said, for the log.</summary>
    void OnNoLink(IPEndPoint place, long number, PeerRefusal reason, string detail);
}

/// <summary>What a link tells whoever speaks over it. Calls for one link come one at a time, but OnSent.</summary>
public interface IPeerLinkUser
{
    /// <summary>The first call: now it may be written to.</summary>
    void Start();

    /// <summary>Bytes of the other end, in order.</summary>
    void OnReceived(ReadOnlySpan<byte> bytes);

    /// <summary>Everything that was written has been taken. Any thread.</summary>
    void OnSent();

    /// <summary>The last call.</summary>
    void OnClosed();
}
