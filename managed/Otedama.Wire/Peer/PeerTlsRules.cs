using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Otedama.Wire;

/// <summary>What the TLS of this platform has to be told, and how its answers are read.</summary>
internal static class PeerTlsRules
{
    /// <summary>
    /// Null where the platform has no such list (Windows); what was agreed is checked afterwards everywhere.
    /// </summary>
    public static CipherSuitesPolicy? Suites { get; } = MakeSuites();

    /// <summary>
    /// A chain is built whether we want it or not. This one trusts nothing, fetches nothing from addresses a stranger
    /// wrote into a certificate, and asks nobody about revocation.
    /// </summary>
    public static X509ChainPolicy NoChain() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };

    /// <summary>
    /// Nothing was sent beside the certificate shown. OpenSSL lists what a server sent with its own certificate in it,
    /// and what a client sent without.
    /// </summary>
    public static bool IsAlone(X509Certificate? shown, X509Chain? chain, bool isInitiator)
    {
        X509Certificate2Collection? sent = chain?.ChainPolicy.ExtraStore;
        return sent is null || sent.Count == 0
            || (isInitiator && sent.Count == 1 && shown is not null
                && sent[0].RawDataMemory.Span.SequenceEqual(shown.GetRawCertData()));
    }

    /// <summary>By the names OpenSSL gives its errors; elsewhere all of them are TlsFailed.</summary>
    public static PeerRefusal Named(AuthenticationException exception)
    {
        string text = exception.InnerException?.ToString() ?? exception.Message;
        return Has(text, "no application protocol") ? PeerRefusal.NoAlpn
            : Has(text, "unsupported protocol") || Has(text, "protocol version") ? PeerRefusal.OldTls
            : Has(text, "no shared cipher") ? PeerRefusal.WrongCipherSuite
            : Has(text, "peer did not return a certificate") ? PeerRefusal.NoCertificate
            : PeerRefusal.TlsFailed;
    }

    private static bool Has(string text, string words) => text.Contains(words, StringComparison.OrdinalIgnoreCase);

    private static CipherSuitesPolicy? MakeSuites() => OperatingSystem.IsWindows() || OperatingSystem.IsAndroid() ? null
        : new CipherSuitesPolicy([TlsCipherSuite.TLS_AES_256_GCM_SHA384]);
}
