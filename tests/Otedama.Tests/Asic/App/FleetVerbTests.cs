using System.Text.Json;
using Otedama.Asic;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>The verbs of the fleet against a simulated Bitaxe, without and with a running instance.</summary>
public sealed class FleetVerbTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly AxeosServer _server = new(new AxeosDevice(TimeProvider.System));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Without_an_instance_a_verb_asks_the_devices_itself()
    {
        CliResult table = await RunAsync("status");
        Assert.True(table.Code == 0, table.Error);
        Assert.Contains("Gamma", table.Out, StringComparison.Ordinal);
        Assert.Contains("1 device,", table.Out, StringComparison.Ordinal);
        JsonElement device = await JsonAsync("status", "aa:bb:cc:dd:ee:ff");
        Assert.Equal(("mining", "BM1370"), (device.GetProperty("device").GetProperty("state").GetString(), device.GetProperty("device").GetProperty("chip").GetString()));
        CliResult export = await RunAsync("export");
        Assert.StartsWith("id,name,address,", export.Out, StringComparison.Ordinal);
        Assert.Contains("aa:bb:cc:dd:ee:ff", export.Out, StringComparison.Ordinal);
        CliResult watch = await RunAsync("watch", "--count", "1");
        Assert.Contains("1 device,", watch.Out, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("history", "aa:bb:cc:dd:ee:ff")).Code);
    }

    [Fact]
    public async Task Orders_reach_the_device_and_the_audit_log()
    {
        JsonElement answer = await JsonAsync("pause", "aa:bb:cc:dd:ee:ff");
        Assert.Equal("done", answer.GetProperty("results")[0].GetProperty("result").GetString());
        Assert.True(_server.Device.Paused);
        await JsonAsync("resume", "--all");
        Assert.False(_server.Device.Paused);
        Assert.Equal(0, (await RunAsync("reboot", "aa:bb:cc:dd:ee:ff", "--dry-run")).Code);
        Assert.Equal(0, _server.Device.Restarts);
        string audit = await File.ReadAllTextAsync(Path.Combine(_folder.Path, "data", "fleet", "audit.jsonl"), TestContext.Current.CancellationToken);
        Assert.Equal(5, audit.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("asic pause", audit, StringComparison.Ordinal);
        Assert.Contains("dry_run", audit, StringComparison.Ordinal);
        Assert.Empty(AuditLog.Check(Path.Combine(_folder.Path, "data", "fleet", "audit.jsonl")));
    }

    [Fact]
    public async Task A_device_that_refuses_or_breaks_off_was_not_seen()
    {
        CgminerDevice device = new();
        await using CgminerServer server = new(device);
        string file = File_($"127.0.0.1:{server.Port}", "cgminer");
        Assert.Equal(0, (await Cli.RunAsync(["asic", "status", "--config", file])).Code);
        device.Quirks.Rewrite = static (_, _) => """{"STATUS":[{"STATUS":"E","Code":14,"Msg":"Invalid command"}],"id":1}""";
        await CheckAsync("refused summary: E 14");
        device.Quirks.Rewrite = null;
        device.Quirks.TruncateAt = 120;
        await CheckAsync("breaks off at byte 120");

        async Task CheckAsync(string sentence)
        {
            CliResult fleet = await Cli.RunAsync(["asic", "status", "--config", file]);
            Assert.Equal(5, fleet.Code);
            Assert.Contains(sentence, fleet.Out, StringComparison.Ordinal);
            CliResult one = await Cli.RunAsync(["asic", "status", $"127.0.0.1:{server.Port}", "--config", file]);
            Assert.Equal(5, one.Code);
            Assert.Contains(sentence, one.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_dry_run_checks_pools_as_the_order_would()
    {
        string[] rest = ["--user", "bc1qme", "--dry-run"];
        CliResult good = await RunAsync(["pools", "set", "aa:bb:cc:dd:ee:ff", "--pool", "stratum+tcp://pool.example:3333", .. rest, "--json"]);
        Assert.Equal((0, "dry_run"), (good.Code, JsonDocument.Parse(good.Out).RootElement.GetProperty("results")[0].GetProperty("result").GetString()));
        CliResult bad = await RunAsync(["pools", "set", "aa:bb:cc:dd:ee:ff", "--pool", "htp://pool.example", .. rest]);
        Assert.Equal(2, bad.Code);
        Assert.Contains("is not of the form stratum+tcp://host:port", bad.Error, StringComparison.Ordinal);
        Assert.Equal(bad.Error, (await RunAsync(["pools", "set", "aa:bb:cc:dd:ee:ff", "--pool", "htp://pool.example", .. rest[..2]])).Error);
        CliResult many = await RunAsync(["pools", "set", "aa:bb:cc:dd:ee:ff", .. Enumerable.Range(1, 8).SelectMany(static i => (string[])["--pool", $"p{i}.example:3333"]), .. rest]);
        Assert.Equal(0, many.Code);
        CliResult stars = await RunAsync(["pools", "set", "aa:bb:cc:dd:ee:ff", "--pool", "p.example:3333", "--password-file", _folder.File("stars", "*****"), .. rest]);
        Assert.Equal(1, stars.Code);
        Assert.Contains("asterisks", stars.Out, StringComparison.Ordinal);
        Assert.Equal(0, _server.Device.Restarts);
    }

    [Fact]
    public async Task A_number_of_watts_is_refused_while_a_machine_does_not_say_what_it_takes()
    {
        await using CgminerServer silent = new(new CgminerDevice());
        string file = _folder.File("two.yaml", $$"""
            data_dir: {{_folder.Path}}/data
            asic: {fleet: {devices: [{address: "127.0.0.1:{{_server.Port}}", driver: axeos}, {address: "127.0.0.1:{{silent.Port}}", driver: cgminer}] } }
            """);
        CliResult refused = await Cli.RunAsync(["asic", "pause", "--all", "--watts", "1", "--config", file]);
        Assert.Equal(2, refused.Code);
        Assert.Contains("do not say what they take", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--skip-unknown", refused.Error, StringComparison.Ordinal);
        Assert.False(_server.Device.Paused);
        CliResult skipped = await Cli.RunAsync(["asic", "pause", "--all", "--watts", "1", "--skip-unknown", "--json", "--config", file]);
        Assert.True(skipped.Code == 0, skipped.Out + skipped.Error);
        JsonElement answer = JsonDocument.Parse(skipped.Out).RootElement;
        Assert.Equal("done", answer.GetProperty("results")[0].GetProperty("result").GetString());
        Assert.Equal(1, answer.GetProperty("uncounted").GetArrayLength());
        Assert.Contains("Not counted and left as they are", answer.GetProperty("results")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.True(_server.Device.Paused);
    }

    [Fact]
    public async Task The_name_of_several_devices_is_said_to_be_and_an_address_only_once()
    {
        int[] ports = [FreePort.Next(), FreePort.Next()];
        string file = _folder.File("two.yaml", $$"""
            data_dir: {{_folder.Path}}/data
            asic: {fleet: {devices: [{address: "127.0.0.1:{{ports[0]}}", driver: axeos}, {address: "127.0.0.1:{{ports[1]}}", driver: axeos}] } }
            """);
        CliResult several = await Cli.RunAsync(["asic", "status", "127.0.0.1", "--config", file]);
        Assert.Equal(2, several.Code);
        Assert.Contains($"\"127.0.0.1\" is the name of 2 devices. Give the id of one: address:127.0.0.1:{ports[0]}", several.Error, StringComparison.Ordinal);
        CliResult table = await Cli.RunAsync(["asic", "status", "--config", file]);
        Assert.Contains($"127.0.0.1:{ports[0]}: GET", table.Out, StringComparison.Ordinal);
        Assert.DoesNotContain($"127.0.0.1:{ports[0]}: 127.0.0.1:{ports[0]}", table.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_who_may_not_be_paid_is_neither_written_nor_agreed_to()
    {
        string[] listed = ["--set", "asic.fleet.payout_users=bc1qowner"];
        string[] order = ["pools", "set", "aa:bb:cc:dd:ee:ff", "--pool", "stratum+tcp://pool.example:3333", "--user"];
        foreach (string[] way in (string[][])[[], ["--dry-run"]])
        {
            CliResult refused = await RunAsync([.. order, "bc1qme", .. way, .. listed]);
            Assert.Equal(2, refused.Code);
            Assert.Contains("bc1qme is none of asic.fleet.payout_users (bc1qowner)", refused.Error, StringComparison.Ordinal);
        }
        Assert.Equal(0, (await RunAsync([.. order, "bc1qowner.rig", "--dry-run", .. listed])).Code);
        CliResult agree = await RunAsync(["status", "aa:bb:cc:dd:ee:ff", "--agree", .. listed]);
        Assert.Equal(2, agree.Code);
        Assert.Contains("not agreed to, the alarm would stay", agree.Error, StringComparison.Ordinal);
        CliResult firmware = await RunAsync("status", "aa:bb:cc:dd:ee:ff", "--agree", "--set", "asic.fleet.firmware_versions=v0.0.1");
        Assert.Contains("none of asic.fleet.firmware_versions", firmware.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("status", "aa:bb:cc:dd:ee:ff", "--agree")).Code);
    }

    [Fact]
    public async Task A_device_whose_firmware_is_being_written_is_said_to_be_and_gets_no_order()
    {
        byte[] image = [1];
        FlashPlan plan = new()
        {
            Schema = FlashPlan.SchemaNow,
            MadeAt = TimeProvider.System.GetUtcNow(),
            Target = "axeos",
            Device = new FlashDevice { Id = "aa:bb:cc:dd:ee:ff", Address = $"127.0.0.1:{_server.Port}", Transport = FlashTransport.Network },
            From = new FlashFirmware("v1", null, null),
            To = new FlashFirmware("v2", null, null),
            Image = new FlashImage("a.bin", "esp-app", ImagePurpose.App, 1, ImageInspector.HashOf(image), null),
            Checks = [],
            Steps = [],
            WayBack = [],
        };
        FlashFolder kept = FlashFolder.Create(Path.Combine(_folder.Path, "data", "asic", "flash"), plan, image);
        Assert.Equal("mining", await StateAsync());
        using FlashLedger ledger = FlashLedger.Open(kept.FolderPath, kept.PlanHash, TimeProvider.System);
        ledger.Append(FlashEntryKind.Confirmed, null, "confirmed");
        Assert.Equal("flashing", await StateAsync());
        foreach (string[] verb in (string[][])[["pause"], ["reboot"], ["pools", "set", "--pool", "p.example:3333", "--user", "bc1qme"]])
        {
            CliResult refused = await RunAsync([.. verb, "aa:bb:cc:dd:ee:ff"]);
            Assert.Equal(1, refused.Code);
            Assert.Contains($"otedama asic flash --resume {kept.Id}", refused.Out, StringComparison.Ordinal);
        }
        Assert.False(_server.Device.Paused);
        Assert.Equal(0, _server.Device.Restarts);
        ledger.Append(FlashEntryKind.End, null, "Updated: it runs.");
        Assert.Equal(0, (await RunAsync("pause", "aa:bb:cc:dd:ee:ff")).Code);
        Assert.Equal("paused", await StateAsync());

        async Task<string?> StateAsync() => (await JsonAsync("status", "aa:bb:cc:dd:ee:ff")).GetProperty("device").GetProperty("state").GetString();
    }

    [Fact]
    public async Task Pools_that_are_cut_short_leave_their_end_in_the_audit_log_and_the_wait_is_announced()
    {
        CgminerDevice device = new();
        device.Quirks.DeadPools.Add("stratum+tcp://new.example:3333");
        await using CgminerServer server = new(device);
        using CancellationTokenSource stop = new();
        Task<CliResult> run = Cli.RunAsync(["asic", "pools", "set", $"127.0.0.1:{server.Port}", "--pool", "stratum+tcp://new.example:3333", "--user", "bc1qme",
            "--config", File_($"127.0.0.1:{server.Port}", "cgminer")], stop: stop.Token);
        await Patience.UntilAsync(() => device.Pools.Count > 1);
        await stop.CancelAsync();
        CliResult result = await run;
        Assert.Equal(130, result.Code);
        Assert.Contains("given up after 3 minutes a device", result.Error, StringComparison.Ordinal);
        Assert.Contains("Stopped while it was under way", result.Out, StringComparison.Ordinal);
        string audit = await File.ReadAllTextAsync(Path.Combine(_folder.Path, "data", "fleet", "audit.jsonl"), TestContext.Current.CancellationToken);
        Assert.Contains("\"what\":\"interrupted\"", audit, StringComparison.Ordinal);
        Assert.Contains("new.example:3333 as bc1qme", audit, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("No device is called \"nobody\"", "status", "nobody")]
    [InlineData("No device is called \"nobody\"", "history", "nobody")]
    [InlineData("No device is called \"nobody\"", "reboot", "nobody")]
    [InlineData("Name devices, or give --all", "pause")]
    [InlineData("--agree needs a device", "status", "--agree")]
    [InlineData("none of energy, rate", "tune", "x", "--goal", "glory")]
    [InlineData("done by a running instance", "tune", "x")]
    [InlineData("out of range", "history", "x", "--hours", "1000")]
    [InlineData("16,777,216", "scan", "10.0.0.0/8")]
    [InlineData("--allow-public", "scan", "8.8.8.0/24")]
    public async Task A_mistake_is_a_sentence(string sentence, params string[] verb)
    {
        CliResult result = await RunAsync(verb);
        Assert.NotEqual(0, result.Code);
        Assert.Contains(sentence, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_fleet_is_a_sentence_and_no_scan_is_done_unasked()
    {
        string[] data = ["--data-dir", Path.Combine(_folder.Path, "empty")];
        CliResult status = await Cli.RunAsync(["asic", "status", .. data]);
        Assert.Equal(3, status.Code);
        Assert.Contains("No fleet is configured", status.Error, StringComparison.Ordinal);
        CliResult scan = await Cli.RunAsync(["asic", "scan", .. data]);
        Assert.Equal(2, scan.Code);
        Assert.Contains("No network is named", scan.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_is_not_there_is_in_the_table_with_the_reason()
    {
        CliResult result = await Cli.RunAsync(["asic", "status", "--config", File_($"127.0.0.1:{FreePort.Next()}")]);
        Assert.Equal(5, result.Code);
        Assert.Contains("127.0.0.1", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_instance_watches_answers_verbs_serves_metrics_and_remembers()
    {
        using CancellationTokenSource stop = new();
        int metrics = FreePort.Next(), api = FreePort.Next();
        Task<CliResult> run = Cli.RunAsync(["--config", File_(), "--set", "mining.enabled=false", "--set", "pool.enabled=false", "--set", $"metrics.port={metrics}",
            "--set", $"api.port={api}"], stop: stop.Token);
        try
        {
            JsonElement fleet = default;
            await Patience.UntilAsync(() =>
            {
                Assert.False(run.IsCompleted, run.IsCompleted ? run.Result.Error : "");
                return File.Exists(Path.Combine(_folder.Path, "data", "instance.json"));
            });
            for (int i = 0; i < 600 && (fleet.ValueKind == JsonValueKind.Undefined || fleet.GetProperty("devices")[0].GetProperty("driver").ValueKind == JsonValueKind.Null); i++)
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
                CliResult status = await RunAsync("status", "--json"); // ends with 5 while nothing was read yet
                fleet = JsonDocument.Parse(status.Out).RootElement;
            }
            Assert.Equal("aa:bb:cc:dd:ee:ff", fleet.GetProperty("devices")[0].GetProperty("id").GetString());
            Assert.Equal("done", (await JsonAsync("pause", "aa:bb:cc:dd:ee:ff")).GetProperty("results")[0].GetProperty("result").GetString());
            Assert.True(_server.Device.Paused);
            using HttpClient http = new();
            string text = await http.GetStringAsync($"http://127.0.0.1:{metrics}/metrics", TestContext.Current.CancellationToken);
            Assert.Contains("otedama_asic_devices{state=", text, StringComparison.Ordinal);
            Assert.Matches("otedama_asic_device_hashrate{device=\"aa:bb:cc:dd:ee:ff\"} [0-9]", text);
            Assert.Equal(0, (await RunAsync("history", "aa:bb:cc:dd:ee:ff", "--hours", "1")).Code);
            Assert.Contains("Tuning for energy begins", (await RunAsync("tune", "aa:bb:cc:dd:ee:ff")).Out, StringComparison.Ordinal);
            Assert.Contains("energy, 20", (await RunAsync("tune", "aa:bb:cc:dd:ee:ff", "--show")).Out, StringComparison.Ordinal);
            Assert.Contains("stopped", (await RunAsync("tune", "aa:bb:cc:dd:ee:ff", "--stop")).Out, StringComparison.Ordinal);
            Assert.Contains("Tuning for energy goes on", (await RunAsync("tune", "aa:bb:cc:dd:ee:ff", "--resume")).Out, StringComparison.Ordinal);
            Assert.Equal(0, (await RunAsync("tune", "aa:bb:cc:dd:ee:ff", "--stop")).Code);
        }
        finally
        {
            await stop.CancelAsync();
        }
        CliResult ended = await run;
        Assert.True(ended.Code == 0, ended.Error + ended.Logs);
        Assert.DoesNotContain("stumbled", ended.Logs, StringComparison.Ordinal);
        Assert.Contains("stopped while measuring", (await RunAsync("tune", "aa:bb:cc:dd:ee:ff", "--show")).Out, StringComparison.Ordinal); // and no instance runs
        Assert.Contains("aa:bb:cc:dd:ee:ff", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "data", "fleet", "agreed.json"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    private string File_(string? address = null, string driver = "axeos") => _folder.File("otedama.yaml", $"""
        data_dir: {_folder.Path}/data
        asic:
          fleet:
            interval_seconds: 5
            devices:
              - address: "{address ?? $"127.0.0.1:{_server.Port}"}"
                driver: {driver}
        """);

    private Task<CliResult> RunAsync(params string[] verb) => Cli.RunAsync(["asic", .. verb, "--config", File_()]);

    private async Task<JsonElement> JsonAsync(params string[] verb)
    {
        CliResult result = await RunAsync([.. verb, "--json"]);
        Assert.True(result.Code == 0, result.Out + result.Error);
        return JsonDocument.Parse(result.Out).RootElement;
    }
}
