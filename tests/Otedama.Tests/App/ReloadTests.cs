using System.Text.Json;
using Xunit;

namespace Otedama.Tests.App;

public sealed class ReloadTests
{
    private static readonly TimeSpan s_patience = Patience.Limit;

    [Fact]
    public async Task A_running_instance_takes_over_what_it_can_names_the_rest_and_refuses_a_bad_file()
    {
        using TempFolder folder = new();
        string data = Path.Combine(folder.Path, "data");
        string ports = $"pool: {{enabled: false, fee: 1.0}}\napi: {{port: {FreePort.Next()}}}\nmetrics: {{enabled: false}}\n";
        string file = folder.File("otedama.yaml", ports + Mining("one"));
        using CancellationTokenSource stop = new();
        Task<CliResult> run = Cli.RunAsync(["--config", file, "--data-dir", data], stop: stop.Token);
        try
        {
            await WaitAsync(data, run);
            File.WriteAllText(file, ports.Replace("fee: 1.0", "fee: 2.0") + Mining("two") + "log: {level: debug}\n");
            ReloadAnswer answer = await ReloadAsync(data, 0);
            Assert.Equal(["log.level", "mining.worker"], answer.Applied.Order());
            Assert.Equal(["pool.fee"], answer.NeedsRestart);
            File.WriteAllText(file, ports + "pool: nonsense\n");
            CliResult refused = await Cli.RunAsync(["reload", "--data-dir", data]);
            Assert.Equal(3, refused.Code);
            Assert.Contains("otedama.yaml line", refused.Error);
            Assert.Contains("Nothing was changed", refused.Error);
            File.WriteAllText(file, ports + Mining("two") + "log: {level: debug}\n");
            ReloadAnswer same = await ReloadAsync(data, 0);
            Assert.Empty(same.Applied);
            Assert.Empty(same.NeedsRestart);
        }
        finally
        {
            await stop.CancelAsync();
        }
        CliResult result = await run.WaitAsync(s_patience);
        Assert.Equal(0, result.Code);
        Assert.Contains("configuration: " + file, result.Logs.Split('\n')[0]);
        Assert.Contains("in effect now", result.Logs);
        Assert.Contains("the one before stays", result.Logs);
    }

    [Theory]
    [InlineData("rigs: [{name: a, workers: {cpu_threads: 1}, wallet: w, pools: [\"p.example:1\"]}]", "rigs")]
    [InlineData("rigs: [{name: a, workers: {cpu_threads: 1}, wallet: w, pools: [\"p.example:1\"]}, {name: b, enabled: false, "
        + "workers: {cpu_threads: 1}, wallet: w, pools: [\"p.example:1\"]}]", "rigs.b.enabled")]
    public void A_rig_that_nobody_touched_goes_on_when_others_come_or_go(string changed, string waits)
    {
        InstancePlan now = Plan("rigs: [{name: a, workers: {cpu_threads: 1}, wallet: w, pools: [\"p.example:1\"]}, "
            + "{name: b, workers: {cpu_threads: 1}, wallet: w, pools: [\"p.example:1\"]}]");
        InstancePlan wanted = Plan(changed);
        ReloadStep step = new(now, wanted);
        Assert.Empty(step.Applied);
        Assert.Equal([waits], step.Waiting);
        InstancePlan next = step.Apply();
        Assert.Equal(["a", "b"], next.Rigs.Select(static rig => rig.Name));
        Assert.All(now.Rigs.Zip(next.Rigs), pair => Assert.False(ReloadStep.Touches(pair.First, pair.Second)));
    }

    private static InstancePlan Plan(string text)
    {
        using TempFolder folder = new();
        Configuration configuration = ConfigurationLoader.Load(folder.File("c.yaml", text), [], new Dictionary<string, string>());
        return InstancePlan.Make(configuration, Roles.Rig, new Dictionary<string, string>());
    }

    [Fact]
    public void Values_are_compared_with_their_secrets()
    {
        static object Urls(string password)
        {
            RawMap entry = new([new(new RawScalar("url"), new RawScalar("http://a:1")), new(new RawScalar("password"), new RawScalar(password))], 1);
            Assert.Null(Settings.NodeUrls.TryRead(new RawList([entry], 1), out object value));
            return value;
        }
        Assert.True(Reload.Same(Urls("x"), Urls("x")));
        Assert.False(Reload.Same(Urls("x"), Urls("y")));
        Assert.True(Reload.Same(5, 5));
        Assert.False(Reload.Same("a", "b"));
        Assert.False(Reload.Same(new[] { "a" }, new[] { "a", "b" }));
    }

    private static string Mining(string worker) =>
        $"mining: {{worker: {worker}, wallet: me, pools: ['127.0.0.1:1'], workers: {{cpu_threads: 1}}}}\n";

    private static async Task<ReloadAnswer> ReloadAsync(string data, int code)
    {
        CliResult result = await Cli.RunAsync(["reload", "--json", "--data-dir", data]);
        Assert.True(result.Code == code, result.Out + result.Error);
        return JsonSerializer.Deserialize(result.Out, AnswerJson.Default.ReloadAnswer)!;
    }

    private static async Task WaitAsync(string data, Task<CliResult> run)
    {
        while ((await Cli.RunAsync(["stats", "--data-dir", data])).Code != 0)
        {
            Assert.False(run.IsCompleted, run.IsCompleted ? (await run).Error : "");
            await Task.Delay(50);
        }
    }
}
