using System.Security.Cryptography;

namespace Otedama.Interop;

/// <summary>Signatures of BIP 340 over 32-byte messages, in native code. Pure, any thread, allocates nothing.</summary>
public static unsafe class Schnorr
{
    public const int MessageBytes = 32, SignatureBytes = 64;

    /// <summary>Signs with fresh randomness. A secret that is out of range is a NativeException.</summary>
    public static void Sign(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Span<byte> random = stackalloc byte[32];
        RandomNumberGenerator.Fill(random);
        Sign(secret, message, random, signature);
    }

    /// <param name="aux">32 bytes the nonce depends on besides key and message.</param>
    public static void Sign(
        ReadOnlySpan<byte> secret, ReadOnlySpan<byte> message, ReadOnlySpan<byte> aux, Span<byte> signature)
    {
        Curve.Need(secret, EllSwift.SecretBytes, "secret");
        Curve.Need(message, MessageBytes, "message");
        Curve.Need(aux, 32, "aux");
        Curve.Need(signature, SignatureBytes, "signature");
        fixed (byte* key = secret)
        fixed (byte* digest = message)
        fixed (byte* random = aux)
        fixed (byte* to = signature)
        {
            Curve.Check(Otd.otd_schnorr_sign(to, digest, key, random), "sign");
        }
    }

    /// <summary>False for anything malformed as well as for a wrong signature.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicX, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Curve.Need(publicX, EllSwift.PointBytes, "public key");
        Curve.Need(message, MessageBytes, "message");
        Curve.Need(signature, SignatureBytes, "signature");
        uint valid;
        fixed (byte* key = publicX)
        fixed (byte* digest = message)
        fixed (byte* from = signature)
        {
            Curve.Check(Otd.otd_schnorr_verify(&valid, from, digest, key), "check a signature");
        }
        return valid != 0;
    }
}
