using System.Net;
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

    /// <summary>Whichever address answers first.</summary>
    public static Task<Stream> ConnectAsync(PoolUrl url, StratumTimings timings, TimeProvider clock, CancellationToken cancellation) =>
        ConnectAsync(url, timings, last: null, static _ => { }, clock, cancellation);

    /// <summary>
    /// The name's resolution, each of its addresses and the TLS handshake have timings.Connect each. The address last is tried
    /// after all others; dialed is told which one took the connection.
    /// </summary>
    public static async Task<Stream> ConnectAsync(
        PoolUrl url, StratumTimings timings, IPAddress? last, Action<IPAddress> dialed, TimeProvider clock, CancellationToken cancellation)
    {
        TimeSpan wait = timings.Connect;
        try
        {
            IPAddress[] addresses = await ResolveAsync(url.Host, wait, clock, cancellation);
            AddressRace race = new((ip, stop) => DialAsync(ip, url.Port, stop), wait, timings.AddressStagger, clock);
            Stream plain = await race.RunAsync(AddressRace.Order(addresses, last), cancellation);
            if (plain is NetworkStream { Socket.RemoteEndPoint: IPEndPoint { Address: { } address } })
            {
                dialed(address);
            }
            if (!url.Tls)
            {
                return plain;
            }
            using CancellationTokenSource deadline = new(wait, clock);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
            return await SecureAsync(plain, url, either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException && !cancellation.IsCancellationRequested)
        {
            throw new UpstreamException($"{url} did not answer within {wait.TotalSeconds:F0} s; check host and port");
        }
        catch (SocketException e)
        {
            throw new UpstreamException($"cannot connect to {url}: {e.Message}", e);
        }
    }

    private static async Task<IPAddress[]> ResolveAsync(string host, TimeSpan wait, TimeProvider clock, CancellationToken cancellation) =>
        IPAddress.TryParse(host, out IPAddress? literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(host, cancellation).WaitAsync(wait, clock, cancellation);

    private static async Task<Stream> DialAsync(IPAddress address, int port, CancellationToken cancellation)
    {
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> SecureAsync(Stream plain, PoolUrl url, CancellationToken cancellation)
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
                cancellation);
            return secure;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await secure.DisposeAsync();
            throw new UpstreamException($"no TLS with {url}: {(refusal.Length > 0 ? refusal : e.Message)}", e);
        }
        catch
        {
            await secure.DisposeAsync();
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
