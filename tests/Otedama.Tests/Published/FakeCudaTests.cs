using System.Diagnostics;
using System.Text.Json;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Published;

/// <summary>
/// The shipped program with a stand-in for NVIDIA's driver, whose cards are an interpreter (tests/native/gpu). Everything but
/// the driver is what a rig runs.
/// </summary>
public sealed class FakeCudaTests : IDisposable
{
    private const string Vectors = """
        search algorithm=sha256d header=0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c nonce_first=0x7c2bac00 nonce_count=512 bits=1d00ffff hit=7c2bac1d

        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Its_cards_are_listed_as_cards()
    {
        (int code, string said, string error) = await RunAsync(["gpu", "list", "--json"], "FAKECUDA_DEVICES=2");
        Assert.True(code == 0, error);
        using JsonDocument answer = JsonDocument.Parse(said);
        JsonElement[] cards = [.. answer.RootElement.GetProperty("gpus").EnumerateArray()];
        Assert.Equal(["Interpreter 0", "Interpreter 1"], cards.Select(static card => card.GetProperty("name").GetString()));
        Assert.Equal(["0000:01:00.0", "0000:02:00.0"], cards.Select(static card => card.GetProperty("pci").GetString()));
        Assert.All(cards, static card =>
        {
            Assert.Equal("cuda", card.GetProperty("interface").GetString());
            Assert.Equal("discrete", card.GetProperty("kind").GetString());
            Assert.False(card.GetProperty("simulator").GetBoolean());
            Assert.Contains("sha256d", card.GetProperty("algorithms").EnumerateArray().Select(static name => name.GetString()));
        });
    }

    [Theory]
    [InlineData("FAKECUDA_NONE=1", "shows no card (CUDA error 100)")]
    [InlineData("FAKECUDA_DRIVER=10020", "install a driver of version 450 or newer")]
    [InlineData("FAKECUDA_CC=52", "compute capability below 6.1")]
    public async Task Without_a_card_it_says_why(string fault, string why)
    {
        (int code, string said, _) = await RunAsync(["gpu", "list"], fault);
        Assert.Equal(4, code);
        Assert.Contains(why, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vectors_run_on_a_card_and_a_driver_that_compiles_nothing_is_quoted()
    {
        string[] words = ["verify", "--vectors", _folder.File("v.txt", Vectors), "--device", "0"];
        (int code, string said, string error) = await RunAsync(words);
        Assert.True(code == 0, said + error);
        Assert.Equal("1 passed, 0 failed, 0 skipped", said.Trim());
        (code, said, error) = await RunAsync(words, "FAKECUDA_BADJIT=1");
        Assert.NotEqual(0, code);
        Assert.Contains("its compiler refuses the kernel of sha256d (CUDA error 218): this driver compiles nothing", said + error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_card_that_is_lost_is_not_asked_for_the_proofs_that_are_left()
    {
        string file = _folder.File("v.txt", string.Concat(Enumerable.Repeat(Vectors.Trim() + "\n", 5)));
        (int code, string said, string error) = await RunAsync(["verify", "--vectors", file, "--device", "0"], "FAKECUDA_LOST=2");
        Assert.True(code == 4, $"{code}: {said}{error}");
        string[] lines = said.Trim().Split('\n');
        Assert.Contains("and all that follow: the card was lost. ", lines[0], StringComparison.Ordinal);
        Assert.Contains("CUDA error 700", lines[0], StringComparison.Ordinal);
        Assert.Equal(["nothing was judged, all 5 were skipped: that is no pass", "0 passed, 0 failed, 5 skipped"], lines[1..]);
    }

    [Fact]
    public async Task A_driver_that_is_none_is_told_in_the_linkers_words()
    {
        _folder.File("libcuda.so.1", "no library\n");
        (int code, string said, _) = await RunAsync(["gpu", "list"], $"LD_LIBRARY_PATH={_folder.Path}");
        Assert.Equal(4, code);
        Assert.Matches("NVIDIA's driver is there and cannot be opened: .*libcuda.so.1: .*. Reinstall the driver", said);
    }

    [Fact]
    public async Task A_card_mines_is_lost_and_comes_back_while_the_processor_goes_on()
    {
        string data = Path.Combine(_folder.Path, "data");
        string[] at = ["--data-dir", data];
        using Process run = Start(
        [
            .. at, "--set", "mining.workers.gpus=0", "--set", "mining.workers.cpu_threads=1", "--set", $"pool.port={FreePort.Next()}",
            "--set", $"node.port={FreePort.Next()}", "--set", $"api.port={FreePort.Next()}", "--set", "metrics.enabled=false",
            "--set", "node.block_seconds=1",
        ], "FAKECUDA_LOST=12");
        Task<string> said = run.StandardError.ReadToEndAsync(), output = run.StandardOutput.ReadToEndAsync();
        try
        {
            long before = 0;
            await UntilAsync(run, at, workers =>
            {
                WorkerView? gpu = workers.FirstOrDefault(static worker => worker.Name == "gpu0");
                before = workers.FirstOrDefault(static worker => worker.Name == "cpu0")?.Found ?? 0;
                return gpu?.Reason?.Contains("(CUDA error 700)", StringComparison.Ordinal) == true;
            });
            Assert.Contains(Directory.GetFiles(Path.Combine(data, "gpu-cache")), static file => file.EndsWith(".program", StringComparison.Ordinal));
            await UntilAsync(run, at, workers => workers.Any(worker => worker.Name == "cpu0" && worker.Found > before));
            await UntilAsync(run, at, static workers => workers.Any(static worker =>
                worker is { Name: "gpu0", HashrateHs: > 0, Health: "healthy" } && worker.Reason?.Contains("CUDA error", StringComparison.Ordinal) != true));
        }
        catch (Exception)
        {
            run.Kill();
            TestContext.Current.TestOutputHelper?.WriteLine(await output + await said);
            throw;
        }
        finally
        {
            run.Kill();
            await run.WaitForExitAsync().WaitAsync(Patience.Limit);
        }
    }

    private async Task UntilAsync(Process run, string[] at, Func<IReadOnlyList<WorkerView>, bool> wanted)
    {
        long began = Stopwatch.GetTimestamp();
        string last = "";
        while (Stopwatch.GetElapsedTime(began) < Patience.Limit)
        {
            Assert.False(run.HasExited, "it ended");
            (int code, last, _) = await RunAsync(["stats", "--json", .. at]);
            if (code == 0 && JsonSerializer.Deserialize(last, AnswerJson.Default.StatusView) is { Rigs: [RigView rig, ..] } && wanted(rig.Workers))
            {
                return;
            }
            await Task.Delay(300);
        }
        throw new TimeoutException(last);
    }

    private async Task<(int Code, string Out, string Error)> RunAsync(string[] words, params string[] faults)
    {
        using Process program = Start(words, faults);
        Task<string> output = program.StandardOutput.ReadToEndAsync(), error = program.StandardError.ReadToEndAsync();
        await program.WaitForExitAsync().WaitAsync(Patience.Limit);
        return (program.ExitCode, await output, await error);
    }

    private Process Start(string[] words, params string[] faults)
    {
        string program = PublishedProgram.PathOrSkip();
        string driver = Path.Combine(Repository.Root, "build", "native-release", "tests", "gpu", "fakecuda");
        Assert.SkipUnless(File.Exists(Path.Combine(driver, "libcuda.so.1")), $"no stand-in driver in {driver}; the native build makes it");
        ProcessStartInfo start = new(program, words) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LD_LIBRARY_PATH"] = driver;
        start.Environment["OTEDAMA_GPU"] = "cuda";
        start.Environment["OTEDAMA_RUN_DIR"] = _folder.Path;
        start.Environment["XDG_DATA_HOME"] = _folder.Path;
        foreach (string[] pair in faults.Select(static fault => fault.Split('=')))
        {
            start.Environment[pair[0]] = pair[1];
        }
        return Process.Start(start)!;
    }
}
