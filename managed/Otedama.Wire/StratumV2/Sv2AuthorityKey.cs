using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Wire;

/// <summary>
/// The text of an authority's keys. Public: Base58Check of 01 00 and the 32-byte x; the older text without 01 00 is
/// read as well. Secret: Base58Check of its 32 bytes.
/// </summary>
public static class Sv2AuthorityKey
{
    private static ReadOnlySpan<byte> Prefix => [1, 0];

    public static string Format(ReadOnlySpan<byte> publicX) => Base58Check.Encode([.. Prefix, .. publicX]);

    public static string FormatSecret(ReadOnlySpan<byte> secret) => Base58Check.Encode(secret);

    /// <summary>error is a sentence when false; it does not repeat the text.</summary>
    public static bool TryParse(string text, out byte[] publicX, out string error)
    {
        publicX = [];
        if (!Base58Check.TryDecode(text, out byte[] payload, out error))
        {
            error = $"the authority key cannot be read: {error}";
            return false;
        }
        ReadOnlySpan<byte> x = payload.Length == EllSwift.PointBytes + 2 && payload.AsSpan().StartsWith(Prefix)
            ? payload.AsSpan(2)
            : payload;
        if (x.Length != EllSwift.PointBytes)
        {
            error = $"the authority key has {payload.Length} bytes; 32, or 34 that begin with 01 00, are allowed";
            return false;
        }
        publicX = x.ToArray();
        return true;
    }

    /// <summary>error is a sentence when false, without any part of the secret.</summary>
    public static bool TryParseSecret(string text, out byte[] secret, out string error)
    {
        Span<byte> x = stackalloc byte[EllSwift.PointBytes];
        if (Base58Check.TryDecode(text, out secret, out error)
            && secret.Length == EllSwift.SecretBytes && EllSwift.TryPublicKey(secret, x))
        {
            return true;
        }
        error = "the authority's secret is not the text of 32 bytes in Base58Check that are a key of secp256k1";
        return false;
    }
}
