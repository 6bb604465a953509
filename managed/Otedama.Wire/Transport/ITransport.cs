using System.Net;

namespace Otedama.Wire;

/// <summary>An engine that moves bytes between many connections and one handler.</summary>
public interface ITransport : IDisposable
{
    /// <summary>Where it listens, with the real ports; empty before Start.</summary>
    IReadOnlyList<IPEndPoint> Endpoints { get; }

    /// <summary>Open connections, those still in their PROXY header included.</summary>
    int ConnectionCount { get; }

    /// <summary>Connections closed at once because the limit was reached, since start.</summary>
    long RefusedCount { get; }

    /// <summary>What TLS connections are shown from now on; open ones keep theirs. Null: none are let in.</summary>
    TlsIdentity? Identity { get; set; }

    /// <summary>Begins to listen. Throws IOException naming the endpoint that cannot be had.</summary>
    void Start(ITransportHandler handler);

    /// <summary>
    /// Sends what was written to each of these connections, without waiting, once per connection: an engine with a
    /// queue of its own enters the kernel once for all of them. Needed only outside ITransportHandler.OnReceived.
    /// </summary>
    void EndBatch(ReadOnlySpan<TransportConnection> written);

    /// <summary>Accepts no more; open connections stay.</summary>
    void StopListening();
}
