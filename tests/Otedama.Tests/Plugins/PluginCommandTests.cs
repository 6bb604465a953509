using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Otedama.Interop;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Plugins;

public sealed class PluginCommandTests : IDisposable
{
    private static readonly string s_path = Path.Combine(Repository.Root, "docs/plugins/sha256d.wat");
    private static readonly string s_digest = WasmPlugin.DigestOf(s_path);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task List_shows_good_and_bad_plugins_of_a_file()
    {
        string bad = _folder.File("bad.wat", new TinyPlugin { Hash = "" }.Text());
        string file = _folder.File("otedama.yaml", $"""
            plugins:
              - path: {s_path}
                sha256: {s_digest.ToUpperInvariant()}
                memory_mib: 1
              - path: {bad}
                sha256: {WasmPlugin.DigestOf(bad)}
            """);
        CliResult result = await Cli.RunAsync(["plugin", "list", "--config", file]);
        Assert.Equal(6, result.Code);
        Assert.Contains("ok    plugin:sha256d-wat version 1", result.Out);
        Assert.Contains("1 MiB", result.Out);
        Assert.Contains("FAIL  plugin bad.wat: function \"otedama_hash\" is not exported", result.Out);
        CliResult none = await Cli.RunAsync(["plugin", "list", "--json"]);
        Assert.Equal((0, """{"schema":1,"plugins":[]}"""), (none.Code, none.Out.Trim()));
    }

    [Fact]
    public async Task Verify_runs_a_file_only_with_its_digest()
    {
        CliResult untrusted = await Cli.RunAsync(["plugin", "verify", s_path]);
        Assert.Equal(3, untrusted.Code);
        Assert.Contains($"--set plugins={s_path}@{s_digest}", untrusted.Error);
        CliResult wrong = await Cli.RunAsync(["plugin", "verify", s_path, "--sha256", new string('1', 64)]);
        Assert.Equal(3, wrong.Code);
        Assert.Contains(s_digest, wrong.Out);
        CliResult good = await Cli.RunAsync(["plugin", "verify", "--set", $"plugins={s_path}@{s_digest}"]);
        Assert.Equal(0, good.Code);
        Assert.Contains("14 answers right", good.Out);
        CliResult nothing = await Cli.RunAsync(["plugin", "verify"]);
        Assert.Equal(3, nothing.Code);
    }

    [Fact]
    public async Task Bench_compares_with_native_code()
    {
        CliResult result = await Cli.RunAsync(
            ["plugin", "bench", s_path, "--sha256", s_digest, "--repeats", "1", "--seconds", "0.05"]);
        Assert.Equal(0, result.Code);
        Assert.Matches(@"plugin:sha256d-wat +wasm", result.Out);
        Assert.Matches(@"sha256d +ref .* the plugin reaches \d\.\d+ of it", result.Out);
    }

    [Theory]
    [InlineData("plugins=file.wat", "FILE@SHA256")]
    [InlineData("plugins=file.wat@12", "64 hexadecimal digits")]
    [InlineData("mining.algorithms=plugin:", "none of")]
    public async Task Bad_settings_are_named(string assignment, string text)
    {
        CliResult result = await Cli.RunAsync(["config", "show", "--set", assignment]);
        Assert.Equal(3, result.Code);
        Assert.Contains(text, result.Error);
    }

    [Fact]
    public async Task A_plugin_that_is_not_there_stops_the_start()
    {
        CliResult none = await Cli.RunAsync(["--data-dir", _folder.Path, "--set", "mining.algorithms=plugin:sha256d-wat"]);
        Assert.Equal(3, none.Code);
        Assert.Contains("no plugin is configured", none.Error);
        CliResult other = await Cli.RunAsync(
            ["--data-dir", _folder.Path, "--set", "mining.algorithms=plugin:other", "--set", $"plugins={s_path}@{s_digest}"]);
        Assert.Equal(3, other.Code);
        Assert.Contains("there are: sha256d-wat", other.Error);
    }

    [Fact]
    public async Task The_whole_program_mines_with_a_plugin()
    {
        using CancellationTokenSource stop = new();
        Task<CliResult> run = Cli.RunAsync(
            [
                "--data-dir", _folder.Path, "--set", $"plugins={s_path}@{s_digest}", "--set", "mining.algorithms=plugin:sha256d-wat",
                "--set", $"pool.port={FreePort.Next()}", "--set", $"node.port={FreePort.Next()}", "--set", $"api.port={FreePort.Next()}",
                "--set", $"metrics.port={FreePort.Next()}", "--set", "mining.workers.cpu_threads=1", "--set", "node.block_seconds=1",
            ],
            stop: stop.Token);
        long began = Stopwatch.GetTimestamp();
        bool found = false;
        while (!found && Stopwatch.GetElapsedTime(began) < Patience.Limit && !run.IsCompleted)
        {
            CliResult stats = await Cli.RunAsync(["stats", "--json", "--data-dir", _folder.Path]);
            found = stats.Code == 0
                && System.Text.Json.JsonSerializer.Deserialize(stats.Out, AnswerJson.Default.StatusView) is { Pools: [{ Accepted: > 0, Blocks: > 0 }] };
            await Task.Delay(200);
        }
        await stop.CancelAsync();
        CliResult result = await run.WaitAsync(Patience.Limit);
        Assert.True(found, result.Error + result.Logs);
        Assert.Equal(0, result.Code);
        Assert.True(Directory.Exists(Path.Combine(_folder.Path, "chain-plugin-sha256d-wat")));
    }
}
