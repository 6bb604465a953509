using System.Text.Json;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;
using Otedama.Tests.Interop;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>Graphics cards on the command line.</summary>
public sealed class GpuCommandTests : IDisposable
{
    private const string Vectors = """
        search algorithm=sha256d header=0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c nonce_first=0x7c2bac00 nonce_count=512 bits=1d00ffff hit=7c2bac1d
        proof algorithm=sha256d header=0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c hash_display=000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f

        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_list_names_every_card_or_says_why_there_is_none()
    {
        CliResult result = await Cli.RunAsync(["gpu", "list", "--json"]);
        using JsonDocument answer = JsonDocument.Parse(result.Out);
        JsonElement[] cards = [.. answer.RootElement.GetProperty("gpus").EnumerateArray()];
        Assert.Equal(Enumerable.Range(0, cards.Length), cards.Select(static card => card.GetProperty("index").GetInt32()));
        Assert.Equal(cards.Length > 0 ? 0 : 4, result.Code);
        Assert.Equal(cards.Length == 0, answer.RootElement.GetProperty("note").ValueKind == JsonValueKind.String);
    }

    [Fact]
    public void What_a_card_does_not_tell_is_unknown_and_not_zero()
    {
        GpuAnswer card = new(1, "Card", "opencl", "discrete", 36, 8UL << 30, null, null, null, false, 0, []);
        Assert.Equal(
            [
                "1   Card",
                "    opencl, discrete, 36 compute units, 8192 MiB of memory",
                "    driver unknown, PCI address unknown",
                "    mines: nothing in this version; the same card as 0, behind another interface",
            ],
            GpuCommand.Lines(new GpuListAnswer(1, [card], null)));
        Assert.Equal(["No graphics card. Because."], GpuCommand.Lines(new GpuListAnswer(1, [], "Because.")));
    }

    [Fact]
    public void What_a_card_tells_stands_in_one_line_and_broken_drivers_below()
    {
        GpuAnswer card = new(0, "Card", "opencl", "discrete", 36, 8UL << 30, null, "555", "0000:01:00.0", false, null, ["sha256d"])
        {
            Telemetry = new DeviceView("gpu0", "gpu", "Card", 64, 215.4, null, 1905)
            {
                FanPercent = 61,
                MemoryClockMhz = 9501,
                PowerLimitW = 250,
                MemoryTemperatureC = 80,
                Throttle = ["power", "heat"],
            },
        };
        string[] lines = [.. GpuCommand.Lines(new GpuListAnswer(1, [card], null) { Problems = ["The vulkan driver hangs."] })];
        Assert.Equal("    64 °C, memory 80 °C, 215 W of 250 W, fan 61 %, 1905 MHz, memory 9501 MHz, at its power limit, slowed by heat", lines[3]);
        Assert.Equal("The vulkan driver hangs.", lines[^1]);
    }

    [Fact]
    public async Task The_process_that_may_be_lost_says_what_it_is_about_to_do()
    {
        CliResult result = await Cli.RunAsync(["gpu", "probe"]);
        Assert.Equal(0, result.Code);
        string[] lines = result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("open opencl", lines);
        GpuTranscript read = GpuTranscript.Read(lines, 0);
        Assert.Equal((null, null), (read.Broken, read.Problem));
        Assert.Equal(Gpus.Find().Select(static gpu => gpu.Device.Name), read.Found!.Gpus.Select(static gpu => gpu.Name));
        Assert.All(read.Found.Gpus, static gpu => Assert.Equal($"gpu{gpu.Index}", gpu.Telemetry!.Id));
        Assert.DoesNotContain("probe", (await Cli.RunAsync(["gpu", "--help"])).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("open cuda|open opencl", 134, "opencl", "The opencl driver crashed (signal 6) when it is opened, so its cards are left out.", false)]
    [InlineData("open cuda", null, "cuda", "The cuda driver hangs when it is opened", false)]
    [InlineData("open cuda|answer {", 139, "cuda", "The cuda driver crashed (signal 11)", false)]
    [InlineData("open cuda|answer {\"schema\":1,\"gpus\":[]}", null, null, "library of sensors hangs, so cards are listed without", true)]
    [InlineData("", 3, null, "failed (exit code 3) before it opened a driver", false)]
    public void How_that_process_ended_names_what_is_broken(string said, int? code, string? broken, string problem, bool found)
    {
        GpuTranscript read = GpuTranscript.Read(said.Split('|'), code);
        Assert.Equal((broken, found), (read.Broken, read.Found is not null));
        Assert.Contains(problem, read.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--gpu 99", 4, "--gpu): there is no graphics card 99.")]
    [InlineData("--gpu x", 3, "\"x\" is neither a card number from 0")]
    [InlineData("--gpu 1,0-1", 3, "graphics card 1 is named twice")]
    [InlineData("--gpu ,", 2, "--gpu \"\": empty")]
    public async Task A_card_that_is_none_is_refused_with_what_there_is(string flags, int code, string said)
    {
        CliResult result = await Mine(flags.Split(' '));
        Assert.Equal(code, result.Code);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_simulator_is_used_only_when_that_is_said()
    {
        GpuInfo card = Pocl.Card();
        CliResult result = await Mine(["--gpu", $"{card.Index}"]);
        Assert.Equal(4, result.Code);
        Assert.Contains("Give --gpu-simulator", result.Error, StringComparison.Ordinal);
        result = await Mine(["--gpu", $"{card.Index},{card.Index}", "--gpu-simulator"]);
        Assert.Equal(3, result.Code);
        Assert.Contains($"graphics card {card.Index} is named twice", result.Error, StringComparison.Ordinal);
        result = await Mine(["--gpu", $"{card.Index}", "--gpu-simulator", "--algo", "verushash"]);
        Assert.Equal(4, result.Code);
        Assert.Contains("has no kernel for graphics cards in this version", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vectors_run_on_a_card()
    {
        GpuInfo card = Pocl.Card();
        string file = _folder.File("v.txt", Vectors);
        CliResult result = await OnCard("verify", "--vectors", file, "--device", $"{card.Index}");
        Assert.Equal(0, result.Code);
        Assert.Matches(Judged(1, 0) + "2 passed, 0 failed, 0 skipped$", result.Out.Trim());
        file = _folder.File("w.txt", Vectors.Replace("hit=7c2bac1d", "hit=7c2bac1e", StringComparison.Ordinal).Replace("hash_display=0000", "hash_display=0001", StringComparison.Ordinal));
        result = await OnCard("verify", "--vectors", file, "--device", $"{card.Index}");
        Assert.Equal(1, result.Code);
        Assert.EndsWith("0 passed, 2 failed, 0 skipped", result.Out.Trim(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--device 99", 4, "--device: there is no graphics card 99.")]
    [InlineData("--device -1", 4, "--device: there is no graphics card -1.")]
    [InlineData("--device 0 --flavour ref", 2, "Give one of them")]
    public async Task Verify_refuses_a_device_that_is_none(string flags, int code, string said)
    {
        CliResult result = await Cli.RunAsync(["verify", "--vectors", _folder.File("v.txt", Vectors), .. flags.Split(' ')]);
        Assert.Equal(code, result.Code);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_a_proof_is_judged_for_a_card_too()
    {
        GpuInfo card = Pocl.Card();
        const string header = "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";
        string file = _folder.File("v.txt", $"""
            proof algorithm=sha256d header={header} verdict=valid
            proof algorithm=sha256d header={header} bits=1b00ffff verdict=above-target
            proof algorithm=sha256d data={header[2..]} verdict=malformed

            """);
        CliResult result = await OnCard("verify", "--vectors", file, "--device", $"{card.Index}");
        Assert.Matches(Judged(3, 0) + "3 passed, 0 failed, 0 skipped$", result.Out.Trim());
    }

    /// <summary>Blocks of several epochs, from the light cache of each: no gigabytes are made.</summary>
    [Fact]
    public async Task Proofs_of_KawPow_are_judged_by_a_card_without_its_dataset()
    {
        GpuInfo card = Pocl.Card();
        string header = new('0', 64);
        string block = $"algorithm=kawpow height=0 header_hash={header} nonce={header[..16]} "
            + "mix=6e97b47b134fda0c7888802988e1a373affeb28bcd813b6e9a0fc669c935d03a";
        string file = _folder.File("v.txt", Repository.Read("tests/vectors/kawpow.txt") + $"""

            proof {block} verdict=above-target target={new string('0', 63)}1
            proof {block}00 verdict=malformed
            proof {block[..^2]}3b verdict=bad-proof

            """);
        CliResult result = await OnCard("verify", "--vectors", file, "--device", $"{card.Index}");
        Assert.Matches("proofs on the card: 27 by its own check, 0 by a search of their nonce; all by the processor too, "
            + "and 0 of a wrong form by it alone\n27 passed, 0 failed, 2 skipped$",
            result.Out.Trim());
        result = await OnCard("verify", "--vectors", file, "--device", $"{card.Index}", "--kawpow-dataset", "half");
        Assert.Equal(2, result.Code);
        Assert.Contains("\"half\" is neither light nor full", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_geometry_is_measured_and_the_fastest_is_kept_for_the_miner()
    {
        GpuInfo card = Pocl.Card();
        string data = Path.Combine(_folder.Path, "data");
        string[] line =
        [
            "mining", "benchmark", "--gpu", $"{card.Index}", "--algo", "sha256d,verushash", "--seconds", "0.05", "--warm-up", "0",
            "--repeats", "2",
        ];
        CliResult result = await OnCard([.. line, "--json"]);
        Assert.Equal(0, result.Code);
        using JsonDocument report = JsonDocument.Parse(result.Out);
        JsonElement[] rows = [.. report.RootElement.GetProperty("results").EnumerateArray()];
        JsonElement[] hashed = [.. rows.Where(static row => row.GetProperty("algorithm").GetString() == "sha256d")];
        Assert.Equal(card.Flavours(Algorithm.Sha256d).Select(static flavour => flavour.Name), hashed.Select(static row => row.GetProperty("flavour").GetString()));
        Assert.All(hashed, static row => Assert.True(row.GetProperty("median").GetDouble() > 0));
        Assert.All(hashed, static row => Assert.Equal(JsonValueKind.Null, row.GetProperty("ceiling_bs").ValueKind));
        string best = Assert.Single(hashed, static row => row.GetProperty("best").GetBoolean()).GetProperty("flavour").GetString()!;
        Assert.Equal(best, new GpuTuning(data, TimeProvider.System, Assert.Fail).Find(card, "sha256d"));
        JsonElement none = Assert.Single(rows, static row => row.GetProperty("algorithm").GetString() == "verushash");
        Assert.Contains("has no kernel for this card", none.GetProperty("skipped").GetString(), StringComparison.Ordinal);

        result = await OnCard(line);
        string[] lines = result.Out.Split('\n');
        Assert.Equal("GPU  ALGORITHM            GEOMETRY              RATE SPREAD      MEMORY OF BEST", lines[0]);
        Assert.All(lines.Take(4), static text => Assert.InRange(text.Length, 1, 80));
        Assert.Contains($"kept in {GpuTuning.PathIn(data)}", result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--gpu 99", 4, "--gpu: there is no graphics card 99.")]
    [InlineData("--gpu x", 2, "\"x\" is neither a card number from 0")]
    [InlineData("--gpu 0,0", 3, "--gpu: graphics card 0 is named twice")]
    [InlineData("--gpu ,", 2, "no number is given")]
    [InlineData("--gpu 0 --threads 2", 2, "Leave --threads out")]
    [InlineData("--gpu 0 --build", 2, "Leave --build out")]
    public async Task A_measurement_that_means_nothing_for_a_card_is_refused(string flags, int code, string said)
    {
        CliResult result = await Cli.RunAsync(["mining", "benchmark", .. flags.Split(' '), "--data-dir", _folder.Path]);
        Assert.Equal(code, result.Code);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(31)]
    [InlineData(-1)]
    public async Task An_intensity_out_of_range_is_refused_with_the_range(int intensity)
    {
        CliResult result = await Mine(["--set", $"mining.workers.gpu_intensity={intensity}"]);
        Assert.Equal(3, result.Code);
        Assert.Contains($"{intensity} is out of range 6 to 30 (--set). Allowed: 0, or a whole number from 6 to 30.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_card_another_program_has_is_neither_measured_nor_asked()
    {
        GpuInfo card = Pocl.Card();
        string[][] lines =
        [
            ["verify", "--vectors", _folder.File("v.txt", Vectors), "--device", $"{card.Index}"],
            ["mining", "benchmark", "--gpu", $"{card.Index}", "--algo", "sha256d", "--seconds", "0.01"],
            ["mining", "benchmark", "--verify", "--gpu", $"{card.Index}", "--algo", "sha256d", "--seconds", "0.01"],
        ];
        using (CardLock.Take(card, [_folder.Path]))
        {
            foreach (string[] line in lines)
            {
                CliResult result = await OnCard(line);
                Assert.Equal(4, result.Code);
                Assert.Contains($"in use by process {Environment.ProcessId}", result.Error, StringComparison.Ordinal);
            }
        }
        Assert.Equal(0, (await OnCard(lines[0])).Code);
        Assert.True(Directory.Exists(Path.Combine(_folder.Path, "data", GpuChoice.ProgramsFolder)), "a compiler's log has no place");
        CardLock.Take(card, [_folder.Path])!.Dispose(); // it was given back
    }

    [Fact]
    public async Task Proofs_that_were_all_left_out_are_no_pass_and_it_says_so()
    {
        GpuInfo card = Pocl.Card();
        string file = _folder.File("v.txt", "message algorithm=sha256d data=00 hash=1406e05881e299367766d313e26c05564ec91bf721d31726bd6e46e60689539a\n");
        CliResult result = await OnCard("verify", "--vectors", file, "--device", $"{card.Index}");
        Assert.Equal(1, result.Code);
        Assert.EndsWith("nothing was judged, all 1 were skipped: that is no pass\n0 passed, 0 failed, 1 skipped", result.Out.Trim(), StringComparison.Ordinal);
        result = await Cli.RunAsync(["verify", "--vectors", _folder.File("w.txt", "# nothing\n")]);
        Assert.Equal(1, result.Code);
        Assert.Contains("nothing was judged, there are no vectors in it", result.Out, StringComparison.Ordinal);
    }

    /// <summary>By its own check where the card has one, else by a search: one of them for all.</summary>
    private static string Judged(int proofs, int malformed) =>
        $"^proofs on the card: ({proofs} by its own check, 0|0 by its own check, {proofs}) by a search of their nonce; "
            + $"all by the processor too, and {malformed} of a wrong form by it alone\n";

    /// <summary>With locks and a data directory of its own: other tests use the same card meanwhile.</summary>
    private Task<CliResult> OnCard(params string[] words) => Cli.RunAsync(
        [.. words, "--data-dir", Path.Combine(_folder.Path, "data")], new() { [CardLock.Variable] = _folder.Path });

    private Task<CliResult> Mine(string[] flags) => Cli.RunAsync(
    [
        "mine", "--wallet", "x", "--pool", "stratum+tcp://127.0.0.1:1", .. flags,
        "--data-dir", Path.Combine(_folder.Path, "data"), "--set", "api.enabled=false", "--set", "metrics.enabled=false", "--threads", "1",
    ]);
}
