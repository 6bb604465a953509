using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>From the configuration file to what a miner meets at the door: TLS, load balancers, limits.</summary>
public sealed class PoolAccessTests
{
    private const string Ping = "{\"id\":1,\"method\":\"mining.ping\"}\n";

    [Fact]
    public async Task Tls_speaks_on_both_ports_and_nothing_else_does_on_the_second()
    {
        using TempFolder folder = new();
        string thumbprint = WriteCertificate(folder, "one");
        int tls = FreePort.Next();
        await using PoolRun run = await PoolRun.StartAsync(folder, $"  tls_port: {tls}\n  tls_certificate: {folder.Path}/cert.pem\n  tls_key: {folder.Path}/key.pem\n");
        Assert.Equal(thumbprint, await ShakeHandsAsync(tls));
        Assert.Equal(thumbprint, await ShakeHandsAsync(run.Port));
        Assert.Contains("pong", await AskAsync(run.Port, Ping));
        Assert.Equal("", await AskAsync(tls, Ping));
    }

    [Theory]
    [InlineData("  tls_certificate: cert.pem\n", "only one of them")]
    [InlineData("  tls_port: 4444\n", "needs pool.tls_certificate")]
    [InlineData("  tls_certificate: missing.pem\n  tls_key: missing.pem\n", "missing.pem cannot be read")]
    public async Task What_tls_lacks_is_said_at_the_start(string pool, string said)
    {
        using TempFolder folder = new();
        CliResult result = await Cli.RunAsync(["pool", "--config", folder.File("otedama.yaml", "pool:\n" + pool), "--data-dir", folder.Path]);
        Assert.Equal(3, result.Code);
        Assert.Contains(said, result.Error);
    }

    [Fact]
    public async Task A_key_others_can_read_starts_no_pool()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Unix file modes");
            return;
        }
        using TempFolder folder = new();
        WriteCertificate(folder, "one");
        File.SetUnixFileMode(Path.Combine(folder.Path, "key.pem"), (UnixFileMode)0x1a4); // 0644
        string config = folder.File("otedama.yaml", $"pool:\n  port: {FreePort.Next()}\n  tls_certificate: {folder.Path}/cert.pem\n  tls_key: {folder.Path}/key.pem\n"
            + $"node:\n  port: {FreePort.Next()}\napi:\n  enabled: false\nmetrics:\n  enabled: false\n");
        CliResult result = await Cli.RunAsync(["pool", "--config", config, "--data-dir", Path.Combine(folder.Path, "data")]);
        Assert.Equal(77, result.Code);
        Assert.Contains("pool.tls_key", result.Error);
    }

    [Fact]
    public async Task Behind_a_proxy_on_this_machine_the_limits_hold_for_each_miner_and_for_loopback()
    {
        using TempFolder folder = new();
        await using PoolRun run = await PoolRun.StartAsync(folder, "  proxy_sources: [127.0.0.1]\n  guard:\n    unauthenticated_per_address: 2\n");
        byte[] first = Encoding.ASCII.GetBytes("PROXY TCP4 203.0.113.7 10.0.0.1 4000 3333\r\n"), second = Version2("203.0.113.8");
        foreach (byte[] header in new[] { first, second })
        {
            await ExpectTwoAsync(run.Port, header);
        }
        await ExpectTwoAsync(run.Port, []);
    }

    [Fact]
    public async Task Without_a_proxy_loopback_has_no_limits_until_the_allow_list_says_otherwise()
    {
        using TempFolder folder = new();
        await using (PoolRun free = await PoolRun.StartAsync(folder, "  guard:\n    unauthenticated_per_address: 1\n    connection_burst: 1\n"))
        {
            for (int i = 0; i < 5; i++)
            {
                Assert.Contains("pong", await AskAsync(free.Port, Ping));
            }
        }
        await using PoolRun limited = await PoolRun.StartAsync(folder, "  guard:\n    allow: []\n    connection_burst: 4\n    connections_per_second: 0.001\n");
        for (int i = 0; i < 3; i++) // the first of four was the one that waited for the start
        {
            Assert.Contains("pong", await AskAsync(limited.Port, Ping));
        }
        Assert.Equal("", await AskAsync(limited.Port, Ping));
    }

    [Fact]
    public async Task A_stranger_gets_as_many_messages_as_the_setting_allows()
    {
        using TempFolder folder = new();
        await using PoolRun run = await PoolRun.StartAsync(folder, "  guard:\n    allow: []\n    messages_per_second: 0.01\n");
        using TcpClient talker = await ConnectAsync(run.Port, []);
        Assert.Equal("", await AskAsync(talker, Ping)); // ten times the rate at once is less than one message
    }

    [Theory]
    [InlineData("pool.proxy_sources=[10.0.0.0/33]")]
    [InlineData("pool.guard.allow=[localhost]")]
    public async Task What_is_no_network_is_refused(string assignment)
    {
        CliResult result = await Cli.RunAsync(["config", "show", "--set", assignment]);
        Assert.Equal(3, result.Code);
        Assert.Contains("is no network", result.Error);
    }

    /// <summary>Of three connections with this header the first two are served.</summary>
    private static async Task ExpectTwoAsync(int port, byte[] header)
    {
        using TcpClient one = await ConnectAsync(port, header);
        Assert.Contains("pong", await AskAsync(one, Ping));
        using TcpClient two = await ConnectAsync(port, header);
        Assert.Contains("pong", await AskAsync(two, Ping));
        using TcpClient three = await ConnectAsync(port, header);
        Assert.Equal("", await AskAsync(three, Ping));
    }

    private static byte[] Version2(string source) =>
    [
        0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0, 12,
        .. IPAddress.Parse(source).GetAddressBytes(), 10, 0, 0, 1, 0x0f, 0xa0, 0x0d, 0x05,
    ];

    private static string WriteCertificate(TempFolder folder, string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        folder.File("cert.pem", certificate.ExportCertificatePem());
        string path = folder.File("key.pem", key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        return certificate.Thumbprint;
    }

    private static async Task<string?> ShakeHandsAsync(int port)
    {
        using TcpClient client = await ConnectAsync(port, []);
        await using SslStream stream = new(client.GetStream(), false, static (_, _, _, _) => true);
        await stream.AuthenticateAsClientAsync("pool.example").WaitAsync(Patience.Limit);
        return new X509Certificate2(stream.RemoteCertificate!).Thumbprint;
    }

    private static async Task<TcpClient> ConnectAsync(int port, byte[] header)
    {
        TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await client.GetStream().WriteAsync(header);
        return client;
    }

    private static async Task<string> AskAsync(int port, string lines)
    {
        using TcpClient client = await ConnectAsync(port, []);
        return await AskAsync(client, lines);
    }

    /// <summary>The first answer; empty when the connection was closed without one.</summary>
    private static async Task<string> AskAsync(TcpClient client, string lines)
    {
        using StreamReader reader = new(client.GetStream(), leaveOpen: true);
        try
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(lines));
            return await reader.ReadLineAsync().WaitAsync(Patience.Limit) ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>The program as a pool on its embedded chain, with lines of the test's below "pool:".</summary>
    private sealed class PoolRun : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private Task<CliResult> _run = null!;

        public int Port { get; } = FreePort.Next();

        public static async Task<PoolRun> StartAsync(TempFolder folder, string pool)
        {
            PoolRun run = new();
            string config = folder.File("otedama.yaml", $"pool:\n  port: {run.Port}\n{pool}node:\n  port: {FreePort.Next()}\napi:\n  enabled: false\n"
                + "metrics:\n  enabled: false\nlog:\n  level: debug\n");
            run._run = Cli.RunAsync(["pool", "--config", config, "--data-dir", Path.Combine(folder.Path, "data")], stop: run._stop.Token);
            for (int i = 0; i < 1_800 && !run._run.IsCompleted; i++)
            {
                try
                {
                    using TcpClient probe = new();
                    await probe.ConnectAsync(IPAddress.Loopback, run.Port);
                    return run;
                }
                catch (SocketException)
                {
                    await Task.Delay(100);
                }
            }
            throw new IOException((await run._run).Error);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _run;
            _stop.Dispose();
        }
    }
}
