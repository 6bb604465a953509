using System.Text.Json;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>What was planned well and does not start: the old work goes on, and the answer says why.</summary>
public sealed class SwitchBackTests
{
    [Fact]
    public async Task A_rig_whose_new_work_does_not_start_goes_back_to_the_old()
    {
        using TempFolder folder = new();
        string data = Path.Combine(folder.Path, "data");
        string file = folder.File("otedama.yaml", $"pool: {{enabled: false}}\napi: {{port: {FreePort.Next()}}}\nmetrics: {{enabled: false}}\n"
            + "mining: {wallet: me, pools: ['127.0.0.1:1'], workers: {cpu_threads: 1}}\n");
        using CancellationTokenSource stop = new();
        Task<CliResult> run = Cli.RunAsync(["--config", file, "--data-dir", data], stop: stop.Token);
        try
        {
            RigView before = await RigAsync(data, run);
            Tuning.Save(data, new TuningEntry("scrypt", FlavourOfOthers(), 1, 1, 0)); // no start looks at whose flavour it is until it is made
            string[] order = ["mining", "switch", "--algo", "scrypt", "--pool", "127.0.0.1:2", "--data-dir", data];
            CliResult refused = await Cli.RunAsync(order);
            Assert.Equal(3, refused.Code);
            Assert.Contains("does not run here", refused.Error, StringComparison.Ordinal);
            Assert.Contains("Nothing was changed; main goes on with sha256d", refused.Error, StringComparison.Ordinal);
            RigView after = await RigAsync(data, run);
            Assert.Equal((before.Algorithm, before.Upstream, true), (after.Algorithm, after.Upstream, after.Mining));

            File.Delete(Tuning.PathIn(data));
            Assert.Equal(0, (await Cli.RunAsync(["mining", "stop", "--data-dir", data])).Code);
            CliResult done = await Cli.RunAsync([.. order, "--json"]);
            Assert.True(done.Code == 0, done.Error);
            SwitchAnswer answer = JsonSerializer.Deserialize(done.Out, AnswerJson.Default.SwitchAnswer)!;
            Assert.Equal(("main", "scrypt", "sha256d", true), (answer.Rig, answer.Algorithm, answer.Before, answer.ByCommand));
            RigView stopped = await RigAsync(data, run);
            Assert.Equal(("scrypt", false), (stopped.Algorithm, stopped.Mining)); // stopped by command, it stays so
            Assert.Contains("as the configuration says", (await Cli.RunAsync(["mining", "switch", "--algo", "sha256d", "--data-dir", data])).Out, StringComparison.Ordinal);
        }
        finally
        {
            await stop.CancelAsync();
        }
        CliResult result = await run.WaitAsync(Patience.Limit);
        Assert.Equal(0, result.Code);
        Assert.Contains("main was not switched", result.Logs, StringComparison.Ordinal);
        Assert.Contains("main mines scrypt instead of sha256d", result.Logs, StringComparison.Ordinal);
    }

    private static string FlavourOfOthers()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("OTEDAMA_CPU") is { Length: > 0 }, "OTEDAMA_CPU forces a flavour");
        IReadOnlyList<AlgorithmInfo> all = Catalogue.Algorithms();
        HashSet<string> own = [.. all.First(static info => info.Name == "scrypt").Flavours.Where(static flavour => flavour.Supported).Select(static flavour => flavour.Name)];
        string? other = all.SelectMany(static info => info.Flavours).FirstOrDefault(flavour => flavour.Supported && !own.Contains(flavour.Name))?.Name;
        Assert.SkipWhen(other is null, "every algorithm has the same flavours on this processor");
        return other!;
    }

    private static async Task<RigView> RigAsync(string data, Task<CliResult> run)
    {
        while (true)
        {
            CliResult stats = await Cli.RunAsync(["stats", "--json", "--data-dir", data]);
            if (stats.Code == 0)
            {
                return Assert.Single(JsonSerializer.Deserialize(stats.Out, AnswerJson.Default.StatusView)!.Rigs);
            }
            Assert.False(run.IsCompleted, run.IsCompleted ? (await run).Error : "");
            await Task.Delay(50);
        }
    }
}
