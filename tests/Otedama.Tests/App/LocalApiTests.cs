using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Otedama.Tests.App;

public sealed class LocalApiTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly FakeInstance _instance = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = false });
    private ApiToken _token = null!;
    private LocalApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        _token = ApiToken.Load(Path.Combine(_folder.Path, "api.token"));
        _api = await LocalApi.StartAsync(IPAddress.Loopback, 0, _token, new HostNames(["rig.example"]), _instance, NullLoggerFactory.Instance, TimeProvider.System, default);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _api.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("miners", 400, "there are several pools: main, litecoin; name one with ?pool=NAME")]
    [InlineData("blocks?pool=doge", 404, "no pool of that name runs here; there are: main, litecoin")]
    [InlineData("payouts?pool=litecoin", 200, "\"pool\":\"litecoin\"")]
    public async Task With_several_pools_a_table_is_asked_for_by_name(string path, int status, string answer)
    {
        await using LocalApi api = await LocalApi.StartAsync(
            IPAddress.Loopback, 0, _token, new HostNames([]), new FakeInstance { Several = true }, NullLoggerFactory.Instance, TimeProvider.System, default);
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(api.Uri, $"api/v1/{path}"));
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {_token.Text}");
        using HttpResponseMessage response = await _http.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(answer, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_rig_is_stopped_by_its_name()
    {
        (string, string) login = ("Authorization", $"Bearer {_token.Text}");
        using HttpResponseMessage unknown = await SendAsync(HttpMethod.Post, "api/v1/mining/stop?rig=cellar", login);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.True(_instance.Mining);
        using HttpResponseMessage stopped = await SendAsync(HttpMethod.Post, "api/v1/mining/stop?rig=main", login);
        Assert.Equal(HttpStatusCode.OK, stopped.StatusCode);
        Assert.False(_instance.Mining);
    }

    [Theory]
    [InlineData("algo=kawpow&pool=a%3A1&pool=b%3A2&wallet=w&rig=main", 200, "\"by_command\":true")]
    [InlineData("rig=main", 400, "no algorithm; name one with ?algo=NAME")]
    [InlineData("algo=kawpow&rig=cellar", 404, "no rig of that name runs here; there are: main")]
    public async Task A_rig_is_switched_by_whoever_may_stop_it(string query, int status, string answer)
    {
        using HttpResponseMessage stranger = await SendAsync(HttpMethod.Post, $"api/v1/mining/switch?{query}");
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        Assert.Null(_instance.Switched);
        using HttpResponseMessage response = await SendAsync(
            HttpMethod.Post, $"api/v1/mining/switch?{query}", ("Authorization", $"Bearer {_token.Text}"));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(answer, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(status == 200, _instance.Switched is { Rig: "main", Algorithm: "kawpow", Pools: ["a:1", "b:2"], Wallet: "w" });
    }

    [Theory]
    [InlineData("status", "uptime_s")]
    [InlineData("rigs", "rigs")]
    [InlineData("pools", "pools")]
    [InlineData("miners?pool=main", "pool")]
    [InlineData("miners", "miners")]
    [InlineData("blocks", "blocks")]
    [InlineData("payouts", "payouts")]
    [InlineData("history", "step_s")]
    public async Task Answers_carry_their_fields_in_snake_case(string path, string field)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, $"api/v1/{path}", ("Authorization", $"Bearer {_token.Text}"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.True(document.RootElement.TryGetProperty(field, out _));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong")]
    [InlineData("Basic abc")]
    [InlineData("Bearer ")]
    public async Task Without_the_token_nothing_is_answered(string? authorization)
    {
        (string, string)[] headers = authorization is null ? [] : [("Authorization", authorization)];
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, "api/v1/status", headers);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_foreign_name_for_this_host_is_refused()
    {
        using HttpResponseMessage response = await SendAsync(
            HttpMethod.Get, "api/v1/status", ("Authorization", $"Bearer {_token.Text}"), ("Host", $"evil.example:{_api.Uri.Port}"));
        Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
        using HttpResponseMessage named = await SendAsync(
            HttpMethod.Get, "api/v1/status", ("Authorization", $"Bearer {_token.Text}"), ("Host", $"Rig.Example:{_api.Uri.Port}"));
        Assert.Equal(HttpStatusCode.OK, named.StatusCode);
    }

    [Theory]
    [InlineData("evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("prometheus.example", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("[::1]", HttpStatusCode.OK)]
    [InlineData("localhost", HttpStatusCode.OK)]
    public async Task Metrics_answer_to_our_names_only(string host, HttpStatusCode expected)
    {
        await using Otedama.Wire.HttpHost metrics = await MetricsServer.StartAsync(
            IPAddress.Loopback, 0, new HostNames(["prometheus.example"]), () => new MetricsInput { Status = _instance.Status() }, NullLoggerFactory.Instance, default);
        using System.Net.Sockets.TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, metrics.Port);
        string header = host.Length > 0 ? $"Host: {host}\r\n" : "";
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET /metrics HTTP/1.1\r\n{header}Connection: close\r\n\r\n"));
        string answer = await new StreamReader(client.GetStream()).ReadToEndAsync();
        Assert.StartsWith($"HTTP/1.1 {(int)expected} ", answer);
        Assert.Equal(expected == HttpStatusCode.OK, answer.Contains("otedama_uptime_seconds", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?login=")]
    [InlineData("?login=wrong")]
    public async Task Without_a_link_or_a_cookie_there_is_no_page(string query)
    {
        using HttpResponseMessage page = await SendAsync(HttpMethod.Get, query);
        Assert.Equal(HttpStatusCode.Unauthorized, page.StatusCode);
        Assert.False(page.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task The_token_itself_is_no_link()
    {
        foreach (string name in new[] { "token", "login" })
        {
            using HttpResponseMessage page = await SendAsync(HttpMethod.Get, $"?{name}={_token.Text}");
            Assert.Equal(HttpStatusCode.Unauthorized, page.StatusCode);
        }
    }

    [Fact]
    public async Task A_link_works_once_and_gives_a_cookie_that_is_not_the_token()
    {
        string link = new Uri(_api.NewDashboardUrl()).Query;
        using HttpResponseMessage page = await SendAsync(HttpMethod.Get, link);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        string cookie = page.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(_token.Text, cookie);
        Assert.DoesNotContain(_token.Text, link);
        string policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
        using HttpResponseMessage again = await SendAsync(HttpMethod.Get, link);
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
        using HttpResponseMessage reload = await SendAsync(HttpMethod.Get, link, ("Cookie", cookie.Split(';')[0]));
        Assert.Equal(HttpStatusCode.OK, reload.StatusCode);
        using HttpResponseMessage bearer = await SendAsync(
            HttpMethod.Get, "api/v1/status", ("Authorization", $"Bearer {cookie.Split(';')[0].Split('=')[1]}"));
        Assert.Equal(HttpStatusCode.Unauthorized, bearer.StatusCode);
    }

    [Fact]
    public async Task A_rotated_token_ends_every_cookie_link_and_bearer()
    {
        string cookie = await CookieAsync(), old = _token.Text, link = new Uri(_api.NewDashboardUrl()).Query;
        using HttpResponseMessage byCookie = await SendAsync(
            HttpMethod.Post, "api/v1/token/rotate", ("Cookie", cookie), ("Origin", $"http://127.0.0.1:{_api.Uri.Port}"));
        Assert.Equal(HttpStatusCode.Forbidden, byCookie.StatusCode);
        Assert.Equal(old, _token.Text);
        using HttpResponseMessage rotated = await SendAsync(HttpMethod.Post, "api/v1/token/rotate", ("Authorization", $"Bearer {old}"));
        Assert.Equal(HttpStatusCode.OK, rotated.StatusCode);
        Assert.NotEqual(old, _token.Text);
        Assert.Equal(_token.Text, ApiToken.Load(Path.Combine(_folder.Path, "api.token")).Text);
        using HttpResponseMessage stale = await SendAsync(HttpMethod.Get, "api/v1/status", ("Authorization", $"Bearer {old}"));
        Assert.Equal(HttpStatusCode.Unauthorized, stale.StatusCode);
        using HttpResponseMessage staleCookie = await SendAsync(HttpMethod.Get, "api/v1/status", ("Cookie", cookie));
        Assert.Equal(HttpStatusCode.Unauthorized, staleCookie.StatusCode);
        using HttpResponseMessage staleLink = await SendAsync(HttpMethod.Get, link);
        Assert.Equal(HttpStatusCode.Unauthorized, staleLink.StatusCode);
        using HttpResponseMessage fresh = await SendAsync(HttpMethod.Get, "api/v1/status", ("Authorization", $"Bearer {_token.Text}"));
        Assert.Equal(HttpStatusCode.OK, fresh.StatusCode);
    }

    [Fact]
    public async Task Rotating_where_nothing_runs_replaces_the_file()
    {
        using TempFolder data = new();
        string path = Path.Combine(data.Path, "api.token"), old = ApiToken.Load(path).Text;
        CliResult result = await Cli.RunAsync(["token", "rotate", "--json", "--data-dir", data.Path]);
        Assert.Equal(0, result.Code);
        Assert.Contains("\"rotated\":true", result.Out);
        Assert.NotEqual(old, ApiToken.Load(path).Text);
        Assert.DoesNotContain(ApiToken.Load(path).Text, result.Out);
        Assert.Equal(5, (await Cli.RunAsync(["token", "link", "--data-dir", data.Path])).Code);
    }

    [Fact]
    public void A_cookie_ends_with_its_day_and_cannot_be_altered()
    {
        HeldClock clock = new();
        ApiSessions sessions = new(_token, clock);
        string cookie = sessions.NewCookie();
        Assert.True(sessions.IsValid(cookie));
        Assert.True(new ApiSessions(_token, clock).IsValid(cookie)); // after a restart
        for (int i = 0; i < cookie.Length; i++)
        {
            char[] other = cookie.ToCharArray();
            other[i] = other[i] == '0' ? '1' : '0';
            Assert.False(sessions.IsValid(new string(other)), $"position {i}");
        }
        clock.Advance(ApiSessions.Lifetime.TotalSeconds);
        Assert.False(sessions.IsValid(cookie));
        string first = sessions.NewLink();
        for (int i = 0; i < 16; i++)
        {
            sessions.NewLink();
        }
        Assert.False(sessions.TryUse(first)); // sixteen wait at most
    }

    [Fact]
    public async Task A_cookie_reads_from_anywhere_but_changes_things_only_from_our_own_page()
    {
        (string, string) cookie = ("Cookie", await CookieAsync());
        using HttpResponseMessage read = await SendAsync(HttpMethod.Get, "api/v1/status", cookie);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        using HttpResponseMessage foreign = await SendAsync(HttpMethod.Post, "api/v1/mining/stop", cookie, ("Origin", "http://evil.example"));
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        using HttpResponseMessage none = await SendAsync(HttpMethod.Post, "api/v1/mining/stop", cookie);
        Assert.Equal(HttpStatusCode.Forbidden, none.StatusCode);
        Assert.True(_instance.Mining);
        using HttpResponseMessage own = await SendAsync(HttpMethod.Post, "api/v1/mining/stop", cookie, ("Origin", $"http://127.0.0.1:{_api.Uri.Port}"));
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        Assert.False(_instance.Mining);
    }

    [Fact]
    public async Task Mining_cannot_be_changed_by_reading()
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, "api/v1/mining/stop", ("Authorization", $"Bearer {_token.Text}"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.True(_instance.Mining);
    }

    [Theory]
    [InlineData("../api.token")]
    [InlineData("ui/app.js")]
    [InlineData("nothing.js")]
    public async Task Only_the_pages_files_are_served(string path)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task The_stream_repeats_the_status()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(_api.Uri, "api/v1/stream"));
        request.Headers.Add("Authorization", $"Bearer {_token.Text}");
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        Assert.Equal("event: status", await reader.ReadLineAsync());
        Assert.StartsWith("data: {\"schema\":2", await reader.ReadLineAsync());
    }

    [Fact]
    public void The_page_names_no_other_host()
    {
        foreach (string name in DashboardFiles.Names)
        {
            Assert.True(DashboardFiles.TryGet(name, out ReadOnlyMemory<byte> content, out _));
            string text = System.Text.Encoding.UTF8.GetString(content.Span).Replace("http://www.w3.org/2000/svg", "");
            Assert.DoesNotContain("http://", text);
            Assert.DoesNotContain("https://", text);
            Assert.DoesNotContain("innerHTML", text);
        }
    }

    private async Task<string> CookieAsync()
    {
        using HttpResponseMessage page = await SendAsync(HttpMethod.Get, new Uri(_api.NewDashboardUrl()).Query);
        return page.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, new Uri(_api.Uri, path));
        foreach ((string name, string value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }
        return await _http.SendAsync(request);
    }
}
