using System.Net.Sockets;
using System.Text;
using CsCheck;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

public class RpcClientTests
{
    private static readonly TimeSpan s_patience = Patience.Limit;

    [Fact]
    public async Task A_call_carries_credentials_and_parameters_and_returns_the_result()
    {
        await using FakeNode node = FakeNode.Answering(static _ => Task.FromResult<string?>("{\"a\": [1, \"x\"]}"));
        using RpcClient client = new(node.Endpoint, TimeProvider.System);
        for (int i = 0; i < 3; i++)
        {
            using RpcAnswer answer = await client.CallAsync(RpcRequest.Create("getthing", "1,\"two\""), s_patience, default);
            Assert.Equal("{\"a\": [1, \"x\"]}", Encoding.UTF8.GetString(answer.Result));
        }
        Assert.Equal("{\"jsonrpc\":\"1.0\",\"id\":0,\"method\":\"getthing\",\"params\":[1,\"two\"]}", node.Calls[0].Body);
        Assert.Equal("Basic " + Convert.ToBase64String("alice:secret"u8), node.Calls[0].Authorization);
    }

    [Theory]
    [InlineData("401 Unauthorized", "", RpcFailure.Credentials, "user \"alice\"")]
    [InlineData("403 Forbidden", "", RpcFailure.Credentials, "rpcallowip")]
    [InlineData("503 Service Unavailable", "Work queue depth exceeded", RpcFailure.Busy, "work queue")]
    [InlineData("200 OK", "<html>hello</html>", RpcFailure.NotJsonRpc, "<html>hello")]
    [InlineData("200 OK", "", RpcFailure.NotJsonRpc, "0 bytes")]
    [InlineData("200 OK", "[1,2]", RpcFailure.NotJsonRpc, "JSON-RPC")]
    [InlineData("200 OK", "{\"result\":1,\"error\":nul", RpcFailure.NotJsonRpc, "JSON-RPC")]
    [InlineData("200 OK", "{\"result\":1}{\"result\":2}", RpcFailure.NotJsonRpc, "JSON-RPC")]
    [InlineData("200 OK", "{\"hello\":1}", RpcFailure.NotJsonRpc, "JSON-RPC")]
    [InlineData("301 Moved", "{}", RpcFailure.NotJsonRpc, "HTTP 301")]
    [InlineData("500 Internal Server Error", "{\"result\":null,\"error\":{\"code\":-28,\"message\":\"Loading block index\"},\"id\":0}", RpcFailure.WarmingUp, "Loading block index")]
    [InlineData("404 Not Found", "{\"result\":null,\"error\":{\"code\":-32601,\"message\":\"Method not found\"},\"id\":0}", RpcFailure.NoSuchMethod, "RPC port")]
    [InlineData("500 Internal Server Error", "{\"error\":{\"message\":\"no\",\"code\":-10},\"id\":0}", RpcFailure.Refused, "-10: no")]
    [InlineData("200 OK", "{\"error\":\"just text\"}", RpcFailure.Refused, "just text")]
    public async Task Every_bad_answer_is_named(string status, string body, RpcFailure failure, string words)
    {
        await using FakeNode node = new((_, stream) => stream.WriteAsync(FakeNode.Http(status, body)).AsTask());
        using RpcClient client = new(node.Endpoint, TimeProvider.System);
        RpcException e = await FailAsync(client);
        Assert.Equal(failure, e.Failure);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{node.Port}, getthing", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cookie_is_read_again_when_the_node_restarted()
    {
        string path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "__cookie__:old\n");
        string valid = "old";
        await using FakeNode node = new((call, stream) =>
        {
            bool known = call.Authorization == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("__cookie__:" + valid));
            return stream.WriteAsync(known ? FakeNode.Http("200 OK", "{\"result\":1}") : FakeNode.Http("401 Unauthorized", "")).AsTask();
        });
        using RpcClient client = new(RpcEndpoint.Parse($"127.0.0.1:{node.Port}", cookiePath: path), TimeProvider.System);
        (await client.CallAsync(RpcRequest.Create("a"), s_patience, default)).Dispose();
        valid = "new";
        Assert.Equal(RpcFailure.Credentials, (await FailAsync(client)).Failure);
        await File.WriteAllTextAsync(path, "__cookie__:new");
        (await client.CallAsync(RpcRequest.Create("a"), s_patience, default)).Dispose();
        File.Delete(path);
        using RpcClient lost = new(RpcEndpoint.Parse($"127.0.0.1:{node.Port}", cookiePath: path), TimeProvider.System);
        Assert.Contains(path, (await FailAsync(lost)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_port_a_broken_body_and_a_silent_node_are_told_apart()
    {
        TcpListener closed = new(System.Net.IPAddress.Loopback, 0);
        closed.Start();
        int port = ((System.Net.IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        using RpcClient nobody = new(RpcEndpoint.Parse($"127.0.0.1:{port}"), TimeProvider.System);
        RpcException refused = await FailAsync(nobody);
        Assert.Equal(RpcFailure.Unreachable, refused.Failure);
        Assert.Contains("refused", refused.Message, StringComparison.OrdinalIgnoreCase);

        await using FakeNode broken = new(async (_, stream) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"result\":"u8.ToArray());
            stream.Socket.Close();
        });
        using RpcClient half = new(broken.Endpoint, TimeProvider.System);
        Assert.Equal(RpcFailure.Unreachable, (await FailAsync(half)).Failure);

        await using FakeNode slow = new(static async (_, stream) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"u8.ToArray());
            while (true)
            {
                await stream.WriteAsync(" "u8.ToArray());
                await Task.Delay(20);
            }
        });
        using RpcClient drip = new(slow.Endpoint, TimeProvider.System);
        RpcException late = await FailAsync(drip, TimeSpan.FromMilliseconds(300));
        Assert.Equal(RpcFailure.Timeout, late.Failure);
        Assert.Contains("0.3 s", late.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 999999999999")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task An_endless_answer_is_cut_off(string length)
    {
        await using FakeNode node = new(async (_, stream) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{length}\r\n\r\n"));
            byte[] chunk = Encoding.ASCII.GetBytes("1000\r\n" + new string(' ', 4096) + "\r\n");
            while (true)
            {
                await stream.WriteAsync(chunk);
            }
        });
        using RpcClient client = new(node.Endpoint, TimeProvider.System, answerBytesMax: 100_000);
        Assert.Equal(RpcFailure.TooLarge, (await FailAsync(client)).Failure);
    }

    [Fact]
    public async Task Stopping_is_not_a_failure_of_the_node()
    {
        await using FakeNode node = new(static (_, _) => Task.Delay(Timeout.Infinite));
        using RpcClient client = new(node.Endpoint, TimeProvider.System);
        using CancellationTokenSource stop = new(100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.CallAsync(RpcRequest.Create("a"), s_patience, stop.Token));
    }

    [Fact]
    public async Task Random_answers_are_results_or_named_failures_and_nothing_else()
    {
        string body = "";
        await using FakeNode node = new((_, stream) => stream.WriteAsync(FakeNode.Http("200 OK", body)).AsTask());
        using RpcClient client = new(node.Endpoint, TimeProvider.System);
        const string Whole = "{\"result\":{\"x\":[1,2,\"\\u0041\"]},\"error\":null,\"id\":0}";
        List<string> bodies = [];
        Gen.Select(Gen.Int[0, Whole.Length - 1], Gen.Char["{}[]\",:01nul\\ \u00e9"], Gen.Int[0, 3]).Sample(
            (at, letter, kind) => bodies.Add(kind switch
            {
                0 => Whole[..at],
                1 => Whole.Remove(at, 1),
                2 => Whole.Insert(at, letter.ToString()),
                _ => Whole[..at] + letter + Whole[(at + 1)..],
            }),
            iter: 400, threads: 1);
        foreach (string text in bodies)
        {
            body = text;
            try
            {
                using RpcAnswer answer = await client.CallAsync(RpcRequest.Create("a"), s_patience, default);
                Assert.False(answer.Result.IsEmpty);
            }
            catch (RpcException e)
            {
                Assert.True(e.Failure is RpcFailure.NotJsonRpc or RpcFailure.Refused, e.Message);
            }
        }
    }

    [Theory]
    [InlineData("http://u:p%40ss@h:1/w/x", "u", "p@ss", "h:1")]
    [InlineData("localhost:8332", "", "", "localhost:8332")]
    public void Endpoints_keep_credentials_out_of_their_name(string url, string user, string password, string name)
    {
        RpcEndpoint endpoint = RpcEndpoint.Parse(url);
        Assert.Equal((user, password, name), (endpoint.User, endpoint.Password, endpoint.Name));
        Assert.Equal(name, endpoint.ToString());
        Assert.DoesNotContain("p%40", endpoint.Uri.ToString(), StringComparison.Ordinal);
        Assert.Throws<FormatException>(static () => RpcEndpoint.Parse("ftp://h:1"));
        Assert.Throws<FormatException>(static () => RpcEndpoint.Parse("http://"));
    }

    private static Task<RpcException> FailAsync(RpcClient client, TimeSpan? patience = null) =>
        Assert.ThrowsAsync<RpcException>(() => client.CallAsync(RpcRequest.Create("getthing"), patience ?? s_patience, default));
}
