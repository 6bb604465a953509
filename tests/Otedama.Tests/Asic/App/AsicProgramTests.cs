using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Otedama.Asic;
using Otedama.Core;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>
/// The built program against simulated chips behind a pseudo terminal (relaxed: eight zero bits are a nonce; and what is a block
/// is searched for beside them): from `mine --asic` to a block on the embedded chain, no CPU worker.
/// </summary>
public sealed class AsicProgramTests : IDisposable
{
    /// <summary>About 200 hashes: whatever the relaxed chips find is a share.</summary>
    private const string Difficulty = "pool.difficulty_fixed=0.00000005";

    private readonly TempFolder _ofPool = new();
    private readonly TempFolder _ofRig = new();

    public AsicProgramTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "pseudo terminals are Linux's here");

    public void Dispose()
    {
        _ofPool.Dispose();
        _ofRig.Dispose();
    }

    [Fact]
    public async Task Mine_asic_finds_a_block_of_a_pool_on_the_embedded_chain()
    {
        using NativeFinder chips = Chips();
        using Pty pty = new(chips);
        int port = FreePort.Next();
        Assert.True(Address.TryEncode([0x00, 0x14, .. new byte[20]], CoinCatalogue.Otedama, out string wallet));
        using CancellationTokenSource stop = new();
        Task<CliResult> pool = Cli.RunAsync(
            [
                "pool", "--port", $"{port}", "--data-dir", _ofPool.Path, "--set", $"node.port={FreePort.Next()}", "--set", $"api.port={FreePort.Next()}",
                "--set", "metrics.enabled=false", "--set", "node.block_seconds=1", "--set", Difficulty,
            ],
            stop: stop.Token);
        try
        {
            await UntilAsync(_ofPool, pool, static status => status.Pools.Count > 0);
            using Process rig = Process.Start(new ProcessStartInfo("dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "otedama.dll"), "mine", "--asic", $"{pty.Path},chip=BM1366,chips=1", "--threads", "none",
                "--wallet", wallet, "--pool", $"stratum+tcp://127.0.0.1:{port}", "--data-dir", _ofRig.Path,
                "--set", $"api.port={FreePort.Next()}", "--set", "metrics.enabled=false",
            ])
            { RedirectStandardError = true, RedirectStandardOutput = true })!;
            Task<string> said = rig.StandardError.ReadToEndAsync();
            try
            {
                await UntilAsync(_ofPool, pool, static status => status is { Pools: [{ Accepted: > 0, Blocks: > 0, Node.Height: > 0 }] });
                StatusView status = await UntilAsync(_ofRig, null, static status => status is { Rigs: [{ Accepted: > 0, Devices.Count: 1 }] });
                Assert.Equal(["asic0"], status.Rigs[0].Workers.Select(static worker => worker.Name));
                DeviceView device = status.Rigs[0].Devices[0];
                Assert.Equal(("asic0", "asic"), (device.Id, device.Kind));
                Assert.Null(device.TemperatureC);
                Assert.Equal(485, device.ClockMhz!.Value, 0);
                Assert.Equal(0, status.Rigs[0].Rejected);

                // Another program on the same port is refused with a sentence.
                CliResult second = await Cli.RunAsync(["asic", "bench", $"{pty.Path},chip=BM1366", "--seconds", "1"]);
                Assert.NotEqual(0, second.Code);
                Assert.Matches("is in use by .+: .*Close that program, or name another port", second.Error);
            }
            finally
            {
                rig.Kill();
                await rig.WaitForExitAsync().WaitAsync(Patience.Limit);
            }
            Assert.Contains("temperature", await said, StringComparison.Ordinal);
        }
        finally
        {
            await stop.CancelAsync();
        }
        Assert.Equal(0, (await pool.WaitAsync(Patience.Limit)).Code);
    }

    [Fact]
    public async Task A_configuration_with_chips_on_a_port_mines_blocks_in_one_process()
    {
        using NativeFinder chips = Chips();
        using Pty pty = new(chips);
        string file = _ofRig.File("otedama.yaml", $$"""
            data_dir: {{_ofPool.Path}}
            api: { port: {{FreePort.Next()}} }
            metrics: { enabled: false }
            node: { port: {{FreePort.Next()}}, block_seconds: 1 }
            pool: { port: {{FreePort.Next()}}, difficulty_fixed: 0.00000005 }
            mining:
              workers: { cpu_threads: none }
              asic:
                - port: {{pty.Path}}
                  chip: BM1366
                  chips: 1
            """);
        await using BuiltProgram program = new(file);
        StatusView status = await program.UntilAsync(static status => status is { Pools: [{ Blocks: > 0 }], Rigs: [{ Accepted: > 2, Devices.Count: 1 }] });
        Assert.Equal(["asic"], status.Rigs[0].Devices.Select(static device => device.Kind));
        Assert.True(status.Rigs[0].HashrateHs > 0);
        Assert.Contains("stopped", await program.RunAsync("mining", "stop"), StringComparison.Ordinal);
        Assert.Contains("mining", await program.RunAsync("mining", "start"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_counts_what_the_chips_find()
    {
        SimulatedChain chain = new(ChipFamilies.Bm1397, 1, TimeProvider.System);
        using Pty pty = new(chain);
        CliResult none = await Cli.RunAsync(["asic", "bench", $"{pty.Path},chip=BM1397,chips=2", "--seconds", "1"]);
        Assert.NotEqual(0, none.Code);
        Assert.Contains("chip 2 of 2", none.Error, StringComparison.Ordinal);
        CliResult result = await Cli.RunAsync(["asic", "bench", $"{pty.Path},chip=BM1397,chips=1", "--seconds", "1", "--json"]);
        // 32 zero bits are not found in a second, and known answers are not asked for: the command says that nothing came.
        Assert.NotEqual(0, result.Code);
        using JsonDocument answer = JsonDocument.Parse(result.Out);
        Assert.Equal((0, 1), (answer.RootElement.GetProperty("nonces").GetInt32(), answer.RootElement.GetProperty("chips").GetArrayLength()));
        Assert.True(answer.RootElement.GetProperty("jobs").GetInt64() > 0);
        Assert.Equal(JsonValueKind.Null, answer.RootElement.GetProperty("temperature_c").ValueKind);
    }

    [Fact]
    public async Task Bench_verifies_and_counts_what_relaxed_chips_find()
    {
        SimulatedChain chain = new(ChipFamilies.Bm1366, 2, TimeProvider.System) { RelaxedZeroBits = 8 };
        using Pty pty = new(chain);
        CliResult easy = await Cli.RunAsync(
            ["asic", "bench", $"{pty.Path},chip=BM1366,chips=2", "--seconds", "3", "--zero-bits", "8", "--json"]);
        Assert.Equal(0, easy.Code);
        using JsonDocument answer = JsonDocument.Parse(easy.Out);
        Assert.True(answer.RootElement.GetProperty("nonces").GetInt64() > 0);
        Assert.Equal(0, answer.RootElement.GetProperty("hash_errors").GetInt64());
        Assert.Equal(2, answer.RootElement.GetProperty("chips").EnumerateArray().Count(static chip => chip.GetProperty("nonces").GetInt64() > 0));
        // As silicon is judged, the same nonces are errors and nothing is counted.
        CliResult hard = await Cli.RunAsync(["asic", "bench", $"{pty.Path},chip=BM1366,chips=2", "--seconds", "2", "--json"]);
        using JsonDocument strict = JsonDocument.Parse(hard.Out);
        Assert.Equal(0, strict.RootElement.GetProperty("nonces").GetInt64());
        CliResult wrong = await Cli.RunAsync(["asic", "bench", $"{pty.Path},chip=BM1366", "--zero-bits", "7"]);
        Assert.Equal(("--zero-bits 7: allowed are 8 to 32.", true), (wrong.Error.Trim().Split('\n')[0], wrong.Code != 0));
    }

    /// <summary>What is behind a port and is no chip, or not the chip: the command says which of it is the matter.</summary>
    [Theory]
    [InlineData("silence", "no chip answered; check power, cable and reset line")]
    [InlineData("noise", "bytes came that are no whole frame: something else is behind this port, the line is disturbed")]
    [InlineData("half", "no chip answered, but 5 bytes came that are no whole frame")]
    [InlineData("other", "BM1368 answers (chip id 13680000) where BM1366 is expected")]
    [InlineData("many", "2 chips answered where 1 are expected")]
    [InlineData("gone", "/dev/otedama-none: there is no such port")]
    public async Task Bench_says_what_is_wrong_behind_a_port(string what, string words)
    {
        ISimulatedDevice device = what switch
        {
            "other" => new SimulatedChain(ChipFamilies.Bm1368, 1, TimeProvider.System),
            "many" => new SimulatedChain(ChipFamilies.Bm1366, 2, TimeProvider.System),
            _ => new Mumbler(what),
        };
        using Pty pty = new(device);
        string port = what == "gone" ? "/dev/otedama-none" : pty.Path;
        CliResult result = await Cli.RunAsync(["asic", "bench", $"{port},chip=BM1366,chips=1", "--seconds", "1"]);
        Assert.NotEqual(0, result.Code);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mining.asic=/dev/ttyUSB0,chip=BM1366,clock_mhz=500", "temperature")]
    [InlineData("mining.asic=/dev/ttyUSB0,chip=BM9999", "BM9999")]
    [InlineData("mining.asic=/dev/ttyUSB0,chop=BM1366", "chop")]
    [InlineData("mining.asic=/dev/ttyUSB0,fan=101", "fan")]
    [InlineData("mining.asic=auto;auto", "twice")]
    [InlineData("mining.asic=elsewhere", "no port")]
    public async Task What_cannot_be_is_said_before_anything_is_opened(string setting, string words)
    {
        CliResult result = await Cli.RunAsync(["config", "show", "--set", setting, "--data-dir", _ofRig.Path]);
        Assert.NotEqual(0, result.Code);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_sha256d_is_for_asics_and_a_board_is_for_one_rig()
    {
        CliResult scrypt = await Cli.RunAsync(
            ["mine", "--algo", "scrypt", "--wallet", "x", "--pool", "stratum+tcp://127.0.0.1:1", "--asic", "auto", "--data-dir", _ofRig.Path]);
        Assert.NotEqual(0, scrypt.Code);
        Assert.Contains("sha256d", scrypt.Error, StringComparison.Ordinal);
        string file = _ofRig.File("two.yaml", """
            rigs:
              - {name: a, asic: auto, workers: {cpu_threads: none}}
              - {name: b, asic: "/dev/ttyUSB0,chip=BM1366", workers: {cpu_threads: none}}
            """);
        CliResult two = await Cli.RunAsync(["config", "check", file]);
        Assert.NotEqual(0, two.Code);
        Assert.Matches("takes every ASIC", two.Out + two.Error);
    }

    [Fact]
    public async Task List_shows_every_port_and_the_boards_it_knows()
    {
        CliResult result = await Cli.RunAsync(["asic", "list", "--json"]);
        using JsonDocument answer = JsonDocument.Parse(result.Out);
        Assert.Equal(1, answer.RootElement.GetProperty("schema").GetInt32());
        SimPorts ports = new();
        ports.Ports.Add(SimPorts.Usb(0x0403, 0x6015, "GekkoScience", "CompacF Bitcoin Miner", "100"));
        ports.Ports.Add(SimPorts.Serial("/dev/ttyUSB7", 0x0403, 0x6015, "GekkoScience", "CompacF Bitcoin Miner", "100", 0));
        ports.Ports.Add(SimPorts.Serial("/dev/ttyACM8", 0xC0DE, 0xCAFE, "OSMU", "Bitaxe", "E66", 0));
        ports.Ports.Add(SimPorts.Serial("/dev/ttyUSB9", 0x0403, 0x6015, "FTDI", "FT231X", "x", 0));
        string text = string.Join('\n', AsicListCommand.Lines(AsicListCommand.Look(ports, "libusb is not there")));
        Assert.Contains("usb:0403:6015:100  GekkoScience Compac F, 1 chip BM1397, serial number 100", text, StringComparison.Ordinal);
        Assert.Contains("/dev/ttyUSB7", text, StringComparison.Ordinal);
        Assert.Contains("board=bitaxe-gamma", text, StringComparison.Ordinal);
        Assert.Contains("/dev/ttyUSB9  0403:6015 FTDI FT231X", text, StringComparison.Ordinal);
        Assert.Contains("libusb is not there", text, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(text, "Compac F"));
    }

    /// <summary>Says nothing, noise without end, or half of a reply to each question.</summary>
    private sealed class Mumbler(string what) : ISimulatedDevice
    {
        private readonly Random _noise = new(1);
        private int _owed;

        public void Receive(ReadOnlySpan<byte> bytes, int rate) => _owed += what == "half" && bytes.IndexOf((byte)0x52) == 2 ? 1 : 0;

        public int Take(Span<byte> into, int rate)
        {
            if (what == "noise")
            {
                _noise.NextBytes(into[..Math.Min(50, into.Length)]);
                return Math.Min(50, into.Length);
            }
            ReadOnlySpan<byte> half = _owed > 0 ? [0xaa, 0x55, 0x13, 0x66, 0x00] : [];
            _owed -= half.Length > 0 ? 1 : 0;
            half.CopyTo(into);
            return half.Length;
        }
    }

    private static NativeFinder Chips() => new(new SimulatedChain(ChipFamilies.Bm1366, 1, TimeProvider.System) { RelaxedZeroBits = 8 });

    private static async Task<StatusView> UntilAsync(TempFolder folder, Task<CliResult>? run, Func<StatusView, bool> wanted)
    {
        long began = Stopwatch.GetTimestamp();
        string last = "";
        while (Stopwatch.GetElapsedTime(began) < Patience.Limit)
        {
            CliResult stats = await Cli.RunAsync(["stats", "--json", "--data-dir", folder.Path]);
            last = stats.Out + stats.Error;
            if (stats.Code == 0 && JsonSerializer.Deserialize(stats.Out, AnswerJson.Default.StatusView) is { } status && wanted(status))
            {
                return status;
            }
            Assert.False(run is { IsCompleted: true }, run is { IsCompleted: true } ended ? (await ended).Error : "");
            await Task.Delay(200);
        }
        throw new TimeoutException(last);
    }
}
