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
        _api = await LocalApi.StartAsync(IPAddress.Loopback, 0, _token, _instance, NullLoggerFactory.Instance, TimeProvider.System, default);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _api.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("status", "uptime_s")]
    [InlineData("rig", "hashrate_hs")]
    [InlineData("pool", "rejected_by")]
    [InlineData("node", "height")]
    [InlineData("miners", "miners")]
    [InlineData("blocks", "blocks")]
    [InlineData("payouts", "payouts")]
    [InlineData("history", "rig_hashrate_hs")]
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
    }

    [Fact]
    public async Task The_page_gives_a_cookie_for_the_token_and_only_then()
    {
        using HttpResponseMessage without = await SendAsync(HttpMethod.Get, "");
        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
        using HttpResponseMessage wrong = await SendAsync(HttpMethod.Get, "?token=wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.False(wrong.Headers.Contains("Set-Cookie"));
        using HttpResponseMessage page = await SendAsync(HttpMethod.Get, $"?token={_token.Text}");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        string cookie = page.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        string policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
    }

    [Fact]
    public async Task A_cookie_reads_from_anywhere_but_changes_things_only_from_our_own_page()
    {
        (string, string) cookie = ("Cookie", $"otedama_{_api.Uri.Port}={_token.Text}");
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
        Assert.StartsWith("data: {\"schema\":1", await reader.ReadLineAsync());
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
