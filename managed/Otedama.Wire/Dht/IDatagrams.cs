using System.Net;

namespace Otedama.Wire;

/// <summary>Sends and receives single datagrams: UDP, or a simulation's. Any thread.</summary>
public interface IDatagrams : IDisposable
{
    /// <summary>Where it listens, with the real ports: one for each family it has.</summary>
    IReadOnlyList<IPEndPoint> Endpoints { get; }

    /// <summary>Begins to hand over what comes in. Call once.</summary>
    void Start(DatagramReceiver receiver);

    /// <summary>Sends it or loses it, without waiting; both are what a network does.</summary>
    void Send(PeerEndpoint to, ReadOnlySpan<byte> datagram);
}

/// <summary>
/// Called for every datagram, from the thread that received it; the bytes are gone afterwards. Does not throw.
/// </summary>
public delegate void DatagramReceiver(PeerEndpoint from, ReadOnlySpan<byte> datagram);
