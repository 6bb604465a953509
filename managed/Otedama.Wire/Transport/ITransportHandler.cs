namespace Otedama.Wire;

/// <summary>
/// What a transport engine tells its user. Shaped for batches: an engine delivers what many connections received, then
/// sends what the handler wrote meanwhile, once per connection. Calls for one connection never overlap, except that
/// OnClosed may come from any thread.
/// </summary>
public interface ITransportHandler
{
    /// <summary>A connection whose real remote address is known. False refuses it; it is closed at once.</summary>
    bool OnAccepted(TransportConnection connection);

    /// <summary>
    /// Plain bytes in order. What is written to this connection during the call is flushed by the engine afterwards.
    /// </summary>
    void OnReceived(TransportConnection connection, ReadOnlySpan<byte> bytes);

    /// <summary>The last call for a connection that was accepted; exactly once.</summary>
    void OnClosed(TransportConnection connection, CloseReason reason);
}
