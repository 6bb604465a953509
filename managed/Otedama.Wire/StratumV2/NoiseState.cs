using System.Security.Cryptography;

namespace Otedama.Wire;

/// <summary>
/// What both sides of a handshake Noise_NX_Secp256k1+EllSwift_ChaChaPoly_SHA256 carry along: the chaining key, the
/// hash of all that was said, and the key of the moment. Wiped when disposed. One caller.
/// </summary>
public sealed class NoiseState : IDisposable
{
    public const int HashBytes = 32;

    private readonly byte[] _chain = new byte[HashBytes];
    private readonly byte[] _hash = new byte[HashBytes];
    private readonly byte[] _key = new byte[NoiseCipher.KeyBytes];
    private ulong _next;

    /// <summary>The start of both sides, with an empty prologue.</summary>
    public NoiseState()
    {
        SHA256.HashData("Noise_NX_Secp256k1+EllSwift_ChaChaPoly_SHA256"u8, _chain);
        SHA256.HashData(_chain, _hash);
    }

    public ReadOnlySpan<byte> ChainingKey => _chain;

    public ReadOnlySpan<byte> Hash => _hash;

    public ReadOnlySpan<byte> Key => _key;

    /// <summary>h = SHA-256(h, data).</summary>
    public void MixHash(ReadOnlySpan<byte> data)
    {
        Span<byte> both = stackalloc byte[HashBytes + NoiseActs.Act2Bytes];
        _hash.CopyTo(both);
        data.CopyTo(both[HashBytes..]);
        SHA256.HashData(both[..(HashBytes + data.Length)], _hash);
    }

    /// <summary>(ck, k) = HKDF(ck, secret); the nonce starts again.</summary>
    public void MixKey(ReadOnlySpan<byte> secret)
    {
        Expand(secret, _chain, _key);
        _next = 0;
    }

    /// <summary>Writes plain.Length + 16 bytes and mixes them into the hash.</summary>
    public void Seal(ReadOnlySpan<byte> plain, Span<byte> @sealed)
    {
        using NoiseCipher cipher = new(_key, _next);
        cipher.Seal(plain, @sealed, _hash);
        _next = cipher.Next;
        MixHash(@sealed);
    }

    /// <summary>False when the tag is wrong.</summary>
    public bool TryOpen(ReadOnlySpan<byte> @sealed, Span<byte> plain)
    {
        using NoiseCipher cipher = new(_key, _next);
        bool good = cipher.TryOpen(@sealed, plain, _hash);
        _next = cipher.Next;
        MixHash(@sealed);
        return good;
    }

    /// <summary>The two keys of the transport.</summary>
    public NoiseKeys Split()
    {
        NoiseKeys keys = new();
        Expand([], keys.ToResponder, keys.ToInitiator);
        return keys;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_chain);
        CryptographicOperations.ZeroMemory(_key);
    }

    /// <summary>HKDF with two outputs; the first may be the chaining key itself.</summary>
    private void Expand(ReadOnlySpan<byte> secret, Span<byte> one, Span<byte> two)
    {
        Span<byte> middle = stackalloc byte[HashBytes];
        Span<byte> last = stackalloc byte[HashBytes + 1];
        HMACSHA256.HashData(_chain, secret, middle);
        HMACSHA256.HashData(middle, [1], one);
        one.CopyTo(last);
        last[HashBytes] = 2;
        HMACSHA256.HashData(middle, last, two);
        CryptographicOperations.ZeroMemory(middle);
        CryptographicOperations.ZeroMemory(last);
    }
}
