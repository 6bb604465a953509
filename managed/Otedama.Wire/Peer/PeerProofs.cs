using System.Security.Cryptography;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>Hashes that bind a link to its chain and its two ends.</summary>
public static class PeerProofs
{
    /// <summary>
    /// Proves knowledge of the chain id to this one peer on this one link: SHA-256("OTEDAMA-HS", 01, chain id, own id,
    /// peer's id, own nonce).
    /// </summary>
    public static Hash256 Chain(Hash256 chainId, NodeId own, NodeId peer, Hash256 ownNonce)
    {
        Span<byte> bytes = stackalloc byte[10 + 1 + (4 * 32)];
        "OTEDAMA-HS\u0001"u8.CopyTo(bytes);
        chainId.CopyTo(bytes[11..]);
        own.CopyTo(bytes[43..]);
        peer.CopyTo(bytes[75..]);
        ownNonce.CopyTo(bytes[107..]);
        return Hash(bytes);
    }

    /// <summary>
    /// The context that other protocols bind themselves to: SHA-256("OTEDAMA-SESS", 01, the lower id, the higher id,
    /// nonce of the side that dialled, nonce of the other). The same on both sides.
    /// </summary>
    public static Hash256 Session(NodeId one, NodeId other, Hash256 initiatorNonce, Hash256 responderNonce)
    {
        Span<byte> bytes = stackalloc byte[12 + 1 + (4 * 32)];
        "OTEDAMA-SESS\u0001"u8.CopyTo(bytes);
        (one < other ? one : other).CopyTo(bytes[13..]);
        (one < other ? other : one).CopyTo(bytes[45..]);
        initiatorNonce.CopyTo(bytes[77..]);
        responderNonce.CopyTo(bytes[109..]);
        return Hash(bytes);
    }

    /// <summary>Equality whose time tells nothing about where two hashes differ.</summary>
    public static bool FixedTimeEquals(Hash256 one, Hash256 other)
    {
        Span<byte> left = stackalloc byte[32], right = stackalloc byte[32];
        one.CopyTo(left);
        other.CopyTo(right);
        return CryptographicOperations.FixedTimeEquals(left, right);
    }

    private static Hash256 Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(bytes, hash);
        return new Hash256(hash);
    }
}
