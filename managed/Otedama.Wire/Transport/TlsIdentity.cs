using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Otedama.Interop;

namespace Otedama.Wire;

/// <summary>What a TLS server shows: a certificate with its key, and those that lead from it to a root.</summary>
public sealed class TlsIdentity
{
    /// <summary>A chain of ten certificates in PEM has 20 KiB.</summary>
    private const int FileBytesMax = 1 << 20;

    private TlsIdentity(SslStreamCertificateContext context) => Context = context;

    /// <summary>End of the certificate's validity.</summary>
    public DateTimeOffset NotAfter => Context.TargetCertificate.NotAfter;

    internal SslStreamCertificateContext Context { get; }

    /// <summary>
    /// Reads a PEM file with the server's certificate first, others of its chain after it, and a PEM file with the key.
    /// Throws FormatException naming the file and what is wrong with it.
    /// </summary>
    public static TlsIdentity Load(string certificateFile, string keyFile)
    {
        string certificates = Read(certificateFile), key = Read(keyFile);
        X509Certificate2Collection chain = [];
        try
        {
            chain.ImportFromPem(certificates);
        }
        catch (CryptographicException e)
        {
            throw new FormatException($"{certificateFile} holds no certificate that can be read: {e.Message}", e);
        }
        if (chain.Count == 0)
        {
            throw new FormatException($"{certificateFile} holds no certificate. A PEM file with BEGIN CERTIFICATE is needed.");
        }
        try
        {
            X509Certificate2 own = X509Certificate2.CreateFromPem(certificates, key);
            chain.RemoveAt(0);
            return new TlsIdentity(SslStreamCertificateContext.Create(own, chain, offline: true));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new FormatException($"{keyFile} holds no unencrypted PEM key of the first certificate in {certificateFile}: {e.Message}", e);
        }
    }

    /// <summary>For a certificate that is at hand with its key.</summary>
    public static TlsIdentity Of(X509Certificate2 certificate) => new(SslStreamCertificateContext.Create(certificate, null, offline: true));

    private static string Read(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(GivenFile.ReadAll(path, FileBytesMax));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FormatException($"{path} cannot be read: {e.Message}", e);
        }
    }
}
