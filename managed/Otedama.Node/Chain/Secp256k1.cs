using System.Numerics;
using System.Security.Cryptography;
using Otedama.Core;

namespace Otedama.Node;

/// <summary>ECDSA over secp256k1 by the platform's crypto library. Not available in FIPS mode.</summary>
internal static class Secp256k1
{
    public const int PublicKeyBytes = 33, PrivateKeyBytes = 32;

    private static readonly BigInteger s_prime = BigInteger.Pow(2, 256) - BigInteger.Pow(2, 32) - 977;

    private static readonly BigInteger s_order = BigInteger.Parse(
        "00fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        System.Globalization.NumberStyles.AllowHexSpecifier,
        System.Globalization.CultureInfo.InvariantCulture);

    private static readonly ECCurve s_curve = ECCurve.CreateFromFriendlyName("secp256k1");

    public static byte[] NewPrivateKey()
    {
        using ECDsa key = ECDsa.Create(s_curve);
        return key.ExportParameters(includePrivateParameters: true).D!;
    }

    /// <summary>
    /// The compressed public key. Throws CryptographicException when the private key is out of range.
    /// </summary>
    public static byte[] PublicKey(ReadOnlySpan<byte> privateKey)
    {
        using ECDsa key = FromPrivate(privateKey);
        ECPoint point = key.ExportParameters(includePrivateParameters: false).Q;
        return [(byte)(2 + (point.Y![^1] & 1)), .. point.X!];
    }

    /// <summary>A DER signature with the lower of the two possible s values (BIP 146).</summary>
    public static byte[] Sign(ReadOnlySpan<byte> privateKey, Hash256 hash)
    {
        using ECDsa key = FromPrivate(privateKey);
        byte[] flat = key.SignHash(hash.ToArray());
        BigInteger r = new(flat.AsSpan(0, 32), isUnsigned: true, isBigEndian: true);
        BigInteger s = new(flat.AsSpan(32), isUnsigned: true, isBigEndian: true);
        return Der(r, s > s_order / 2 ? s_order - s : s);
    }

    /// <summary>False for anything malformed as well as for a wrong signature.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, Hash256 hash, ReadOnlySpan<byte> der)
    {
        if (!TryDecompress(publicKey, out ECPoint point))
        {
            return false;
        }
        try
        {
            using ECDsa key = ECDsa.Create(new ECParameters { Curve = s_curve, Q = point });
            return key.VerifyHash(hash.ToArray(), der, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static ECDsa FromPrivate(ReadOnlySpan<byte> privateKey) =>
        ECDsa.Create(new ECParameters { Curve = s_curve, D = privateKey.ToArray() });

    /// <summary>y is a square root of x^3 + 7; the prime is 3 modulo 4, so one power finds it.</summary>
    private static bool TryDecompress(ReadOnlySpan<byte> key, out ECPoint point)
    {
        point = default;
        if (key.Length != PublicKeyBytes || key[0] is not (2 or 3))
        {
            return false;
        }
        BigInteger x = new(key[1..], isUnsigned: true, isBigEndian: true);
        BigInteger square = (BigInteger.ModPow(x, 3, s_prime) + 7) % s_prime;
        BigInteger y = BigInteger.ModPow(square, (s_prime + 1) / 4, s_prime);
        if (x >= s_prime || BigInteger.ModPow(y, 2, s_prime) != square)
        {
            return false;
        }
        y = y.IsEven == (key[0] == 2) ? y : s_prime - y;
        point = new ECPoint { X = key[1..].ToArray(), Y = Fixed(y) };
        return true;
    }

    private static byte[] Fixed(BigInteger value)
    {
        byte[] bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[PrivateKeyBytes - bytes.Length], .. bytes];
    }

    private static byte[] Der(BigInteger r, BigInteger s)
    {
        byte[] left = r.ToByteArray(isBigEndian: true);
        byte[] right = s.ToByteArray(isBigEndian: true);
        return [0x30, (byte)(left.Length + right.Length + 4), 2, (byte)left.Length, .. left, 2, (byte)right.Length, .. right];
    }
}
