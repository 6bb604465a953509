using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Otedama.Mining;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Published;

/// <summary>
/// The program with two cards that are PoCL behind a layer (tests/native/gpu/fake_card.c), whose sensors are a stand-in for
/// NVIDIA's library: from the configuration to what it says of the cards, and to what it does when they fail.
/// </summary>
public sealed class CardTests : IDisposable
{
    private const string Cool = "card 00000000:01:00.0\ntemperature 64\npower 200000\nlimit 250000\nfans 1\nfan0 61\nsm 1905\nreasons 4\n";
    private const string Hot = "card 00000000:01:00.0\ntemperature 93\npower 120000\nreasons 0x40\n";

    private readonly TempFolder _folder = new();
    private readonly string _data;
    private readonly string _config;

    public CardTests()
    {
        _data = Path.Combine(_folder.Path, "data");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "run"));
        _config = _folder.File("c.yaml", $$"""
            data_dir: {{_data}}
            api: {port: {{FreePort.Next()}}}
            metrics: {port: {{FreePort.Next()}}}
            node: {port: {{FreePort.Next()}}}
            pool: {port: {{FreePort.Next()}}}
            mining: { workers: { gpus: [0, 1], cpu_threads: none } }
            """);
        Sensors(Cool);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Cards_alone_mine_and_tell_of_themselves()
    {
        await using Run run = Start("--config", _config);
        RigView rig = await UntilAsync(run, static rig =>
            rig.Accepted > 0 && rig.Devices is [{ TemperatureC: 64, HashesPerJoule: > 0 }, { TemperatureC: null }]);
        Assert.Equal(["gpu0", "gpu1"], rig.Workers.Select(static worker => worker.Name));
        DeviceView card = rig.Devices[0];
        Assert.Equal((200, 250, 61, 1905), (card.PowerW, card.PowerLimitW, card.FanPercent, card.ClockMhz));
        Assert.Equal(["power"], card.Throttle);
        Assert.Contains("200 W of 250 W, fan 61 %, 1905 MHz", (await AnswerAsync(0, "stats", "--config", _config)), StringComparison.Ordinal);

        Sensors(Hot);
        rig = await UntilAsync(run, static rig => rig.Workers[0].Health == "degraded");
        Assert.Equal("too hot at 93 °C: it lowers its clock", rig.Workers[0].Reason);
        Sensors("hang 1\n" + Hot);
        long hashed = rig.Accepted;
        rig = await UntilAsync(run, rig => rig.Devices.All(static device => device.Stale) && rig.Accepted > hashed);
        Assert.All(rig.Workers, static worker => Assert.Equal("healthy", worker.Health));
        Sensors(Cool);
        await UntilAsync(run, static rig => rig.Devices[0].TemperatureC == 64);
        Assert.Single(run.Said, static line => line.Contains("gpu0 (Stand-in card 1) is too hot", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_card_that_is_lost_again_and_again_stays_off_until_mining_is_started()
    {
        await using Run run = Start("--config", _config);
        await UntilAsync(run, static rig => rig.Accepted > 0);
        string lost = _folder.File("lost", "");
        RigView rig = await UntilAsync(run, static rig => rig.Workers.All(static worker => worker.Reason?.StartsWith("stays off", StringComparison.Ordinal) == true));
        Assert.All(rig.Workers, static worker => Assert.Equal("lost", worker.Health));
        Assert.Equal(3UL, rig.Devices[0].Lost);
        File.Delete(lost);
        await AnswerAsync(0, "mining", "start", "--config", _config);
        long had = rig.Accepted;
        await UntilAsync(run, rig => rig.Accepted > had);
    }

    [Fact]
    public async Task A_second_program_is_told_who_has_the_card()
    {
        await using Run run = Start("--config", _config);
        await UntilAsync(run, static rig => rig.Accepted > 0);
        await using Run second = Start(
            "mine", "--wallet", "x", "--pool", "stratum+tcp://127.0.0.1:1", "--gpu", "1", "--threads", "none", "--data-dir", _data + "2",
            "--set", "api.enabled=false", "--set", "metrics.enabled=false");
        await Patience.UntilAsync(
            () => second.Said.Any(line => line.Contains($"graphics card 1 (Stand-in card 2) is in use by process {run.Process.Id}", StringComparison.Ordinal)),
            "the second program's complaint");
    }

    [Theory]
    [InlineData("crash", "The opencl driver crashed (signal 6) when it is opened")]
    [InlineData("hang", "The opencl driver hangs when it is opened")]
    public async Task A_driver_that_crashes_or_hangs_is_named_and_ends_nobody(string fault, string said)
    {
        Fault = fault;
        using JsonDocument answer = JsonDocument.Parse(await AnswerAsync(4, "gpu", "list", "--json"));
        Assert.StartsWith(said, answer.RootElement.GetProperty("note").GetString(), StringComparison.Ordinal);
        string refused = await AnswerAsync(
            4, "mine", "--wallet", "x", "--pool", "stratum+tcp://127.0.0.1:1", "--gpu", "0", "--threads", "none", "--data-dir", _data,
            "--set", "api.enabled=false", "--set", "metrics.enabled=false");
        Assert.Contains($"there is no graphics card 0. There is none. {said}", refused, StringComparison.Ordinal);
    }

    private string? Fault { get; set; }

    private string SensorsFile => Path.Combine(_folder.Path, "nvml");

    /// <summary>In one step: the program reads it meanwhile.</summary>
    private void Sensors(string text)
    {
        File.WriteAllText(SensorsFile + ".new", text);
        File.Move(SensorsFile + ".new", SensorsFile, overwrite: true);
    }

    private Process Begin(string[] arguments)
    {
        ProcessStartInfo start = new(PublishedProgram.PathOrSkip(), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        string native = Path.Combine(Repository.Root, "build", "native-release", "tests", "gpu");
        string layer = Path.Combine(native, "fakecard", "libfakecard.so");
        Assert.SkipUnless(File.Exists(layer), $"{layer} is not built");
        Otedama.Tests.Interop.Pocl.Card(); // skips without it
        start.Environment["OPENCL_LAYERS"] = layer;
        start.Environment["POCL_DEVICES"] = "pthread pthread";
        start.Environment["POCL_CACHE_DIR"] = Path.Combine(_folder.Path, "pocl");
        start.Environment["LD_LIBRARY_PATH"] = Path.Combine(native, "fakenvml");
        start.Environment["FAKE_NVML"] = SensorsFile;
        start.Environment["FAKE_CARD_LOST"] = Path.Combine(_folder.Path, "lost");
        start.Environment["OTEDAMA_GPU"] = "opencl";
        start.Environment["OTEDAMA_RUN_DIR"] = Path.Combine(_folder.Path, "run");
        if (Fault is not null)
        {
            start.Environment["FAKE_CARD_FAULT"] = Fault;
        }
        return Process.Start(start)!;
    }

    private Run Start(params string[] arguments) => new(Begin(arguments));

    private async Task<string> AnswerAsync(int code, params string[] arguments)
    {
        using Process program = Begin(arguments);
        Task<string> said = program.StandardError.ReadToEndAsync();
        string answer = await program.StandardOutput.ReadToEndAsync();
        await program.WaitForExitAsync().WaitAsync(Patience.Limit);
        Assert.True(program.ExitCode == code, $"exit code {program.ExitCode}: {answer} {await said}");
        return answer.Length > 0 ? answer : await said;
    }

    private async Task<RigView> UntilAsync(Run run, Func<RigView, bool> condition)
    {
        long began = Stopwatch.GetTimestamp();
        StatusView? last = null;
        while (Stopwatch.GetElapsedTime(began) < Patience.Limit)
        {
            Assert.False(run.Process.HasExited, string.Join('\n', run.Said));
            if (InstanceRecord.TryRead(_data, out _))
            {
                last = JsonSerializer.Deserialize(await AnswerAsync(0, "stats", "--json", "--config", _config), AnswerJson.Default.StatusView);
                if (last is { Rigs: [RigView rig] } && condition(rig))
                {
                    return rig;
                }
            }
            await Task.Delay(200);
        }
        throw new TimeoutException($"waited in vain; the last state: {JsonSerializer.Serialize(last, AnswerJson.Default.StatusView)}\n{string.Join('\n', run.Said)}");
    }

    /// <summary>A program that runs until the test is over.</summary>
    private sealed class Run : IAsyncDisposable
    {
        public Run(Process process)
        {
            Process = process;
            process.OutputDataReceived += (_, line) => Said.Enqueue(line.Data ?? "");
            process.ErrorDataReceived += (_, line) => Said.Enqueue(line.Data ?? "");
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public Process Process { get; }

        public ConcurrentQueue<string> Said { get; } = [];

        public async ValueTask DisposeAsync()
        {
            Process.Kill();
            await Process.WaitForExitAsync().WaitAsync(Patience.Limit);
            Process.Dispose();
        }
    }
}
