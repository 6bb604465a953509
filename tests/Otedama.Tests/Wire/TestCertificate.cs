using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Otedama.Wire;

namespace Otedama.Tests.Wire;

/// <summary>What a TLS server of a test shows.</summary>
internal static class TestCertificate
{
    public static TlsIdentity Make()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return TlsIdentity.Of(request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1)));
    }
}
