using Microsoft.AspNetCore.Http;

namespace Otedama.Wire;

/// <summary>
/// Paths to handlers. Exact paths win, then the longest prefix. Fill it before the host starts; reads need no lock.
/// </summary>
public sealed class HttpRoutes
{
    private readonly Dictionary<(string Method, string Path), HttpHandler> _exact = [];
    private readonly List<(string Method, string Prefix, HttpHandler Handler)> _prefixes = [];
    private HttpHandler? _guard;

    /// <summary>GET also answers HEAD.</summary>
    public HttpRoutes Get(string path, HttpHandler handler) => Add("GET", path, handler);

    public HttpRoutes Post(string path, HttpHandler handler) => Add("POST", path, handler);

    public HttpRoutes Add(string method, string path, HttpHandler handler)
    {
        _exact.Add((method, path), handler);
        return this;
    }

    /// <summary>Every path that starts with prefix, "/" for all that is left.</summary>
    public HttpRoutes Prefix(string method, string prefix, HttpHandler handler)
    {
        _prefixes.Add((method, prefix, handler));
        _prefixes.Sort((left, right) => right.Prefix.Length.CompareTo(left.Prefix.Length));
        return this;
    }

    /// <summary>Runs before every route; when it has set a status other than 200 or begun an answer, the route is skipped.</summary>
    public HttpRoutes Guard(HttpHandler guard)
    {
        _guard = guard;
        return this;
    }

    /// <summary>The handler to give to HttpHost.</summary>
    public async Task HandleAsync(HttpContext context, CancellationToken stopping)
    {
        if (_guard is not null)
        {
            await _guard(context, stopping);
            if (context.Response.HasStarted || context.Response.StatusCode != 200)
            {
                return;
            }
        }
        string path = context.Request.Path.Value ?? "/";
        string method = HttpMethods.IsHead(context.Request.Method) ? "GET" : context.Request.Method;
        if (_exact.TryGetValue((method, path), out HttpHandler? handler) || TryPrefix(method, path, out handler))
        {
            await handler(context, stopping);
            return;
        }
        string allowed = AllowedMethods(path);
        if (allowed.Length > 0)
        {
            context.Response.Headers.Allow = allowed;
            await HttpReply.TextAsync(context, 405, $"{context.Request.Method} is not allowed here; allowed: {allowed}\n");
            return;
        }
        await HttpReply.TextAsync(context, 404, "not found\n");
    }

    private bool TryPrefix(string method, string path, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out HttpHandler? handler)
    {
        foreach ((string routeMethod, string prefix, HttpHandler candidate) in _prefixes)
        {
            if (routeMethod == method && path.StartsWith(prefix, StringComparison.Ordinal))
            {
                handler = candidate;
                return true;
            }
        }
        handler = null;
        return false;
    }

    private string AllowedMethods(string path)
    {
        IEnumerable<string> exact = _exact.Keys.Where(key => key.Path == path).Select(key => key.Method);
        IEnumerable<string> prefix = _prefixes.Where(route => path.StartsWith(route.Prefix, StringComparison.Ordinal)).Select(route => route.Method);
        return string.Join(", ", exact.Concat(prefix).Distinct().Order());
    }
}
