using Otedama.Wire;

namespace Otedama;

/// <summary>The Stratum server's certificate, from the settings pool.tls_certificate and pool.tls_key.</summary>
internal static class PoolTls
{
    public static bool IsConfigured(Configuration configuration) => configuration.Get(Settings.TlsCertificate).Length > 0;

    /// <summary>Adds what would stop the start, files that cannot be used included.</summary>
    public static void Check(Configuration configuration, List<string> problems)
    {
        bool certificate = IsConfigured(configuration), key = configuration.Get(Settings.TlsKey).Length > 0;
        if (certificate != key)
        {
            problems.Add($"{configuration.KeyOf(Settings.TlsCertificate)} and pool.tls_key: only one of them is given. TLS needs both, as PEM files.");
        }
        else if (!certificate && configuration.Get(Settings.TlsPort) > 0)
        {
            problems.Add($"{configuration.KeyOf(Settings.TlsPort)}: {configuration.Get(Settings.TlsPort)} ({configuration.Of(Settings.TlsPort).Place}) needs pool.tls_certificate and pool.tls_key.");
        }
        else if (certificate)
        {
            try
            {
                _ = Read(configuration);
            }
            catch (FormatException e)
            {
                problems.Add($"{configuration.KeyOf(Settings.TlsCertificate)}: {e.Message}");
            }
        }
    }

    /// <summary>
    /// Null without TLS. Throws FormatException, or CommandException 77 when others can read the key.
    /// </summary>
    public static TlsIdentity? Load(Configuration configuration)
    {
        if (!IsConfigured(configuration))
        {
            return null;
        }
        PrivateFiles.RefuseLoose(configuration.Get(Settings.TlsKey), configuration.KeyOf(Settings.TlsKey), configuration.Get(Settings.AllowLoosePermissions));
        return Read(configuration);
    }

    private static TlsIdentity Read(Configuration configuration) =>
        TlsIdentity.Load(configuration.Get(Settings.TlsCertificate), configuration.Get(Settings.TlsKey));
}
