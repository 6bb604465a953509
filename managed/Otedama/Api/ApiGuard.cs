using Microsoft.AspNetCore.Http;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// Who may ask: through one of our names, and everything below /api needs a proof: the token as a bearer from programs, a
/// session's cookie from the dashboard; a cookie changes something only when the request comes from our own page.
/// </summary>
internal sealed class ApiGuard(ApiToken token, ApiSessions sessions, HostNames names)
{
    private const string Bearer = "Bearer ";

    /// <summary>Cookies do not know ports, so two instances on one machine need two names.</summary>
    public static string CookieName(HttpContext context) => $"otedama_{context.Connection.LocalPort}";

    public bool HasCookie(HttpContext context) => sessions.IsValid(context.Request.Cookies[CookieName(context)]);

    public async Task CheckAsync(HttpContext context, CancellationToken stopping)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        await names.CheckAsync(context);
        if (context.Response.StatusCode != 200)
        {
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
}
