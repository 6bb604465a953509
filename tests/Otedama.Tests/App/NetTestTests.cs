using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Otedama.Tests.Wire;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>`otedama net test` tells a pool from a web server, TLS from none, and a node that lets us in from one that does not.</summary>
public sealed class NetTestTests
{
    private const string Subscribed = "{\"id\":1,\"result\":[[],\"aa\",4],\"error\":null}\n";

    [Fact]
    public async Task A_pool_that_answers_the_subscription_is_good_also_behind_a_notification()
    {
        using Server pool = new(static _ => "{\"id\":null,\"method\":\"mining.set_difficulty\",\"params\":[1]}\n" + Subscribed);
        JsonElement row = await TestAsync(0, $"stratum+tcp://127.0.0.1:{pool.Port}");
        Assert.Equal("pool", row.GetProperty("kind").GetString());
        Assert.False(row.GetProperty("tls").GetBoolean());
        Assert.True(row.GetProperty("answer_ms").GetDouble() > 0);
        Assert.Equal(JsonValueKind.Null, row.GetProperty("problem").ValueKind);
        Assert.Contains("mining.subscribe", pool.Heard);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "web server")]
    [InlineData("\u0015\u0003\u0001\0\u0002\u0002\n", "stratum+ssl://")]
    [InlineData("220 mail.example ESMTP\r\n", "not Stratum")]
    [InlineData("{}\n", "not Stratum")]
    [InlineData("", "closed the connection")]
    [InlineData("{\"id\":1,\"result\":null,\"error\":{\"code\":-1,\"message\":\"go away\"}}\n", "refuses mining.subscribe: go away")]
    public async Task What_serves_no_miner_is_named(string answer, string problem)
    {
        using Server server = new(_ => answer);
        JsonElement row = await TestAsync(5, $"127.0.0.1:{server.Port}");
        Assert.Contains(problem, row.GetProperty("problem").GetString());
    }

    [Fact]
    public async Task Tls_is_completed_and_the_certificate_judged()
    {
        using X509Certificate2 certificate = SelfSigned();
        string pin = Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
        using Server pool = new(static _ => Subscribed, certificate);
        JsonElement good = await TestAsync(0, $"stratum+ssl://127.0.0.1:{pool.Port}#sha256={pin}");
        Assert.True(good.GetProperty("tls").GetBoolean());
        JsonElement untrusted = await TestAsync(5, $"stratum+ssl://127.0.0.1:{pool.Port}");
        Assert.Contains("not trusted", untrusted.GetProperty("problem").GetString());
    }

    [Fact]
    public async Task A_node_is_asked_with_its_login_and_the_login_is_not_shown()
    {
        await using FakeNode node = FakeNode.Answering(static call => Task.FromResult<string?>(call.Method switch
        {
            "getblockchaininfo" => "{\"chain\":\"regtest\",\"blocks\":101,\"headers\":103}",
            "getconnectioncount" => "8",
            _ => $"\"{new string('1', 64)}\"",
        }));
        CliResult result = await Cli.RunAsync(["net", "test", $"http://alice:hunter2@127.0.0.1:{node.Port}"]);
        Assert.Equal(0, result.Code);
        Assert.Contains("chain regtest, height 101 of 103, 8 peers", result.Out);
        Assert.DoesNotContain("hunter2", result.Out + result.Error);
    }

    [Fact]
    public async Task A_node_that_refuses_the_password_is_not_reached()
    {
        await using FakeNode node = new(static async (_, stream) => await stream.WriteAsync(FakeNode.Http("401 Unauthorized", "")));
        JsonElement row = await TestAsync(5, $"http://alice:wrong@127.0.0.1:{node.Port}");
        Assert.Contains("refused user", row.GetProperty("problem").GetString());
        Assert.DoesNotContain("wrong", row.GetProperty("address").GetString());
    }

    [Fact]
    public async Task A_node_of_another_chain_than_the_configuration_names_is_a_problem()
    {
        using TempFolder folder = new();
        await using FakeNode node = FakeNode.Answering(static call => Task.FromResult<string?>(
            call.Method == "getblockchaininfo" ? "{\"chain\":\"test\",\"blocks\":1,\"headers\":1}" : "null"));
        string file = folder.File("c.yaml", $"node: {{mode: external, coin: btc, network: main, urls: ['http://127.0.0.1:{node.Port}']}}\n");
        CliResult result = await Cli.RunAsync(["net", "test", "--config", file]);
        Assert.Equal(5, result.Code);
        Assert.Contains("chain \"test\"", result.Out);
    }

    [Fact]
    public async Task A_node_that_answers_everything_but_gives_no_work_is_a_problem()
    {
        using TempFolder folder = new();
        await using FakeNode node = FakeNode.Answering(static call => Task.FromResult<string?>(call.Method switch
        {
            "getblockchaininfo" => "{\"chain\":\"regtest\",\"blocks\":0,\"headers\":0}",
            "getconnectioncount" => "0",
            "getblocktemplate" => "ERROR{\"code\":-9,\"message\":\"Litecoin is not connected!\"}",
            _ => "\"530827f38f93b43ed12af0b3ad25a288dc02ed74d6d7857862df51fc56c416f9\"",
        }));
        string file = folder.File("c.yaml", $"node: {{mode: external, coin: ltc, network: regtest, urls: ['http://127.0.0.1:{node.Port}']}}\n");
        CliResult result = await Cli.RunAsync(["net", "test", "--config", file]);
        Assert.Equal(5, result.Code);
        Assert.Contains("it gives no work", result.Out);
        Assert.Contains("Litecoin is not connected!", result.Out);
    }

    [Fact]
    public async Task The_own_pool_and_chain_are_no_targets()
    {
        using TempFolder folder = new();
        CliResult result = await Cli.RunAsync(["net", "test", "--data-dir", folder.Path]);
        Assert.Equal(0, result.Code);
        Assert.Contains("nothing to test", result.Out);
    }

    private static async Task<JsonElement> TestAsync(int code, string url)
    {
        CliResult result = await Cli.RunAsync(["net", "test", url, "--json"]);
        Assert.Equal(code, result.Code);
        using JsonDocument document = JsonDocument.Parse(result.Out);
        return document.RootElement.GetProperty("targets")[0].Clone();
    }

    private static X509Certificate2 SelfSigned()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=pool.example", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    /// <summary>Says one thing after the first line of each connection, and closes it.</summary>
    private sealed class Server : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public Server(Func<string, string> answer, X509Certificate2? certificate = null)
        {
            _listener.Start();
            _ = ServeAsync(answer, certificate);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public string Heard { get; private set; } = "";

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync(Func<string, string> answer, X509Certificate2? certificate)
        {
            while (true)
            {
                try
                {
                    using TcpClient client = await _listener.AcceptTcpClientAsync();
                    await using Stream stream = await OpenAsync(client.GetStream(), certificate);
                    byte[] bytes = new byte[4096];
                    int length = await stream.ReadAsync(bytes);
                    Heard = Encoding.ASCII.GetString(bytes, 0, length);
                    await stream.WriteAsync(Encoding.Latin1.GetBytes(answer(Heard)));
                }
                catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
                {
                    // The other side did not like the certificate; the next connection may.
                }
                catch (Exception e) when (e is InvalidOperationException or SocketException)
                {
                    return;
                }
            }
        }

        private static async Task<Stream> OpenAsync(Stream plain, X509Certificate2? certificate)
        {
            if (certificate is null)
            {
                return plain;
            }
            SslStream secure = new(plain);
            await secure.AuthenticateAsServerAsync(certificate);
            return secure;
        }
    }
}
