using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Peers;

/// <summary>A TLS client that is not ours, and certificates of kinds that are not a node's.</summary>
internal static class OpenSsl
{
    public static Process Start(string folder, string arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("openssl", arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("openssl is not installed");
            throw;
        }
    }

    /// <summary>node, rsa, p384 and long (.crt, .key); returns the id of the first.</summary>
    public static NodeId WriteKeys(string folder)
    {
        using ECDsa node = ECDsa.Create(ECCurve.NamedCurves.nistP256), p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using RSA rsa = RSA.Create(2048);
        Write(folder, "node", node, new CertificateRequest("CN=x", node, HashAlgorithmName.SHA256));
        Write(folder, "p384", p384, new CertificateRequest("CN=x", p384, HashAlgorithmName.SHA256));
        Write(folder, "rsa", rsa, new CertificateRequest("CN=x", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        CertificateRequest padded = new("CN=x", node, HashAlgorithmName.SHA256);
        padded.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.99999.1", new byte[4_096], critical: false));
        Write(folder, "long", node, padded);
        return NodeId.OfKey(node.ExportSubjectPublicKeyInfo());
    }

    private static void Write(string folder, string name, AsymmetricAlgorithm key, CertificateRequest request)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(Path.Combine(folder, name + ".crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, name + ".key"), key.ExportPkcs8PrivateKeyPem());
    }
}
