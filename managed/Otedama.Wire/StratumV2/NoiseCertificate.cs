using System.Buffers.Binary;
using System.Security.Cryptography;
using Otedama.Interop;

namespace Otedama.Wire;

/// <summary>
/// SIGNATURE_NOISE_MESSAGE: u16 version (0), u32 valid_from, u32 not_valid_after (Unix seconds), then the authority's
/// BIP 340 signature over SHA-256 of those ten bytes and the 32-byte x of the server's static key.
/// </summary>
public readonly ref struct NoiseCertificate(ReadOnlySpan<byte> bytes)
{
    public const int Bytes = 10 + Schnorr.SignatureBytes;

    /// <summary>Clocks may differ by so much, seconds.</summary>
    public const int LeewaySeconds = 10;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public ushort Version => BinaryPrimitives.ReadUInt16LittleEndian(_bytes);

    public uint ValidFrom => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[2..]);

    public uint NotValidAfter => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[6..]);

    /// <summary>Writes a certificate of the static key.</summary>
    /// <param name="aux">32 random bytes, or empty for fresh ones.</param>
    public static void Sign(
        Span<byte> certificate, ReadOnlySpan<byte> authoritySecret, ReadOnlySpan<byte> staticEncoding,
        uint validFrom, uint notValidAfter, ReadOnlySpan<byte> aux = default)
    {
        certificate[..2].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(certificate[2..], validFrom);
        BinaryPrimitives.WriteUInt32LittleEndian(certificate[6..], notValidAfter);
        Span<byte> digest = stackalloc byte[Schnorr.MessageBytes];
        Digest(certificate[..10], staticEncoding, digest);
        if (aux.IsEmpty)
        {
            Schnorr.Sign(authoritySecret, digest, certificate[10..Bytes]);
        }
        else
        {
            Schnorr.Sign(authoritySecret, digest, aux, certificate[10..Bytes]);
        }
    }

    /// <summary>What the authority signs, 32 bytes.</summary>
    public static void Digest(ReadOnlySpan<byte> head, ReadOnlySpan<byte> staticEncoding, Span<byte> digest)
    {
        Span<byte> signed = stackalloc byte[10 + EllSwift.PointBytes];
        head[..10].CopyTo(signed);
        EllSwift.Decode(staticEncoding, signed[10..]);
        SHA256.HashData(signed, digest);
    }

    /// <param name="authorityX">The authority's public key, 32 bytes.</param>
    /// <param name="nowSeconds">Unix time.</param>
    public NoiseFault Check(ReadOnlySpan<byte> authorityX, ReadOnlySpan<byte> staticEncoding, long nowSeconds)
    {
        if (Version != 0)
        {
            return NoiseFault.Version;
        }
        if (nowSeconds < (long)ValidFrom - LeewaySeconds)
        {
            return NoiseFault.NotYetValid;
        }
        if (nowSeconds > (long)NotValidAfter + LeewaySeconds)
        {
            return NoiseFault.Expired;
        }
        Span<byte> digest = stackalloc byte[Schnorr.MessageBytes];
        Digest(_bytes, staticEncoding, digest);
        return Schnorr.Verify(authorityX, digest, _bytes[10..]) ? NoiseFault.None : NoiseFault.Signature;
    }
}
