using System.Security.Cryptography;
using System.Text;

namespace Otedama;

/// <summary>Known answers of the cryptography .NET borrows from OpenSSL.</summary>
internal static class CryptoChecks
{
    public static IEnumerable<(string Name, Func<string?> Check)> All() =>
    [
        ("crypto sha256", Sha256),
        ("crypto hmac-sha256", Hmac),
        ("crypto aes-256-gcm", AesGcmRoundTrip),
        ("crypto secp256k1", Secp256k1),
        ("crypto random", Random),
    ];

    private static string? Sha256() => // FIPS 180-2, appendix B.1
        Expect("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", SHA256.HashData("abc"u8));

    private static string? Hmac() => // RFC 4231, test case 2
        Expect("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            HMACSHA256.HashData("Jefe"u8, "what do ya want for nothing?"u8));

    private static string? AesGcmRoundTrip()
    {
        // NIST GCM test case 14: key, nonce and 16 bytes of plain text all zero.
        byte[] cipher = new byte[16];
        byte[] tag = new byte[16];
        using AesGcm aes = new(new byte[32], 16);
        aes.Encrypt(new byte[12], new byte[16], cipher, tag);
        if (Expect("cea7403d4d606b6e074ec5d3baf39d18", cipher) is { } wrong)
        {
            return wrong;
        }
        tag[0] ^= 1;
        try
        {
            aes.Decrypt(new byte[12], cipher, tag, new byte[16]);
            return "a changed tag was accepted";
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static string? Secp256k1()
    {
        using ECDsa key = ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1"));
        byte[] message = Encoding.ASCII.GetBytes("otedama");
        byte[] signature = key.SignData(message, HashAlgorithmName.SHA256);
        if (!key.VerifyData(message, signature, HashAlgorithmName.SHA256))
        {
            return "its own signature was refused";
        }
        message[0] ^= 1;
        return key.VerifyData(message, signature, HashAlgorithmName.SHA256) ? "a signature of another message was accepted" : null;
    }

    private static string? Random()
    {
        byte[] first = RandomNumberGenerator.GetBytes(32);
        return first.AsSpan().SequenceEqual(RandomNumberGenerator.GetBytes(32)) ? "two draws were equal" : null;
    }

    private static string? Expect(string hex, ReadOnlySpan<byte> actual)
    {
        string found = Convert.ToHexStringLower(actual);
        return found == hex ? null : $"expected {hex}, got {found}";
    }
}
