using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Xunit;

namespace Otedama.Tests.App;

public sealed class LedgerCommandTests : IDisposable
{
    private readonly TempFolder _directory = new();

    public LedgerCommandTests()
    {
        using Ledger ledger = Open();
        int account = ledger.InternAccount("addr", [1], "=rig,1");
        for (int share = 0; share < 20; share++)
        {
            Assert.True(ledger.TryAppend([new ShareRecord { AccountId = account, Work = 7, TimeMs = 1_000 }]));
        }
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Check_repair_and_check_again_through_the_data_directory_of_the_configuration()
    {
        Assert.Equal(ExitCode.Done, (await RunAsync("check")).Code);
        FlipBit();
        CliResult bad = await RunAsync("check", "--json");
        Assert.Equal(ExitCode.BadAnswer, bad.Code);
        JsonElement damage = JsonDocument.Parse(bad.Out).RootElement.GetProperty("damages").EnumerateArray().Single();
        Assert.Equal((1, 1, 64), (damage.GetProperty("segment").GetInt32(), damage.GetProperty("records_lost").GetInt32(), damage.GetProperty("bytes").GetInt32()));
        CliResult mended = await RunAsync("repair");
        Assert.Equal(ExitCode.Done, mended.Code);
        Assert.Contains("skipped", mended.Out, StringComparison.Ordinal);
        Assert.Contains("shares-00000001.log.damaged", mended.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, (await RunAsync("check")).Code);
        using Ledger ledger = Open();
        Assert.Equal(19, ledger.Totals().Shares);
    }

    [Theory]
    [InlineData("check")]
    [InlineData("repair")]
    [InlineData("export", "shares")]
    public async Task Refuses_while_the_pool_runs(params string[] verb)
    {
        using Ledger ledger = Open();
        CliResult result = await RunAsync(verb);
        Assert.Equal(ExitCode.Configuration, result.Code);
        Assert.Contains("If another otedama uses this directory, stop it", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_is_csv_or_one_json_object_a_line()
    {
        string[] csv = (await RunAsync("export", "accounts")).Out.Split('\n');
        Assert.Equal("account,payee,address,worker,shares,work,last_share_ms,earned_units,paid_units,owed_units", csv[0]);
        Assert.Equal("1,1,addr,\"'=rig,1\",20,140,1000,0,0,0", csv[2]);
        string[] json = (await RunAsync("export", "shares", "--json")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(20, json.Length);
        JsonElement share = JsonDocument.Parse(json[0]).RootElement;
        Assert.Equal((1, 7, "=rig,1"), (share.GetProperty("schema").GetInt32(), share.GetProperty("work").GetInt32(), share.GetProperty("worker").GetString()));
    }

    [Fact]
    public async Task Export_of_a_damaged_log_is_refused()
    {
        FlipBit();
        CliResult result = await RunAsync("export", "shares");
        Assert.Equal(ExitCode.Configuration, result.Code);
        Assert.Contains("ledger repair", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_log_is_one_sentence()
    {
        CliResult result = await Cli.RunAsync(["ledger", "check", "--dir", Path.Combine(_directory.Path, "nowhere")]);
        Assert.Equal(ExitCode.Configuration, result.Code);
        Assert.Contains("there is none", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_days_that_shares_are_kept_come_from_the_configuration()
    {
        (string Key, string Value)[] given =
        [
            ("pool.log_keep", "7"), ("data_dir", _directory.Path), ("node.mode", "external"),
            ("node.urls", "http://127.0.0.1:8332"), ("pool.address", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
        ];
        FlagValue[] flags = [.. given.Select(pair => new FlagValue(pair.Key, pair.Value, "--set"))];
        Configuration configuration = ConfigurationLoader.Load(null, flags, new Dictionary<string, string>());
        InstancePlan plan = InstancePlan.Make(configuration, Roles.Pool, new Dictionary<string, string>());
        Assert.Equal(TimeSpan.FromDays(7), PartOptions.Pool(plan.Pools[0], 3333, node: null).LogKeep);
        Assert.Equal(Path.Combine(_directory.Path, "pool"), plan.Pools[0].Folder);
    }

    private Task<CliResult> RunAsync(params string[] verb) => Cli.RunAsync(["ledger", .. verb, "--data-dir", _directory.Path]);

    private string LogDirectory => Path.Combine(_directory.Path, "pool", "shares");

    private void FlipBit()
    {
        string path = Path.Combine(LogDirectory, "shares-00000001.log");
        byte[] bytes = File.ReadAllBytes(path);
        int end = Array.FindLastIndex(bytes, b => b != 0) + 1;
        bytes[(end / 64 * 64) - 200] ^= 4;
        File.WriteAllBytes(path, bytes);
    }

    private Ledger Open() => Ledger.Open(
        new LedgerOptions { Directory = LogDirectory, OperatorScript = new byte[] { 0xaa }, OperatorAddress = "op", SegmentBytes = 64 * 1024 },
        TimeProvider.System,
        NullLogger.Instance);
}
