namespace Otedama.Wire;

/// <summary>The engine on .NET sockets.</summary>
public sealed class SocketEngine : ITransportEngine
{
    public ITransport Make(TransportOptions options, TimeProvider time) => new SocketTransport(options, time);
}
