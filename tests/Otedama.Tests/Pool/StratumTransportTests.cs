using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Pool;
using Otedama.Tests.Mining;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Pool;

public sealed class StratumTransportTests
{
    private static readonly string s_user = StratumHarness.Address(9) + ".w";

    private static readonly IPNetwork[] s_loopback = [new IPNetwork(IPAddress.Parse("127.0.0.0"), 8)];

    private readonly HeldClock _time = new();

    [Fact]
    public async Task Split_segments_and_a_last_line_without_end_are_understood()
    {
        using StratumHarness harness = new();
        using TestMiner miner = await harness.ConnectAsync();
        foreach (char character in "\r\n\n{\"id\":1,\"method\":\"mining.ping\"}\r\n")
        {
            await miner.SendRawAsync(character.ToString());
        }
        Assert.Equal("pong", (await miner.ReadReplyAsync()).GetProperty("result").GetString());
        await miner.SendRawAsync("{\"id\":2,\"method\":\"mining.ping\"}");
        Assert.Equal(2, (await miner.ReadReplyAsync()).GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task A_line_over_the_limit_closes_after_an_error()
    {
        using StratumHarness harness = new();
        using TestMiner miner = await harness.ConnectAsync();
        await miner.SendRawAsync(new string('x', LineFramer.MinerLineBytesMax + 2));
        Assert.Contains("32768", await miner.ReadAsync());
        Assert.Null(await miner.ReadAsync());
    }

    [Fact]
    public async Task A_sender_of_one_byte_at_a_time_is_closed_after_the_line_timeout()
    {
        using StratumHarness harness = new(options => options with { Limits = options.Limits with { LineTimeout = TimeSpan.FromSeconds(10) } }, time: _time);
        using TestMiner miner = await harness.ConnectAsync();
        Assert.Equal("pong", await PongAsync(miner));
        Task<string?> closed = miner.ReadAsync();
        while (!closed.IsCompleted)
        {
            await TrySendAsync(miner, "{");
            _time.Advance(1);
            await Task.Delay(5);
        }
        Assert.Null(await closed);
    }

    [Fact]
    public async Task Connections_that_never_log_in_or_fall_silent_are_closed_and_others_stay()
    {
        using StratumHarness harness = new(options => options with
        {
            Limits = options.Limits with { LoginTimeout = TimeSpan.FromSeconds(30), SilenceTimeout = TimeSpan.FromSeconds(900) },
        },
        time: _time);
        using TestMiner idle = await harness.ConnectAsync();
        using TestMiner good = await harness.ConnectAsync();
        await good.LoginAsync(s_user);
        await Patience.UntilAsync(() => harness.Server.ConnectionCount == 2, "both connections");
        _time.Advance(31);
        Assert.Null(await idle.ReadAsync());
        Assert.Equal("pong", await PongAsync(good));
        _time.Advance(899);
        Assert.Equal("pong", await PongAsync(good));
        _time.Advance(901);
        await good.ReadToEndAsync();
    }

    [Fact]
    public async Task Tls_works_on_the_same_port_when_configured_and_closes_otherwise()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using (StratumHarness harness = new(options => options with { Identity = TlsIdentity.Of(certificate) }))
        {
            using TestMiner secure = await TestMiner.ConnectAsync(harness.Endpoint, tls: true);
            await secure.LoginAsync(s_user);
            string job = (await secure.ReadNotificationAsync("mining.notify")).GetProperty("params")[0].GetString()!;
            await secure.SendRawAsync(string.Concat(Enumerable.Range(0, 64).Select(i => StratumHarness.Submit($"{i}", s_user, job, (uint)i) + "\n")));
            for (int i = 0; i < 64; i++)
            {
                Assert.Equal(i, (await secure.ReadReplyAsync()).GetProperty("id").GetInt32());
            }
            using TestMiner plain = await harness.ConnectAsync();
            await plain.LoginAsync(s_user);
        }
        using StratumHarness without = new();
        using TestMiner refused = await without.ConnectAsync();
        await refused.SendBytesAsync(new byte[] { 0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0 });
        Assert.Null(await refused.ReadAsync());
    }

    [Fact]
    public async Task A_proxy_header_is_believed_from_configured_sources_only()
    {
        using (StratumHarness harness = new(options => options with { ProxySources = s_loopback, Guard = options.Guard with { ScoreMax = 15 } }))
        {
            // The banned address is the one in the header: another miner behind the same proxy goes on.
            await ExpectBan(harness, "PROXY TCP4 203.0.113.7 10.0.0.1 4000 3333\r\n");
            using TestMiner neighbour = await harness.ConnectAsync();
            await neighbour.SendRawAsync("PROXY TCP4 203.0.113.8 10.0.0.1 4000 3333\r\n{\"id\":1,\"method\":\"mining.ping\"}\n");
            Assert.Equal("pong", (await neighbour.ReadReplyAsync()).GetProperty("result").GetString());
            using TestMiner banned = await harness.ConnectAsync();
            await banned.SendRawAsync("PROXY TCP4 203.0.113.7 10.0.0.1 4000 3333\r\n");
            Assert.Null(await banned.ReadAsync());
            using TestMiner direct = await harness.ConnectAsync();
            Assert.Equal("pong", await PongAsync(direct));
        }
        using StratumHarness plain = new();
        using TestMiner liar = await plain.ConnectAsync();
        await liar.SendRawAsync("PROXY TCP4 203.0.113.7 10.0.0.1 4000 3333\r\n");
        Assert.Equal(20, (await liar.ReadReplyAsync()).GetProperty("error")[0].GetInt32());
    }

    [Fact]
    public async Task Malformed_lines_ban_the_address_for_a_while()
    {
        using StratumHarness harness = new(options => options with
        {
            Guard = options.Guard with { Exempt = [], ScoreMax = 25, BanTime = TimeSpan.FromSeconds(100) },
        },
        time: _time);
        await ExpectBan(harness, "");
        using (TestMiner banned = await harness.ConnectAsync())
        {
            Assert.Null(await banned.ReadAsync());
        }
        _time.Advance(99);
        using (TestMiner still = await harness.ConnectAsync())
        {
            Assert.Null(await still.ReadAsync());
        }
        _time.Advance(2);
        using TestMiner later = await harness.ConnectAsync();
        Assert.Equal("pong", await PongAsync(later));
    }

    [Fact]
    public async Task Three_lines_that_are_no_json_end_the_connection()
    {
        using StratumHarness harness = new();
        using TestMiner miner = await harness.ConnectAsync();
        foreach (string line in new[] { "GET / HTTP/1.1", "{\"id\":1", "garbage" })
        {
            await miner.SendAsync(line);
            Assert.Contains("malformed", await miner.ReadAsync());
        }
        Assert.Null(await miner.ReadAsync());
        Assert.Equal(3, harness.Server.MalformedCount);
    }

    [Fact]
    public async Task Unknown_jobs_never_ban()
    {
        using StratumHarness harness = new(options => options with { Guard = options.Guard with { Exempt = [], ScoreMax = 20 } });
        using TestMiner miner = await harness.ConnectAsync();
        await miner.LoginAsync(s_user);
        for (int i = 0; i < 300; i++)
        {
            Assert.Equal(21, (await miner.CallAsync(StratumHarness.Submit("4", s_user, "00000001", (uint)i))).GetProperty("error")[0].GetInt32());
        }
    }

    [Fact]
    public async Task A_reader_that_does_not_read_is_closed_at_the_bound()
    {
        using StratumHarness harness = new(options => options with { Limits = options.Limits with { OutputBytesMax = 65_536 } });
        using TestMiner miner = await harness.ConnectAsync();
        string pings = string.Concat(Enumerable.Repeat("{\"id\":1,\"method\":\"mining.get_version\"}\n", 1_000));
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            for (int i = 0; i < 5_000; i++)
            {
                await miner.SendRawAsync(pings).WaitAsync(Patience.Limit);
            }
        });
    }

    [Fact]
    public async Task Who_asks_and_never_reads_is_closed_after_a_while_and_who_reads_stays()
    {
        using StratumHarness harness = new(options => options with { Limits = options.Limits with { UnreadTimeout = TimeSpan.FromSeconds(60) } }, time: _time);
        using TestMiner reader = await harness.ConnectAsync();
        await reader.LoginAsync(s_user);
        await reader.ReadNotificationAsync("mining.notify");
        Assert.Equal("pong", await PongAsync(reader));
        using Socket deaf = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 2_048 };
        await deaf.ConnectAsync(harness.Endpoint);
        // About 150 KB of answers: less than the bound of the output buffer, more than this socket takes.
        await deaf.SendAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"id\":1,\"method\":\"mining.get_version\"}\n", 3_000))));
        await Patience.UntilAsync(() => harness.Server.ConnectionCount == 2, "both connections");
        await Patience.UntilAsync(
            () =>
            {
                _time.Advance(1);
                return harness.Server.ConnectionCount == 1;
            },
            "the end of one");
        Assert.Equal("pong", await PongAsync(reader));
    }

    [Fact]
    public async Task A_pool_that_can_tell_no_further_miner_apart_says_so_and_closes()
    {
        using StratumHarness harness = new(
            options => options with { Coin = options.Coin with { Family = Otedama.Core.HeaderFamily.KawPow, Algorithm = Otedama.Core.Algorithm.KawPow } },
            withTemplate: false);
        List<uint> taken = [];
        while (harness.Server.Extranonces.TryTake(out uint one))
        {
            taken.Add(one);
        }
        Assert.Equal(65_536, taken.Count);
        using (TestMiner refused = await harness.ConnectAsync())
        {
            await refused.SendAsync("""{"id":1,"method":"mining.subscribe","params":["test/1"]}""");
            Assert.Contains("no extranonce is free", await refused.ReadAsync());
            Assert.Null(await refused.ReadAsync());
        }
        harness.Server.Extranonces.Return(taken[7]);
        using TestMiner served = await harness.ConnectAsync();
        JsonElement reply = await served.CallAsync("""{"id":1,"method":"mining.subscribe","params":["test/1"]}""");
        Assert.Equal(JsonValueKind.Null, reply.GetProperty("error").ValueKind);
        served.Dispose();
        await Patience.UntilAsync(() => harness.Server.Extranonces.UsedCount == 65_535, "the extranonce to be given back");
    }

    [Fact]
    public async Task Over_the_limit_connections_are_refused_and_the_others_are_served()
    {
        const int limit = 1_000;
        using StratumHarness harness = new(options => options with { Limits = options.Limits with { ConnectionsMax = limit } });
        TestMiner[] miners = await Task.WhenAll(Enumerable.Range(0, 2 * limit).Select(_ => harness.ConnectAsync()));
        try
        {
            string?[] replies = await Task.WhenAll(miners.Select(PingAsync));
            Assert.Equal(limit, replies.Count(reply => reply is not null && reply.Contains("pong")));
            Assert.Equal(limit, harness.Server.RefusedCount);
            Assert.Equal(limit, harness.Server.ConnectionCount);
        }
        finally
        {
            Array.ForEach(miners, miner => miner.Dispose());
        }
    }

    [Fact]
    public async Task A_burst_of_logins_loses_nobody_and_extranonces_are_unique()
    {
        using StratumHarness harness = new();
        string[] extranonces = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(async i =>
        {
            using TestMiner miner = await harness.ConnectAsync();
            string extranonce = await miner.LoginAsync($"{StratumHarness.Address(9)}.w{i}");
            JsonElement notify = await miner.ReadNotificationAsync("mining.notify");
            JsonElement reply = await miner.CallAsync(StratumHarness.Submit("4", $"{StratumHarness.Address(9)}.w{i}", notify.GetProperty("params")[0].GetString()!, 1));
            Assert.Equal(JsonValueKind.True, reply.GetProperty("result").ValueKind);
            return extranonce;
        }));
        Assert.Equal(1_000, extranonces.Distinct().Count());
        Assert.Equal(1_000, harness.Accounts.Count);
    }

    [Fact]
    public async Task Stopping_answers_what_was_submitted()
    {
        using ManualResetEventSlim go = new(false);
        using StratumHarness harness = new(rule: _ =>
        {
            go.Wait();
            return Otedama.Core.Rejection.None;
        });
        using TestMiner miner = await harness.ConnectAsync();
        await miner.LoginAsync(s_user);
        await miner.SendAsync(StratumHarness.Submit("4", s_user, "000003e8", 1));
        await Patience.UntilAsync(() => !harness.Candidates.IsEmpty, "the submit");
        Task<bool> drained = DrainLoop.RunAsync(harness.Server, Patience.Limit, TimeProvider.System, NullLogger.Instance);
        Assert.False(drained.IsCompleted);
        go.Set();
        Assert.True(await drained);
        Assert.Equal(JsonValueKind.True, (await miner.ReadReplyAsync()).GetProperty("result").ValueKind);
    }

    private static async Task<string?> PongAsync(TestMiner miner) =>
        (await miner.CallAsync("{\"id\":1,\"method\":\"mining.ping\"}")).GetProperty("result").GetString();

    private static async Task TrySendAsync(TestMiner miner, string text)
    {
        try
        {
            await miner.SendRawAsync(text);
        }
        catch (IOException)
        {
            // Closed meanwhile.
        }
    }

    private static async Task<string?> PingAsync(TestMiner miner)
    {
        try
        {
            await miner.SendAsync("{\"id\":1,\"method\":\"mining.ping\"}");
            return await miner.ReadAsync();
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task ExpectBan(StratumHarness harness, string header)
    {
        using TestMiner miner = await harness.ConnectAsync();
        await miner.SendBytesAsync(Encoding.ASCII.GetBytes(header + string.Concat(Enumerable.Repeat("garbage\n", 50))));
        string? line;
        int count = 0;
        while ((line = await miner.ReadAsync()) is not null)
        {
            count++;
        }
        Assert.InRange(count, 1, 10);
    }
}
