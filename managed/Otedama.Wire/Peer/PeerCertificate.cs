using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Otedama.Wire;

/// <summary>
/// What is asked of another node's certificate: that it is the only one, short, and holds a P-256 key. Names, dates,
/// issuers and signatures above it mean nothing here: the key is the name.
/// </summary>
internal static class PeerCertificate
{
    /// <summary>Of its DER. Ours have about 300.</summary>
    public const int BytesMax = 4_096;

    /// <summary>None when the rules are met; id is then the node's.</summary>
    public static PeerRefusal Check(X509Certificate? shown, bool isAlone, out NodeId id)
    {
        id = default;
        if (shown is not X509Certificate2 certificate)
        {
            return PeerRefusal.NoCertificate;
        }
        if (!isAlone)
        {
            return PeerRefusal.SeveralCertificates;
        }
        if (certificate.RawDataMemory.Length > BytesMax)
        {
            return PeerRefusal.CertificateTooLong;
        }
        byte[]? key = KeyOf(certificate);
        if (key?.Length != P256.KeyPrefix.Length + P256.PointBytes
            || !key.AsSpan().StartsWith(P256.KeyPrefix))
        {
            return PeerRefusal.KeyNotP256;
        }
        if (!P256.IsOnCurve(key.AsSpan(P256.KeyPrefix.Length)))
        {
            return PeerRefusal.KeyOffCurve;
        }
        id = NodeId.OfKey(key);
        return PeerRefusal.None;
    }

    private static byte[]? KeyOf(X509Certificate2 certificate)
    {
        try
        {
            return certificate.PublicKey.ExportSubjectPublicKeyInfo();
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
