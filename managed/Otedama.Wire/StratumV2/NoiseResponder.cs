using System.Security.Cryptography;
using Otedama.Interop;

namespace Otedama.Wire;

/// <summary>
/// The server's side of a handshake. Any 64 bytes are a key, so that a client that speaks something else shows only
/// when its first frame does not open.
/// </summary>
public static class NoiseResponder
{
    /// <summary>Writes the 234 bytes of the answer and returns the keys.</summary>
    /// <param name="act1">The client's 64 bytes.</param>
    /// <param name="ephemeral">Used for this handshake alone; the caller disposes it.</param>
    public static NoiseKeys Answer(
        ReadOnlySpan<byte> act1, NoiseKeyPair ephemeral, NoiseIdentity identity, Span<byte> act2)
    {
        using NoiseState state = new();
        Span<byte> shared = stackalloc byte[EllSwift.SecretBytes];
        Span<byte> rest = act2[EllSwift.EncodingBytes..NoiseActs.Act2Bytes];
        state.MixHash(act1);
        state.MixHash([]);
        ephemeral.Encoding.CopyTo(act2);
        state.MixHash(ephemeral.Encoding);
        ephemeral.Exchange(act1, isInitiator: false, shared);
        state.MixKey(shared);
        state.Seal(identity.Static.Encoding, rest[..NoiseActs.SealedStaticBytes]);
        identity.Static.Exchange(act1, isInitiator: false, shared);
        state.MixKey(shared);
        state.Seal(identity.Certificate, rest[NoiseActs.SealedStaticBytes..]);
        CryptographicOperations.ZeroMemory(shared);
        return state.Split();
    }
}
