using System.Net;
using Otedama.Wire;

namespace Otedama;

/// <summary>What a pool listens with in a simulation.</summary>
internal sealed class SimTransport(SimNetwork network, SimLife life, TransportOptions options) : ITransport
{
    private readonly HashSet<SimConnection> _open = [];

    public SimLife Life => life;

    public TransportOptions Options => options;

    public ITransportHandler Handler { get; private set; } = null!;

    public IReadOnlyList<IPEndPoint> Endpoints { get; private set; } = [];

    public int ConnectionCount => _open.Count;

    public long RefusedCount { get; private set; }

    public TlsIdentity? Identity { get; set; }

    public void Start(ITransportHandler handler)
    {
        Handler = handler;
        Endpoints = options.Listen;
        network.Listen(this);
    }

    public void EndBatch(ReadOnlySpan<TransportConnection> written)
    {
        foreach (TransportConnection connection in written)
        {
            connection.Flush();
        }
    }

    public void StopListening() => network.StopListening(this);

    public void Dispose()
    {
        StopListening();
        foreach (SimConnection connection in _open.ToArray())
        {
            connection.Close(CloseReason.ServerStopping);
        }
    }

    /// <summary>Null when the pool refuses.</summary>
    public SimConnection? Accept(SimWire wire, IPEndPoint remote)
    {
        SimConnection connection = new(this, wire, remote, Endpoints[0].Port);
        if (_open.Count >= options.ConnectionsMax || !Handler.OnAccepted(connection))
        {
            RefusedCount++;
            return null;
        }
        _open.Add(connection);
        return connection;
    }

    public void Forget(SimConnection connection) => _open.Remove(connection);

    /// <summary>Output that is not taken within the timeout ends the connection.</summary>
    public void CloseUnread(SimConnection connection) =>
        network.Schedule.After(options.UnreadTimeout, life, () => connection.Close(CloseReason.SlowReader));
}
