using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>JSON-RPC over HTTP POST with basic authentication. Credentials are checked before the body is read.</summary>
public sealed class RpcServer : IAsyncDisposable
{
    /// <summary>Slows guessing down, as Core does.</summary>
    private static readonly TimeSpan s_wrongCredentialsDelay = TimeSpan.FromMilliseconds(250);

    private readonly RpcDispatcher _dispatcher;
    private readonly RpcCredentials _credentials;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private HttpHost? _host;

    private RpcServer(RpcDispatcher dispatcher, RpcCredentials credentials, ILogger logger, TimeProvider time) =>
        (_dispatcher, _credentials, _logger, _time) = (dispatcher, credentials, logger, time);

    public Uri Uri => _host!.Uri;

    public static async Task<RpcServer> StartAsync(
        HttpHostOptions options,
        RpcDispatcher dispatcher,
        RpcCredentials credentials,
        ILoggerFactory loggers,
        TimeProvider time,
        CancellationToken cancellation)
    {
        RpcServer server = new(dispatcher, credentials, loggers.CreateLogger(LogCategory.WireRpc), time);
        server._host = await HttpHost.StartAsync(options, server.HandleAsync, loggers, cancellation);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    private async Task HandleAsync(HttpContext context, CancellationToken stopping)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Headers.Allow = "POST";
            await HttpReply.TextAsync(context, 405, "JSONRPC server handles only POST requests");
            return;
        }
        string? authorization = context.Request.Headers.Authorization;
        if (!_credentials.Accepts(authorization))
        {
            await RefuseAsync(context, authorization is not null, stopping);
            return;
        }
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        byte[] body = await HttpReply.ReadBodyAsync(context, either.Token);
        RpcReply reply = await _dispatcher.HandleAsync(body, either.Token);
        if (reply.Status == 204)
        {
            context.Response.StatusCode = 204;
            return;
        }
        await HttpReply.JsonAsync(context, reply.Status, reply.Body);
    }

    private async Task RefuseAsync(HttpContext context, bool tried, CancellationToken stopping)
    {
        if (tried)
        {
            RpcLog.WrongCredentials(_logger, context.Connection.RemoteIpAddress?.ToString() ?? "?");
            await Task.Delay(s_wrongCredentialsDelay, _time, stopping);
        }
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"jsonrpc\"";
        await HttpReply.TextAsync(context, 401, "");
    }
}
