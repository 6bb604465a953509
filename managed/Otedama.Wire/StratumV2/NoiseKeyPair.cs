using System.Security.Cryptography;
using Otedama.Interop;

namespace Otedama.Wire;

/// <summary>A secret key of secp256k1 and its ElligatorSwift encoding; the secret is wiped when disposed.</summary>
public sealed class NoiseKeyPair : IDisposable
{
    private readonly byte[] _secret = new byte[EllSwift.SecretBytes];
    private readonly byte[] _encoding = new byte[EllSwift.EncodingBytes];

    /// <summary>A fresh pair.</summary>
    public NoiseKeyPair()
    {
        EllSwift.NewSecret(_secret);
        EllSwift.Create(_secret, _encoding);
    }

    /// <summary>A pair that is known; the encoding has to be one of the secret.</summary>
    public NoiseKeyPair(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> encoding)
    {
        secret.CopyTo(_secret);
        encoding.CopyTo(_encoding);
    }

    /// <summary>64 bytes, sent as they are.</summary>
    public ReadOnlySpan<byte> Encoding => _encoding;

    /// <summary>The secret shared with a peer; wipe it after use.</summary>
    /// <param name="isInitiator">Whether this pair is of the initiator's side.</param>
    public void Exchange(ReadOnlySpan<byte> theirs, bool isInitiator, Span<byte> shared) => EllSwift.SharedSecret(
        _secret, isInitiator ? _encoding : theirs, isInitiator ? theirs : _encoding, isInitiator, shared);

    public void Dispose() => CryptographicOperations.ZeroMemory(_secret);
}
