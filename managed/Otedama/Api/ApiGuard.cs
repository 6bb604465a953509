using System.Net;
using Microsoft.AspNetCore.Http;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// Who may ask. The Host header must be an address or localhost, or a foreign page could reach us through a name it owns
/// (DNS rebinding). Everything below /api needs the token: as a bearer by programs, as a cookie by the dashboard; a cookie
/// changes something only when the request comes from our own page.
/// </summary>
internal sealed class ApiGuard(ApiToken token)
{
    private const string Bearer = "Bearer ";

    /// <summary>Cookies do not know ports, so two instances on one machine need two names.</summary>
    public static string CookieName(HttpContext context) => $"otedama_{context.Connection.LocalPort}";

    public bool HasCookie(HttpContext context) => token.Matches(context.Request.Cookies[CookieName(context)]);

    public bool IsToken(string? text) => token.Matches(text);

    public async Task CheckAsync(HttpContext context, CancellationToken stopping)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (!IsLocalName(context.Request.Host))
        {
            await HttpReply.TextAsync(context, 421, "This server answers to its address or to localhost only.\n");
            return;
        }
        string path = context.Request.Path.Value ?? "/";
        if (!path.StartsWith("/api/", StringComparison.Ordinal))
        {
            return;
        }
        string? given = context.Request.Headers.Authorization;
        if (given is not null)
        {
            if (!given.StartsWith(Bearer, StringComparison.Ordinal) || !token.Matches(given[Bearer.Length..]))
            {
                await RefuseAsync(context);
            }
            return;
        }
        if (!HasCookie(context))
        {
            await RefuseAsync(context);
            return;
        }
        bool reads = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (!reads && context.Request.Headers.Origin != $"http://{context.Request.Host.Value}")
        {
            await HttpReply.TextAsync(context, 403, "Only the dashboard itself may do this with its cookie.\n");
        }
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return HttpReply.TextAsync(context, 401, "The token in api.token of the data directory is needed: Authorization: Bearer TOKEN\n");
    }

    private static bool IsLocalName(HostString host) =>
        host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host.Host.Trim('[', ']'), out _);
}
