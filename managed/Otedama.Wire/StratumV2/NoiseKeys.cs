using System.Security.Cryptography;

namespace Otedama.Wire;

/// <summary>The two keys a handshake ends with; wiped when disposed, after the ciphers were made of them.</summary>
public sealed class NoiseKeys : IDisposable
{
    /// <summary>Seals what the client (the initiator) sends.</summary>
    public byte[] ToResponder { get; } = new byte[NoiseCipher.KeyBytes];

    /// <summary>Seals what the server (the responder) sends.</summary>
    public byte[] ToInitiator { get; } = new byte[NoiseCipher.KeyBytes];

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(ToResponder);
        CryptographicOperations.ZeroMemory(ToInitiator);
    }
}
