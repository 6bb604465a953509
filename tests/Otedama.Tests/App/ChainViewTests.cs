using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>A share chain in the API, in verbs and in the whole program.</summary>
public sealed class ChainViewTests
{
    [Fact]
    public void Stats_say_what_is_ours_and_what_it_brings()
    {
        string[] lines = [.. StatusLines.Pools(new FakeInstance { HasChain = true }.Status())];
        Assert.Contains("chain  std, private, height 48213, newest share 4 s old, 3 peers", lines);
        Assert.Contains("         fetching history from 9f3a10aa2b44@198.51.100.7:30303: 540 of 2160 shares; miners get work: no peer knows of more work", lines);
        Assert.Contains("         window: 2160 shares of 2160 and 71 uncles, 41 paid, luck 120 %", lines);
        Assert.Contains("         ours: 8 shares and 1 uncle, 0.4 % of the next block: 0.2 OTE on average; a share every 40 min 0 s", lines);
        Assert.Contains(lines, static line => line.Contains("p2p.chain: nano fits better"));
        Assert.DoesNotContain(StatusLines.Pools(new FakeInstance().Status()), static line => line.StartsWith("chain", StringComparison.Ordinal));
    }

    [Fact]
    public void A_block_on_this_tip_pays_some_exactly_and_some_by_lot()
    {
        string[] lines =
        [
            .. StatusLines.Payouts(
                new PayoutsAnswer(1, []) { Unit = "OTE", OnSharechain = true, AtTip = FakeChain.View().AtTip }),
        ];
        Assert.StartsWith("A block on this tip pays 50.00012 OTE to at most 13 addresses.", lines[0]);
        Assert.Matches("^bcrt1qrp33\\w+ +40.5 +exact +81 %$", lines[2]);
        Assert.Matches("^bcrt1qw508\\w+ +3.10012 +slot +0.4 % +yes$", lines[3]);
        Assert.Equal(ChainLines.WhoPays, lines[^2..]);
        Assert.DoesNotContain("no coinbase has paid anything yet", lines);
    }

    [Fact]
    public void Peers_are_a_table_and_without_a_chain_a_sentence()
    {
        string[] lines = [.. ChainLines.Peers(FakeChain.Peers())];
        Assert.Matches("^NODE +ADDRESS +DIRECTION +FOR +ROUND TRIP +REGION +HEIGHT +RECEIVED +SENT +POINTS +PROGRAM$", lines[0]);
        Assert.Matches("^a{12} +198.51.100.97:30303 +out +1 h 1 min +12.3 ms +DE AS64500 +48213 +3.2 MiB +500.0 KiB +0 +otedama/0.1.0$", lines[1]);
        Assert.Matches("^d{12} +198.51.100.100:30303 +out +1 h 1 min +\\? +\\? +\\? ", lines[5]);
        Assert.Contains("has no share chain", Assert.Single(ChainLines.Peers(new PeersAnswer(1, false, []))));
        Assert.Equal("no peer is connected", Assert.Single(ChainLines.Peers(new PeersAnswer(1, true, []))));
        Assert.Contains("has no share chain", Assert.Single(ChainLines.Syncs(new FakeInstance().Status())));
        Assert.StartsWith("fetching history", ChainLines.Syncs(new FakeInstance { HasChain = true }.Status()).First());
    }

    [Fact]
    public async Task The_API_gives_shares_and_peers_and_refuses_a_count_that_is_none()
    {
        using TempFolder folder = new();
        string file = Path.Combine(folder.Path, "api.token");
        await using LocalApi api = await LocalApi.StartAsync(IPAddress.Loopback, 0, ApiToken.Load(file), new HostNames([]),
            new FakeInstance { HasChain = true }, NullLoggerFactory.Instance, TimeProvider.System, default);
        using HttpClient http = new() { BaseAddress = api.Uri };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(file)).Trim());
        JsonNode shares = JsonNode.Parse(await http.GetStringAsync("api/v1/sharechain/shares?count=14"))!;
        Assert.Equal(14, shares["shares"]!.AsArray().Count(static share => share!["is_main"]!.GetValue<bool>()));
        Assert.Equal(48_213, shares["shares"]![0]!["height"]!.GetValue<long>());
        Assert.Equal(5, JsonNode.Parse(await http.GetStringAsync("api/v1/peers"))!["peers"]!.AsArray().Count);
        foreach (string count in (string[])["0", "501", "-1", "x", "1e2", ""])
        {
            HttpResponseMessage answer = await http.GetAsync(new Uri($"api/v1/sharechain/shares?count={count}", UriKind.Relative));
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("1 to 500", await answer.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData(8.0, 21_600, "std", true)]
    [InlineData(20.0, 21_600, "std", false)]
    [InlineData(8.0, 21_600, "nano", false)]
    [InlineData(8.0, 600, "std", false)] // no window holds many shares there
    [InlineData(null, 21_600, "std", false)]
    public async Task The_chain_for_small_miners_is_advised_once_a_day(double? expected, double seconds, string set, bool isAdvised)
    {
        HeldClock clock = new();
        Ledgers.LineLogger log = new();
        ChainAdvice advice = new(ChainSets.For(set, CoinCatalogue.Otedama), () => (expected, seconds), clock, log);
        for (int minute = 0; minute < 26 * 60; minute++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await advice.StepAsync(TestContext.Current.CancellationToken);
            Assert.Equal(isAdvised ? minute < 9 ? 0 : minute < 24 * 60 ? 1 : log.Lines.Count : 0, log.Lines.Count);
        }
        Assert.Equal(isAdvised ? 2 : 0, log.Lines.Count);
    }

    [Fact]
    public async Task A_pool_on_a_share_chain_shows_its_shares_everywhere()
    {
        using TempFolder folder = new();
        int metrics = FreePort.Next();
        using CancellationTokenSource stop = new();
        Task<CliResult> run = Cli.RunAsync(
        [
            "--data-dir", folder.Path, "--set", $"pool.port={FreePort.Next()}", "--set", $"api.port={FreePort.Next()}",
            "--set", $"node.port={FreePort.Next()}", "--set", $"metrics.port={metrics}", "--set", $"p2p.port={FreePort.Next()}",
            "--set", "p2p.enabled=true", "--set", "p2p.pass=hidden word", "--set", "p2p.max_inbound=0", "--set", "dht.mode=off", "--set", "mining.workers.cpu_threads=1",
        ], stop: stop.Token);
        try
        {
            StatusView status = await WaitAsync(folder, run, static s => s is { Pools: [{ Sharechain: { Window.OwnShares: > 0, AtTip: not null } }] });
            ChainView chain = status.Pools[0].Sharechain!;
            Assert.Equal(("std", true, "alone", true), (chain.Set, chain.IsPrivate, chain.Sync.State, chain.Gate.Open));
            Assert.EndsWith("|pass=***", chain.Parameters);
            Assert.Equal(1, chain.Window.OwnPart, 9);
            Assert.Equal("exact", Assert.Single(chain.AtTip!.Payouts).How);
            CliResult sync = await Cli.RunAsync(["node", "sync", "--data-dir", folder.Path]);
            Assert.StartsWith("alone: no peer to compare with; height ", sync.Out);
            Assert.Equal("no peer is connected\n", (await Cli.RunAsync(["node", "peers", "--data-dir", folder.Path])).Out);
            Assert.Contains("\"enabled\":true,\"peers\":[]", (await Cli.RunAsync(["node", "peers", "--json", "--data-dir", folder.Path])).Out);
            Assert.Matches(@"PAID ADDRESS +SHARES +UNCLES +PART +EXPECTED\note1\w+ +[1-9]", (await Cli.RunAsync(["pool", "miners", "--data-dir", folder.Path])).Out);
            Assert.Matches(@"\note1\w+ +50 +exact +100 % +yes", (await Cli.RunAsync(["pool", "payouts", "--data-dir", folder.Path])).Out);
            using HttpClient http = new();
            string text = await http.GetStringAsync($"http://127.0.0.1:{metrics}/metrics");
            Assert.Matches(@"\notedama_sharechain_height{pool=""main""} [1-9]", text);
            Assert.Matches(@"\notedama_sharechain_own_found_total{pool=""main""} [1-9]", text);
            Assert.Contains("\notedama_peers_connected 0\n", text);
            Assert.Contains("\notedama_p2p_peers{pool=\"main\",direction=\"in\",state=\"connected\"} 0\n", text);
        }
        finally
        {
            await stop.CancelAsync();
        }
        CliResult ended = await run;
        Assert.Equal(0, ended.Code);
        Assert.DoesNotContain("hidden word", ended.Out + ended.Error + ended.Logs);
        await MovesToAnotherFolderAsync(folder);
    }

    /// <summary>The kept chain in a file, checked by verify, and from there into a folder that has none.</summary>
    private static async Task MovesToAnotherFolderAsync(TempFolder folder)
    {
        string file = Path.Combine(folder.Path, "chain.txt"), other = Path.Combine(folder.Path, "other");
        string[] chosen = ["--set", "p2p.enabled=true", "--set", "p2p.pass=hidden word", "--data-dir"];
        CliResult export = await Cli.RunAsync(["sharechain", "export", file, .. chosen, folder.Path]);
        Assert.Equal((0, ""), (export.Code, export.Error));
        Assert.DoesNotContain("hidden word", export.Out);
        string tip = System.Text.RegularExpressions.Regex.Match(export.Out, "tip ([0-9a-f]{64})").Groups[1].Value;
        Assert.Contains($"tip {tip}", (await Cli.RunAsync(["sharechain", "verify", file])).Out);
        CliResult again = await Cli.RunAsync(["sharechain", "export", file, .. chosen, folder.Path]);
        Assert.Equal(1, again.Code); // nothing is written over
        string[] lines = await File.ReadAllLinesAsync(file);
        string bad = folder.File("bad.txt", string.Join('\n', lines[..^1]) + "\n" + lines[^1][..^2] + (lines[^1].EndsWith("00", StringComparison.Ordinal) ? "01" : "00") + "\n");
        CliResult refused = await Cli.RunAsync(["sharechain", "import", bad, .. chosen, other]);
        Assert.Equal(1, refused.Code);
        Assert.Matches($"^share {lines.Length - 1}: step [0-9]+: .*\nNothing was kept.\n$", refused.Out);
        Assert.Contains("\"shares\":0,\"height\":0,\"tip\":null", (await Cli.RunAsync(["sharechain", "show", "--json", .. chosen, other])).Out);
        CliResult import = await Cli.RunAsync(["sharechain", "import", file, .. chosen, other]);
        Assert.Contains($"{lines.Length - 1} shares taken from {file}", import.Out);
        Assert.Contains($"\"tip\":\"{tip}\"", (await Cli.RunAsync(["sharechain", "show", "--json", .. chosen, other])).Out);
        CliResult foreign = await Cli.RunAsync(["sharechain", "import", file, "--set", "p2p.enabled=true", "--data-dir", other]);
        Assert.Equal(1, foreign.Code);
        Assert.Contains("of another chain", foreign.Error);
    }

    private static async Task<StatusView> WaitAsync(TempFolder folder, Task<CliResult> run, Func<StatusView, bool> until)
    {
        using CancellationTokenSource limit = new(Patience.Limit);
        while (true)
        {
            if (run.IsCompleted)
            {
                CliResult early = await run;
                Assert.Fail($"the run ended early: {early.Error}{early.Logs}");
            }
            CliResult result = await Cli.RunAsync(["stats", "--json", "--data-dir", folder.Path]);
            if (result.Code == 0 && System.Text.Json.JsonSerializer.Deserialize(result.Out, AnswerJson.Default.StatusView) is { } status && until(status))
            {
                return status;
            }
            await Task.Delay(200, limit.Token);
        }
    }
}
