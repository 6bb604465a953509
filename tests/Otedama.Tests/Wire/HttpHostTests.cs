using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

public class HttpHostTests
{
    private static readonly HttpHostOptions s_options = new() { Name = "test" };

    [Fact]
    public async Task Routes_are_found_by_path_then_prefix_and_the_rest_is_404_or_405()
    {
        HttpRoutes routes = new();
        routes.Get("/a", (context, _) => HttpReply.TextAsync(context, 200, "exact"));
        routes.Prefix("GET", "/files/", (context, _) => HttpReply.TextAsync(context, 200, context.Request.Path.Value!));
        routes.Post("/echo", async (context, stopping) => await HttpReply.BytesAsync(context, 200, "x/y", await HttpReply.ReadBodyAsync(context, stopping)));
        await using HttpHost host = await StartAsync(routes.HandleAsync);
        using HttpClient client = new() { BaseAddress = host.Uri };
        Assert.Equal("exact", await client.GetStringAsync("a"));
        Assert.Equal("/files/b/c.css", await client.GetStringAsync("files/b/c.css"));
        using HttpResponseMessage echoed = await client.PostAsync("echo", new StringContent("hi"));
        Assert.Equal("hi", await echoed.Content.ReadAsStringAsync());
        using HttpResponseMessage missing = await client.GetAsync("b");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        using HttpResponseMessage wrong = await client.GetAsync("echo");
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "POST"), (wrong.StatusCode, wrong.Content.Headers.Allow.Single()));
        using HttpResponseMessage head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "a"));
        Assert.Equal((HttpStatusCode.OK, 5L), (head.StatusCode, head.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task A_guard_can_refuse_before_any_route()
    {
        HttpRoutes routes = new HttpRoutes()
            .Guard((context, _) => context.Request.Headers.ContainsKey("key") ? Task.CompletedTask : HttpReply.TextAsync(context, 401, "no"))
            .Get("/a", (context, _) => HttpReply.TextAsync(context, 200, "yes"));
        await using HttpHost host = await StartAsync(routes.HandleAsync);
        using HttpClient client = new() { BaseAddress = host.Uri };
        using HttpResponseMessage refused = await client.GetAsync("a");
        Assert.Equal((HttpStatusCode.Unauthorized, "no"), (refused.StatusCode, await refused.Content.ReadAsStringAsync()));
        client.DefaultRequestHeaders.Add("key", "1");
        Assert.Equal("yes", await client.GetStringAsync("a"));
    }

    [Fact]
    public async Task Who_asks_and_never_reads_is_closed()
    {
        TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using HttpHost host = await HttpHost.StartAsync(
            s_options with { UnreadTimeout = TimeSpan.FromSeconds(1.5), ReadBytesPerSecondMin = 1e9 },
            async (context, _) =>
            {
                context.RequestAborted.Register(() => closed.TrySetResult());
                byte[] piece = new byte[1 << 20];
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.Body.WriteAsync(piece, context.RequestAborted);
                }
            },
            NullLoggerFactory.Instance,
            default);
        using Socket deaf = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
        await deaf.ConnectAsync(IPAddress.Loopback, host.Port);
        await deaf.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        await closed.Task.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task A_failing_handler_is_a_500_and_the_host_lives_on()
    {
        await using HttpHost host = await StartAsync((context, _) =>
            context.Request.Path == "/bad" ? throw new InvalidOperationException("secret") : HttpReply.TextAsync(context, 200, "ok"));
        using HttpClient client = new() { BaseAddress = host.Uri };
        using HttpResponseMessage bad = await client.GetAsync("bad");
        Assert.Equal(HttpStatusCode.InternalServerError, bad.StatusCode);
        Assert.DoesNotContain("secret", await bad.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("ok", await client.GetStringAsync(""));
    }

    [Fact]
    public async Task Bodies_above_the_limit_get_413_and_long_headers_431()
    {
        await using HttpHost host = await StartAsync(
            async (context, stopping) => await HttpReply.BytesAsync(context, 200, "x/y", await HttpReply.ReadBodyAsync(context, stopping)),
            s_options with { BodyBytesMax = 1000 });
        using HttpClient client = new() { BaseAddress = host.Uri };
        using HttpResponseMessage fits = await client.PostAsync("", new ByteArrayContent(new byte[1000]));
        Assert.Equal(HttpStatusCode.OK, fits.StatusCode);
        using HttpResponseMessage large = await client.PostAsync("", new ByteArrayContent(new byte[1001]));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        using HttpRequestMessage wide = new(HttpMethod.Get, "");
        wide.Headers.Add("x", new string('a', 20_000));
        using HttpResponseMessage refused = await client.SendAsync(wide);
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, refused.StatusCode);
    }

    [Fact]
    public async Task Slow_headers_end_in_408()
    {
        await using HttpHost host = await StartAsync(
            (context, _) => HttpReply.TextAsync(context, 200, "ok"), s_options with { HeaderTimeout = TimeSpan.FromMilliseconds(200) });
        using TcpClient slow = await ConnectAsync(host, "GET / HTTP/1.1\r\nHost");
        Assert.StartsWith("HTTP/1.1 408 ", await ReadAllAsync(slow));
    }

    [Fact]
    public async Task Surplus_connections_are_closed_without_a_word()
    {
        await using HttpHost host = await StartAsync(
            (context, _) => HttpReply.TextAsync(context, 200, "ok"),
            s_options with { HeaderTimeout = Patience.Limit, KeepAliveTimeout = Patience.Limit, ConnectionsMax = 2 });
        const string Request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        using TcpClient first = await ConnectAsync(host, Request);
        using TcpClient second = await ConnectAsync(host, Request);
        foreach (TcpClient served in new[] { first, second })
        {
            Assert.Equal("HTTP/1.1 200 OK", await new StreamReader(served.GetStream()).ReadLineAsync().WaitAsync(Patience.Limit));
        }
        using TcpClient third = await ConnectAsync(host, "");
        Assert.Equal("", await ReadAllAsync(third));
    }

    [Fact]
    public async Task Event_streams_deliver_at_once_and_end_when_the_host_stops()
    {
        HttpHost host = await StartAsync(async (context, stopping) =>
        {
            EventStream stream = await EventStream.StartAsync(context, stopping);
            await stream.SendAsync("tick", "one\ntwo", stopping);
            await stream.PingAsync(stopping);
            await Task.Delay(Timeout.Infinite, stopping);
        });
        using HttpClient client = new() { BaseAddress = host.Uri };
        using HttpResponseMessage response = await client.GetAsync("", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        string[] expected = ["event: tick", "data: one", "data: two", "", ": ping", ""];
        foreach (string line in expected)
        {
            Assert.Equal(line, await reader.ReadLineAsync().WaitAsync(Patience.Limit));
        }
        await host.DisposeAsync().AsTask().WaitAsync(Patience.Limit);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetAsync(""));
    }

    private static Task<HttpHost> StartAsync(HttpHandler handler, HttpHostOptions? options = null) =>
        HttpHost.StartAsync(options ?? s_options, handler, NullLoggerFactory.Instance, CancellationToken.None);

    private static async Task<TcpClient> ConnectAsync(HttpHost host, string text)
    {
        TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, host.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
        return client;
    }

    private static async Task<string> ReadAllAsync(TcpClient client)
    {
        byte[] buffer = new byte[4096];
        StringBuilder text = new();
        using CancellationTokenSource timeout = new(Patience.Limit);
        try
        {
            int read;
            while ((read = await client.GetStream().ReadAsync(buffer, timeout.Token)) > 0)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // A reset is a close as well.
        }
        return text.ToString();
    }
}
