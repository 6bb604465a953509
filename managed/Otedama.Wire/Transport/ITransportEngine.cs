namespace Otedama.Wire;

/// <summary>A way to move bytes: .NET sockets, or what a simulation has in their place. Any thread.</summary>
public interface ITransportEngine
{
    /// <summary>A transport that does not listen yet. Its timeouts are measured with time.</summary>
    ITransport Make(TransportOptions options, TimeProvider time);
}
