using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Otedama.Mining;

/// <summary>
/// Opens the byte stream to a pool. A TLS address is TLS or nothing: there is no second try in the clear, and a pinned
/// certificate replaces the system's CAs instead of adding to them.
/// </summary>
internal static class PoolDialer
{
    private const int KeepAliveSeconds = 60;

    public static async Task<Stream> ConnectAsync(PoolUrl url, TimeSpan wait, TimeProvider clock, CancellationToken cancellation)
    {
        using CancellationTokenSource deadline = new(wait, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            await socket.ConnectAsync(url.Host, url.Port, either.Token).ConfigureAwait(false);
            NetworkStream plain = new(socket, ownsSocket: true);
            return url.Tls ? await SecureAsync(plain, url, either.Token).ConfigureAwait(false) : plain;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            throw new UpstreamException($"{url} did not answer within {wait.TotalSeconds:F0} s; check host and port");
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new UpstreamException($"cannot connect to {url}: {e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> SecureAsync(NetworkStream plain, PoolUrl url, CancellationToken cancellation)
    {
        string refusal = "";
        SslStream secure = new(plain);
        try
        {
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = url.Host,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                    {
                        refusal = Judge(url, certificate, errors);
                        return refusal.Length == 0;
                    },
                },
                cancellation).ConfigureAwait(false);
            return secure;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw new UpstreamException($"no TLS with {url}: {(refusal.Length > 0 ? refusal : e.Message)}", e);
        }
        catch
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Empty when the certificate is to be trusted, else why not.</summary>
    private static string Judge(PoolUrl url, X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return "the server has no certificate";
        }
        string digest = Convert.ToHexStringLower(SHA256.HashData(certificate.GetRawCertData()));
        if (url.CertificatePin is not null)
        {
            return digest == url.CertificatePin
                ? ""
                : $"the certificate's SHA-256 is {digest}, pinned is {url.CertificatePin}; has the pool renewed it, or is this not the pool?";
        }
        return errors == SslPolicyErrors.None
            ? ""
            : $"the certificate is not trusted ({errors}); if you know the server, pin it: {url}#sha256={digest}";
    }
}
