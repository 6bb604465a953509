using System.Text.Json;
using Otedama.Asic;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>One image to several simulated AxeOS devices, from the command line to what they run.</summary>
public sealed class AsicRolloutCommandTests : IAsyncDisposable
{
    private const string Old = "v2.14.2", New = "v2.15.0";
    private readonly TempFolder _folder = new();
    private readonly EagerClock _clock = new();
    private readonly byte[] _image = AxeosImage.Make(New, 60_000);
    private readonly List<AxeosServer> _servers = [];

    public async ValueTask DisposeAsync()
    {
        foreach (AxeosServer server in _servers)
        {
            await server.DisposeAsync();
        }
        _folder.Dispose();
    }

    [Fact]
    public async Task A_canary_comes_first_and_the_rest_half_an_hour_later()
    {
        string list = List(3);
        CliResult kept = await RunAsync("--devices", list, "--image", Image(), "--trust-hash", ImageInspector.HashOf(_image), "--plan", "--json");
        Assert.True(kept.Code == ExitCode.Done, kept.Out + kept.Error);
        JsonElement shown = JsonDocument.Parse(kept.Out).RootElement;
        Assert.Equal(["canary", "100 %", "100 %"], shown.GetProperty("devices").EnumerateArray().Select(static row => row.GetProperty("wave").GetString()));
        Assert.All(_servers, static server => Assert.Equal(Old, server.Device.Version));
        string id = shown.GetProperty("rollout_id").GetString()!;
        CliResult unasked = await RunAsync("--resume", id); // nobody types
        Assert.Equal(ExitCode.Usage, unasked.Code);
        DateTimeOffset began = _clock.GetUtcNow();
        CliResult done = await RunAsync("--resume", id, "--yes", "--json");
        Assert.True(done.Code == ExitCode.Done, done.Out + done.Error);
        Assert.All(_servers, static server => Assert.Equal((New, "ota_1"), (server.Device.Version, server.Device.Running)));
        Assert.All(_servers, static server => Assert.Single(server.Device.Journal, static line => line.StartsWith("OTA", StringComparison.Ordinal)));
        Assert.True(_clock.GetUtcNow() - began > Rollout.Soak + TimeSpan.FromMinutes(45), $"{_clock.GetUtcNow() - began}"); // and a quarter of health for each
        Assert.Equal(["updated", "updated", "updated"], JsonDocument.Parse(done.Out).RootElement.GetProperty("devices").EnumerateArray().Select(static row => row.GetProperty("result").GetString()));
        CliResult again = await RunAsync("--resume", id, "--yes");
        Assert.Contains("has ended already", again.Error, StringComparison.Ordinal);
        CliResult same = await RunAsync("--devices", list, "--image", Image(), "--trust-hash", ImageInspector.HashOf(_image), "--plan");
        Assert.True(same.Code == ExitCode.Done && same.Out.Contains("has it already", StringComparison.Ordinal), same.Out + same.Error);
    }

    [Fact]
    public async Task A_canary_that_does_not_hash_is_rolled_back_and_the_rest_is_left_alone()
    {
        string list = List(3);
        _servers[0].Device.Faults.RateAfterUpdate = 0;
        CliResult kept = await RunAsync("--devices", list, "--image", Image(), "--trust-hash", ImageInspector.HashOf(_image), "--plan", "--json");
        string id = JsonDocument.Parse(kept.Out).RootElement.GetProperty("rollout_id").GetString()!;
        CliResult stopped = await RunAsync("--resume", id, "--yes", "--json");
        Assert.Equal(ExitCode.BadAnswer, stopped.Code);
        JsonElement answer = JsonDocument.Parse(stopped.Out).RootElement;
        Assert.Equal("stopped", answer.GetProperty("state").GetString());
        Assert.Equal(["failed", "not_begun", "not_begun"], answer.GetProperty("devices").EnumerateArray().Select(static row => row.GetProperty("result").GetString()));
        Assert.All(_servers, static server => Assert.Equal((Old, "ota_0"), (server.Device.Version, server.Device.Running)));
        Assert.DoesNotContain(_servers[1].Device.Journal, static line => line.StartsWith("OTA", StringComparison.Ordinal));
        Assert.Contains("The old firmware is back", stopped.Error, StringComparison.Ordinal);
    }

    /// <summary>Stopped once the canary runs the new firmware: what is done is not done again, and the pause is kept.</summary>
    [Fact]
    public async Task An_interrupted_rollout_goes_on_by_its_ledger()
    {
        string list = List(2);
        CliResult kept = await RunAsync("--devices", list, "--image", Image(), "--trust-hash", ImageInspector.HashOf(_image), "--plan", "--json");
        string id = JsonDocument.Parse(kept.Out).RootElement.GetProperty("rollout_id").GetString()!;
        using CancellationTokenSource stop = new();
        Task<CliResult> first = Cli.RunAsync(["asic", "rollout", "--resume", id, "--yes", "--data-dir", _folder.Path], stop: stop.Token, clock: _clock);
        await Patience.UntilAsync(() => _servers[0].Device.Journal.Exists(static line => line.StartsWith("OTA", StringComparison.Ordinal)) || first.IsCompleted);
        await stop.CancelAsync();
        CliResult cut = await first;
        Assert.True(cut.Code == ExitCode.Interrupted, cut.Out + cut.Error);
        Assert.Contains($"otedama asic rollout --resume {id}", cut.Error, StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromMinutes(10)); // it starts anew meanwhile, or has
        CliResult done = await RunAsync("--resume", id, "--yes", "--json");
        Assert.True(done.Code == ExitCode.Done, done.Out + done.Error);
        Assert.All(_servers, static server => Assert.Equal(New, server.Device.Version));
        Assert.Single(_servers[1].Device.Journal, static line => line.StartsWith("OTA", StringComparison.Ordinal));
        string file = Directory.EnumerateFiles(Path.Combine(_folder.Path, "asic", "rollouts"), "rollout.json", SearchOption.AllDirectories).Single();
        File.WriteAllText(file, File.ReadAllText(file).Replace("gate", "reset", StringComparison.Ordinal));
        Assert.Contains("was changed after it was shown", (await RunAsync("--resume", id, "--yes")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_device_that_may_not_be_written_refuses_the_whole()
    {
        string list = List(2);
        _servers[1].Device.ChipC = 75;
        CliResult refused = await RunAsync("--devices", list, "--image", Image(), "--trust-hash", ImageInspector.HashOf(_image), "--plan");
        Assert.Equal(ExitCode.BadAnswer, refused.Code);
        Assert.Contains("rule 6 (quiet)", refused.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "asic", "rollouts")));
        CliResult serial = await RunAsync("--device", "/dev/ttyACM0", "--image", Image());
        Assert.Equal(ExitCode.Usage, serial.Code);
        Assert.Contains("\"/dev/ttyACM0\" is no device of a roll-out", serial.Error, StringComparison.Ordinal);
        CliResult odd = await RunAsync("--devices", _folder.File("odd.txt", "axeos:127.0.0.1 colour=red"), "--image", Image());
        Assert.Contains("\"colour=red\"", odd.Error, StringComparison.Ordinal);
    }

    private Task<CliResult> RunAsync(params string[] args) => Cli.RunAsync(["asic", "rollout", .. args, "--data-dir", _folder.Path], clock: _clock);

    private string Image()
    {
        string path = Path.Combine(_folder.Path, "esp-miner.bin");
        File.WriteAllBytes(path, _image);
        return path;
    }

    /// <summary>So many devices on one power supply, so that they come one after the other.</summary>
    private string List(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _servers.Add(new AxeosServer(new AxeosDevice(_clock, Old) { Mac = $"AA:BB:CC:DD:EE:0{i}" }));
        }
        return _folder.File("site.txt", string.Join('\n', _servers.Select(static server => $"axeos:127.0.0.1:{server.Port} supply=one # a comment")));
    }
}
