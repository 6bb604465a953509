namespace Otedama.Wire;

/// <summary>
/// What a <see cref="TlsPipe"/> tells the connection it is part of; always from within one of its methods.
/// </summary>
public interface ITlsPipeUser
{
    /// <summary>The handshake is done.</summary>
    void OnTlsOpen()
    {
    }

    void OnTlsPlain(ReadOnlySpan<byte> plain);

    /// <summary>
    /// Bytes for the other end. Comes from Feed and from Encrypt, which may run at once on two threads.
    /// </summary>
    void OnTlsCipher(ReadOnlySpan<byte> cipher);

    /// <summary>The last call: the other end said goodbye, or what came is no TLS.</summary>
    void OnTlsEnd(CloseReason reason);
}
