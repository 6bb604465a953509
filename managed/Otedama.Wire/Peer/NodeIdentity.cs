using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Otedama.Wire;

/// <summary>
/// Who a node is: a P-256 key, the certificate it shows to other nodes and the id they know it by. The certificate says
/// nothing that anybody believes, so each start makes another one for the same key.
/// </summary>
public sealed class NodeIdentity : IDisposable
{
    public const int ScalarBytes = P256.ScalarBytes, SerialBytes = 16;

    private const string PemLabel = "PRIVATE KEY";

    private readonly ECDsa _key;
    private readonly X509Certificate2 _certificate;

    private NodeIdentity(ECDsa key, ReadOnlySpan<byte> serial, DateTimeOffset now)
    {
        _key = key;
        _certificate = Sign(key, serial, now);
        Id = NodeId.OfKey(_certificate.PublicKey.ExportSubjectPublicKeyInfo());
        Context = SslStreamCertificateContext.Create(_certificate, null, offline: true);
    }

    public NodeId Id { get; }

    /// <summary>DER of the certificate.</summary>
    public ReadOnlyMemory<byte> Certificate => _certificate.RawDataMemory;

    internal SslStreamCertificateContext Context { get; }

    /// <summary>
    /// For a private key of 32 bytes, big-endian. Null when they are no private key, which of random bytes one draw in
    /// four billion is: draw again. The serial number is 16 random bytes.
    /// </summary>
    public static NodeIdentity? TryCreate(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> serial, DateTimeOffset now)
    {
        if (!P256.IsScalar(scalar))
        {
            return null;
        }
        byte[] secret = scalar.ToArray();
        try
        {
            ECDsa key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = secret });
            return new NodeIdentity(key, serial, now);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>
    /// Reads what ExportPem wrote, or what openssl made of a P-256 key. Throws FormatException with what is wrong; the
    /// caller knows where the bytes are from.
    /// </summary>
    public static NodeIdentity FromPem(ReadOnlySpan<byte> pem, ReadOnlySpan<byte> serial, DateTimeOffset now)
    {
        char[] text = Encoding.Latin1.GetChars(pem.ToArray());
        ECDsa key = ECDsa.Create();
        try
        {
            key.ImportFromPem(text);
            bool isP256 = key.ExportSubjectPublicKeyInfo().AsSpan().StartsWith(P256.KeyPrefix);
            return isP256 ? new NodeIdentity(key, serial, now)
                : throw new FormatException("the key is not on the curve P-256, which node keys are on");
        }
        catch (ArgumentException e)
        {
            throw new FormatException("there is no unencrypted private key in PEM in it, or several are", e);
        }
        catch (CryptographicException e)
        {
            throw new FormatException($"no unencrypted PEM private key can be read: {e.Message.TrimEnd('.')}", e);
        }
        finally
        {
            text.AsSpan().Clear();
        }
    }

    /// <summary>The private key as PKCS#8 in PEM. Whoever has these bytes is this node: zero them after use.</summary>
    public byte[] ExportPem()
    {
        byte[] der = _key.ExportPkcs8PrivateKey();
        char[] text = PemEncoding.Write(PemLabel, der);
        byte[] pem = [.. Encoding.ASCII.GetBytes(text), (byte)'\n'];
        CryptographicOperations.ZeroMemory(der);
        text.AsSpan().Clear();
        return pem;
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    private static X509Certificate2 Sign(ECDsa key, ReadOnlySpan<byte> serial, DateTimeOffset now)
    {
        byte[] number = serial.ToArray();
        number[0] = (byte)((number[0] & 0x7f) | 0x40); // positive, and as long as it looks
        CertificateRequest request = new("CN=otedama", key, HashAlgorithmName.SHA256);
        using X509Certificate2 bare = request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now.AddDays(-1), now.AddYears(10), number);
        X509Certificate2 certificate = bare.CopyWithPrivateKey(key);
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }
        using (certificate) // Windows shows only certificates whose key it keeps itself
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        }
    }
}
