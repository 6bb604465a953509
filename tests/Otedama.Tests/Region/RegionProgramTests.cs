using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Otedama.Core;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Region;

/// <summary>Regions from configuration to effect, in the whole program.</summary>
public sealed class RegionProgramTests
{
    /// <summary>Two nodes on loopback: who names its region is known by it, who does not by the database.</summary>
    [Fact]
    public async Task Nodes_show_how_far_and_where_their_peers_are()
    {
        using TempFolder one = new(), two = new();
        File.WriteAllBytes(one.Path + "/countries.mmdb", new MmdbWriter(28, "GeoLite2-Country").Add("127.0.0.0/8", AtlasTests.Country("JP", "AS")).Write());
        File.WriteAllBytes(one.Path + "/systems.mmdb", new MmdbWriter(24, "GeoLite2-ASN").Add("127.0.0.0/8", AtlasTests.Autonomous(64_511)).Write());
        int port = FreePort.Next();
        using CancellationTokenSource stop = new();
        Task<CliResult> first = Cli.RunAsync(
        [
            .. Node(one, port), "--set", "region.label=DE", "--set", $"region.mmdb={one.Path}/countries.mmdb", "--set", $"asn.mmdb={one.Path}/systems.mmdb",
        ], stop: stop.Token);
        Task<CliResult> second = Cli.RunAsync([.. Node(two, FreePort.Next()), "--set", $"p2p.bootstrap_nodes=127.0.0.1:{port}"], stop: stop.Token);
        try
        {
            PeersAnswer seen = await PeersAsync(one, first, static answer => answer.Peers is [{ RoundTripMs: not null, Coordinate: not null }]);
            PeerView peer = seen.Peers[0];
            Assert.Equal(("in", "JP", 64_511L, "DE"), (peer.Direction, peer.Region, peer.Asn, seen.Region));
            Assert.Equal(peer.RoundTripMs!.Value, Math.Sqrt((peer.XMs!.Value * peer.XMs.Value) + (peer.YMs!.Value * peer.YMs.Value)), 1e-6);
            Assert.Equal(8, peer.Coordinate!.AtMs.Count);
            PeersAnswer other = await PeersAsync(two, second, static answer => answer.Peers is [{ RoundTripMs: not null, Coordinate: not null }]);
            Assert.Equal(("out", "DE", null, null), (other.Peers[0].Direction, other.Peers[0].Region, other.Peers[0].Asn, other.Region));
            Assert.Matches(@" out +\d+ s +[0-9.]+ ms +DE ", (await Cli.RunAsync(["node", "peers", "--data-dir", two.Path])).Out);
            // Coordinates move with the second measurement that has a place to go by.
            await PeersAsync(two, second, static answer => answer.Coordinate!.Error < 1.5);
        }
        finally
        {
            await stop.CancelAsync();
        }
        CliResult ended = await first;
        Assert.Equal(0, ended.Code);
        Assert.Contains("region.mmdb: database GeoLite2-Country of 2026", ended.Logs);
        Assert.Contains("asn.mmdb: database GeoLite2-ASN of 2026", ended.Logs);
        Assert.Equal(0, (await second).Code);
        Assert.Matches($@"^127\.0\.0\.1:{port} [0-9.]+\n$", File.ReadAllText(Directory.GetFiles(two.Path, "ways.dat", SearchOption.AllDirectories).Single()));
    }

    [Fact]
    public async Task A_miner_that_asks_for_it_is_told_of_its_region_and_others_are_not()
    {
        using TempFolder here = new(), there = new();
        int port = FreePort.Next(), far = FreePort.Next();
        File.WriteAllBytes(here.Path + "/countries.mmdb", new MmdbWriter(24, "GeoLite2-Country").Add("127.0.0.0/8", AtlasTests.Country("JP", "AS")).Write());
        string file = here.File("otedama.yaml", $$"""
            region:
              label: DE
              mmdb: countries.mmdb
            pool:
              region_domains: [localhost]
              regions:
                - {url: "stratum+tcp://localhost:{{far}}", label: JP, continents: AS}
                - {url: "stratum+tcp://localhost:1", label: US, countries: US}
            """);
        using CancellationTokenSource stop = new();
        Task<CliResult> pool = Cli.RunAsync([.. Pool(here, port), "--config", file], stop: stop.Token);
        Task<CliResult> other = Cli.RunAsync(Pool(there, far), stop: stop.Token);
        try
        {
            // The other region counts only once it answers, so the wish is said until then; the name is another each time.
            string? hint = null;
            for (int i = 0; hint is null; i++)
            {
                hint = await HintAsync(port, $"rig{i}", "x,region=auto", stop.Token, pool, other);
            }
            Assert.Equal($"{{\"id\":null,\"method\":\"client.reconnect\",\"params\":[\"localhost\",{far},0]}}", hint);
            Assert.Equal(hint, await HintAsync(port, "named", "region=jp", stop.Token, pool, other));
            Assert.Null(await HintAsync(port, "plain", "x", stop.Token, pool, other));
            Assert.Null(await HintAsync(port, "down", "region=US", stop.Token, pool, other));
            Assert.Null(await HintAsync(port, "own", "region=DE", stop.Token, pool, other));
            Assert.Null(await HintAsync(far, "there", "region=auto", stop.Token, pool, other)); // it has no regions
        }
        finally
        {
            await stop.CancelAsync();
        }
        CliResult ended = await pool;
        Assert.Contains("asked for its region and is told of JP at localhost", ended.Logs);
        Assert.Equal((0, 0), (ended.Code, (await other).Code));
    }

    /// <summary>What client.reconnect says to who logs in so; null when the first job comes and nothing of the kind before.</summary>
    private static async Task<string?> HintAsync(
        int port, string worker, string password, CancellationToken stop, params Task<CliResult>[] runs)
    {
        Assert.True(Address.TryEncode([0, 20, .. new byte[20]], CoinCatalogue.Otedama, out string address));
        using TcpClient miner = new();
        await Patience.UntilAsync(() => TryConnect(miner, port) || Array.Exists(runs, static run => run.IsCompleted));
        Array.ForEach(runs, static run => Assert.False(run.IsCompleted, "a run ended early"));
        NetworkStream stream = miner.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"test\"]}\n"
            + $"{{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"{address}.{worker}\",\"{password}\"]}}\n"), stop);
        using StreamReader lines = new(stream);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience.Limit);
        while (await lines.ReadLineAsync(limit.Token) is { } line)
        {
            Assert.DoesNotContain("\"result\":false", line);
            if (line.Contains("client.reconnect", StringComparison.Ordinal))
            {
                return line;
            }
            if (line.Contains("mining.notify\",\"params", StringComparison.Ordinal))
            {
                return null;
            }
        }
        throw new IOException("the pool hung up");
    }

    private static bool TryConnect(TcpClient miner, int port)
    {
        try
        {
            miner.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string[] Pool(TempFolder folder, int port) =>
    [
        "--data-dir", folder.Path, "--set", $"pool.port={port}", "--set", "api.enabled=false", "--set", "metrics.enabled=false",
        "--set", $"node.port={FreePort.Next()}", "--set", "mining.enabled=false",
    ];

    private static string[] Node(TempFolder folder, int port) =>
    [
        "--data-dir", folder.Path, "--set", $"pool.port={FreePort.Next()}", "--set", $"api.port={FreePort.Next()}", "--set", "metrics.enabled=false",
        "--set", $"node.port={FreePort.Next()}", "--set", "mining.enabled=false", "--set", "p2p.enabled=true", "--set", $"p2p.port={port}",
        "--set", "p2p.listen=127.0.0.1", "--set", "dht.mode=off", "--set", "p2p.nat=off", "--set", "p2p.pass=a word",
    ];

    private static async Task<PeersAnswer> PeersAsync(TempFolder folder, Task<CliResult> run, Func<PeersAnswer, bool> until)
    {
        using CancellationTokenSource limit = new(Patience.Limit);
        while (true)
        {
            if (run.IsCompleted)
            {
                CliResult early = await run;
                Assert.Fail($"the run ended early: {early.Error}{early.Logs}");
            }
            CliResult result = await Cli.RunAsync(["node", "peers", "--json", "--data-dir", folder.Path]);
            if (result.Code == 0 && JsonSerializer.Deserialize(result.Out, AnswerJson.Default.PeersAnswer) is { } answer && until(answer))
            {
                return answer;
            }
            await Task.Delay(200, limit.Token);
        }
    }
}
