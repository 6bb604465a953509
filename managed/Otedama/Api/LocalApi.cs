using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Otedama.Wire;

namespace Otedama;

/// <summary>The local HTTP API and the dashboard, on one port.</summary>
internal sealed class LocalApi : IAsyncDisposable
{
    private const int StreamsMax = 64;

    private const int SharesUsual = 60, SharesMax = 500;

    private const string ContentPolicy = "default-src 'none'; script-src 'self'; style-src 'self';"
        + " img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly TimeSpan s_streamStep = TimeSpan.FromSeconds(1);

    private readonly IInstance _instance;
    private readonly ApiSessions _sessions;
    private readonly ApiGuard _guard;
    private readonly TimeProvider _time;
    private HttpHost? _host;
    private int _streams; // open event streams, changed by request threads only through Interlocked

    private LocalApi(IInstance instance, ApiToken token, HostNames names, TimeProvider clock)
    {
        (_instance, _time) = (instance, clock);
        _sessions = new ApiSessions(token, clock);
        _guard = new ApiGuard(token, _sessions, names);
    }

    public Uri Uri => _host!.Uri;

    /// <summary>
    /// An address to open in a browser. It works once; the browser is known by its cookie from then on.
    /// </summary>
    public string NewDashboardUrl() => $"{Uri}?login={_sessions.NewLink()}";

    /// <summary>Throws IOException when the port is taken.</summary>
    public static async Task<LocalApi> StartAsync(
        IPAddress address, int port, ApiToken token, HostNames names, IInstance instance,
        ILoggerFactory loggers, TimeProvider clock, CancellationToken stop)
    {
        LocalApi api = new(instance, token, names, clock);
        HttpHostOptions options = new() { Name = "api", Address = address, Port = port, BodyBytesMax = 64 * 1024 };
        api._host = await HttpHost.StartAsync(options, api.Routes().HandleAsync, loggers, stop);
        return api;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    private HttpRoutes Routes()
    {
        HttpRoutes routes = new HttpRoutes()
            .Guard(_guard.CheckAsync)
            .Get("/api/v1/status", (context, _) => JsonAsync(context, _instance.Status(), AnswerJson.Default.StatusView))
            .Get("/api/v1/rigs", (context, _) => JsonAsync(context, new RigsAnswer(2, _instance.Status().Rigs), AnswerJson.Default.RigsAnswer))
            .Get("/api/v1/pools", (context, _) => JsonAsync(context, new PoolsAnswer(2, _instance.Status().Pools), AnswerJson.Default.PoolsAnswer))
            .Get("/api/v1/miners", (context, _) => OfPoolAsync(context, _instance.Miners, new MinersAnswer(1, []), AnswerJson.Default.MinersAnswer))
            .Get("/api/v1/blocks", (context, _) => OfPoolAsync(context, _instance.Blocks, new BlocksAnswer(1, []), AnswerJson.Default.BlocksAnswer))
            .Get("/api/v1/payouts", (context, _) => OfPoolAsync(context, _instance.Payouts, new PayoutsAnswer(1, []), AnswerJson.Default.PayoutsAnswer))
            .Get("/api/v1/sharechain/shares", (context, _) => SharesAsync(context))
            .Get("/api/v1/peers", (context, _) => PeersAsync(context))
            .Get("/api/v1/history", (context, _) => JsonAsync(context, _instance.History(), AnswerJson.Default.HistoryView))
            .Get("/api/v1/stream", StreamAsync)
            .Post("/api/v1/mining/start", (context, stop) => SetMiningAsync(context, true, stop))
            .Post("/api/v1/mining/stop", (context, stop) => SetMiningAsync(context, false, stop))
            .Post("/api/v1/mining/switch", SwitchMiningAsync)
            .Post("/api/v1/reload", async (context, stop) =>
                await JsonAsync(context, await _instance.ReloadAsync(stop), AnswerJson.Default.ReloadAnswer))
            .Post("/api/v1/token/link", (context, _) => LinkAsync(context))
            .Post("/api/v1/token/rotate", (context, _) => RotateAsync(context))
            .Get("/", PageAsync);
        new FleetApi(_instance).AddTo(routes);
        foreach (string name in DashboardFiles.Names.Where(static n => n != "index.html"))
        {
            routes.Get("/" + name, (context, _) => FileAsync(context, name));
        }
        return routes;
    }

    private Task PageAsync(HttpContext context, CancellationToken stop)
    {
        if (context.Request.Query.TryGetValue("login", out Microsoft.Extensions.Primitives.StringValues given) && _sessions.TryUse(given))
        {
            context.Response.Cookies.Append(ApiGuard.CookieName(context), _sessions.NewCookie(), new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Path = "/",
                MaxAge = ApiSessions.Lifetime,
            });
            return FileAsync(context, "index.html");
        }
        return _guard.HasCookie(context)
            ? FileAsync(context, "index.html")
            : HttpReply.TextAsync(context, 401, "Open the address that otedama printed when it started. It works once; `otedama token link` prints another.\n"
                + "起動時に表示されたアドレスを開いてください(一度だけ有効)。`otedama token link` で新しいアドレスを表示できます。\n");
    }

    private Task LinkAsync(HttpContext context) =>
        JsonAsync(context, new TokenAnswer(1, false, NewDashboardUrl()), AnswerJson.Default.TokenAnswer);

    /// <summary>For the owner of the token only: a page must not be able to lock its owner out.</summary>
    private Task RotateAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization.Count == 0)
        {
            return HttpReply.TextAsync(context, 403, "Only the token itself may be used to replace it.\n");
        }
        _sessions.Rotate();
        return JsonAsync(context, new TokenAnswer(1, true, NewDashboardUrl()), AnswerJson.Default.TokenAnswer);
    }

    private static Task FileAsync(HttpContext context, string name)
    {
        context.Response.Headers.ContentSecurityPolicy = ContentPolicy;
        return DashboardFiles.TryGet(name, out ReadOnlyMemory<byte> content, out string type)
            ? HttpReply.BytesAsync(context, 200, type, content)
            : HttpReply.TextAsync(context, 404, "not found\n");
    }

    private static Task JsonAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type) =>
        HttpReply.JsonAsync(context, 200, JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <summary>
    /// The table of the pool that ?pool= names; with one pool there is nothing to name, without any the table is empty.
    /// </summary>
    private Task OfPoolAsync<T>(HttpContext context, Func<string, T> read, T none, JsonTypeInfo<T> type)
    {
        IReadOnlyList<string> names = _instance.PoolNames;
        string? asked = context.Request.Query["pool"];
        if (asked is null && names.Count != 1)
        {
            return names.Count == 0
                ? JsonAsync(context, none, type)
                : HttpReply.TextAsync(context, 400, $"there are several pools: {string.Join(", ", names)}; name one with ?pool=NAME (--pool NAME)\n");
        }
        string name = asked ?? names[0];
        return names.Contains(name)
            ? JsonAsync(context, read(name), type)
            : HttpReply.TextAsync(context, 404, $"no pool of that name runs here; there are: {string.Join(", ", names)}\n");
    }

    private Task SharesAsync(HttpContext context)
    {
        string? asked = context.Request.Query["count"];
        int count = SharesUsual;
        bool isNumber = asked is null
            || int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out count);
        ChainSharesAnswer none = new(1, []);
        return isNumber && count is >= 1 and <= SharesMax
            ? OfPoolAsync(
                context, pool => _instance.ChainShares(pool, count), none, AnswerJson.Default.ChainSharesAnswer)
            : HttpReply.TextAsync(context, 400, $"count is no number of shares; allowed: 1 to {SharesMax}\n");
    }

    private Task PeersAsync(HttpContext context) =>
        OfPoolAsync(context, _instance.Peers, new PeersAnswer(1, false, []), AnswerJson.Default.PeersAnswer);

    private async Task SetMiningAsync(HttpContext context, bool mining, CancellationToken stop)
    {
        string? rig = context.Request.Query["rig"];
        if (rig is not null && !_instance.RigNames.Contains(rig))
        {
            await HttpReply.TextAsync(context, 404, $"no rig of that name runs here; there are: {string.Join(", ", _instance.RigNames)}\n");
            return;
        }
        if (await _instance.SetMiningAsync(mining, rig, stop) is { } problem)
        {
            await HttpReply.TextAsync(context, 409, problem + "\n");
            return;
        }
        await JsonAsync(context, _instance.Status(), AnswerJson.Default.StatusView);
    }

    private async Task SwitchMiningAsync(HttpContext context, CancellationToken stop)
    {
        IReadOnlyList<string> names = _instance.RigNames;
        IQueryCollection query = context.Request.Query;
        string? rig = query["rig"], algorithm = query["algo"], wallet = query["wallet"];
        string[] pools = [.. query["pool"].OfType<string>()];
        string? problem = names.Count == 0 ? "this instance has no miner: it was started with mining.enabled "
            + "false or as a pool only"
            : rig is null && names.Count > 1 ? $"there are several rigs: {string.Join(", ", names)}; name one "
                + "with ?rig=NAME (--rig NAME)"
            : string.IsNullOrEmpty(algorithm) ? "no algorithm; name one with ?algo=NAME (--algo NAME)"
            : null;
        if (problem is not null)
        {
            await HttpReply.TextAsync(context, names.Count == 0 ? 409 : 400, problem + "\n");
        }
        else if (rig is not null && !names.Contains(rig))
        {
            await HttpReply.TextAsync(context, 404, $"no rig of that name runs here; there are: "
                + $"{string.Join(", ", names)}\n");
        }
        else
        {
            SwitchAnswer answer = await _instance.SwitchMiningAsync(new MiningSwitch(rig ?? names[0], algorithm!,
                pools, wallet), stop);
            await JsonAsync(context, answer, AnswerJson.Default.SwitchAnswer);
        }
    }

    private async Task StreamAsync(HttpContext context, CancellationToken stopping)
    {
        if (Interlocked.Increment(ref _streams) > StreamsMax)
        {
            Interlocked.Decrement(ref _streams);
            await HttpReply.TextAsync(context, 503, $"{StreamsMax} streams are open already; close a dashboard\n");
            return;
        }
        try
        {
            using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
            EventStream stream = await EventStream.StartAsync(context, end.Token);
            while (!end.IsCancellationRequested)
            {
                await stream.SendAsync("status", JsonSerializer.Serialize(_instance.Status(), AnswerJson.Default.StatusView), end.Token);
                await Task.Delay(s_streamStep, _time, end.Token);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }
}
