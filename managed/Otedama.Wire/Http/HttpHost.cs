using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>Answers one request. The token fires when the host stops; streams end then.</summary>
public delegate Task HttpHandler(HttpContext context, CancellationToken stopping);

/// <summary>
/// A small HTTP/1.1 server: Kestrel without the web framework around it, so that it starts in milliseconds. One
/// handler gets every request; HttpRoutes.HandleAsync is the usual one.
/// </summary>
public sealed class HttpHost : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly HttpHostOptions _options;
    private readonly CancellationTokenSource _stopping = new();
    private int _stopped;

    private HttpHost(KestrelServer server, HttpHostOptions options) => (_server, _options) = (server, options);

    /// <summary>The port actually bound.</summary>
    public int Port { get; private set; }

    /// <summary>For example http://127.0.0.1:8332/ (loopback when bound to every address).</summary>
    public Uri Uri { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Binds and starts. Throws IOException naming the address when it cannot be bound.</summary>
    public static async Task<HttpHost> StartAsync(
        HttpHostOptions options, HttpHandler handler, ILoggerFactory loggers, CancellationToken cancellation)
    {
        KestrelServer server = new(
            Options.Create(Configure(options)), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers), loggers);
        HttpHost host = new(server, options);
        ILogger logger = loggers.CreateLogger(LogCategory.WireHttp);
        try
        {
            await server.StartAsync(new Application(handler, options.Name, logger, host._stopping.Token), cancellation);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            server.Dispose();
            throw new IOException(
                $"{options.Name}: cannot listen on {options.Address}:{options.Port}: {error.Message} Choose another port or stop the process that uses it.", error);
        }
        host.ReadAddress();
        return host;
    }

    /// <summary>Refuses new connections, tells handlers to finish, cuts what remains after StopTimeout.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            return;
        }
        await _stopping.CancelAsync();
        using CancellationTokenSource timeout = new(_options.StopTimeout);
        await _server.StopAsync(timeout.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _server.Dispose();
        _stopping.Dispose();
    }

    private static KestrelServerOptions Configure(HttpHostOptions options)
    {
        KestrelServerOptions kestrel = new() { AddServerHeader = false, AllowSynchronousIO = false };
        kestrel.Limits.MaxConcurrentConnections = options.ConnectionsMax;
        kestrel.Limits.MaxConcurrentUpgradedConnections = 0;
        kestrel.Limits.MaxRequestBodySize = options.BodyBytesMax;
        kestrel.Limits.MaxRequestHeadersTotalSize = options.HeaderBytesMax;
        kestrel.Limits.MaxRequestLineSize = Math.Min(8 * 1024, options.HeaderBytesMax);
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.RequestHeadersTimeout = options.HeaderTimeout;
        kestrel.Limits.KeepAliveTimeout = options.KeepAliveTimeout;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(options.BodyBytesPerSecondMin, TimeSpan.FromSeconds(5));
        // Counts only while bytes wait to be taken: a silent event stream may stay, a client that does not read may not.
        kestrel.Limits.MinResponseDataRate = new MinDataRate(options.ReadBytesPerSecondMin, options.UnreadTimeout);
        kestrel.Listen(options.Address, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        return kestrel;
    }

    private void ReadAddress()
    {
        string bound = _server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Port = int.Parse(bound[(bound.LastIndexOf(':') + 1)..].TrimEnd('/'), CultureInfo.InvariantCulture);
        bool any = _options.Address.Equals(IPAddress.Any) || _options.Address.Equals(IPAddress.IPv6Any);
        IPAddress shown = any ? IPAddress.Loopback : _options.Address;
        string name = shown.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{shown}]" : shown.ToString();
        Uri = new Uri($"http://{name}:{Port}/");
    }

    /// <summary>What Kestrel calls per request. A handler's failure is logged and answered 500, never fatal.</summary>
    private sealed class Application(HttpHandler handler, string name, ILogger logger, CancellationToken stopping)
        : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public async Task ProcessRequestAsync(HttpContext context)
        {
            try
            {
                await handler(context, stopping);
            }
            catch (Exception) when (context.RequestAborted.IsCancellationRequested || stopping.IsCancellationRequested)
            {
                // The client left or we are stopping: nobody reads an answer.
            }
            catch (Microsoft.AspNetCore.Http.BadHttpRequestException error) when (!context.Response.HasStarted)
            {
                await HttpReply.TextAsync(context, error.StatusCode, error.Message + "\n");
            }
            catch (Exception error) when (!context.Response.HasStarted)
            {
                HttpLog.HandlerFailed(logger, error, name, context.Request.Method, context.Request.Path.Value ?? "");
                await HttpReply.TextAsync(context, 500, "internal error; see the log\n");
            }
        }

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
