using Otedama.Core;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>The lists rigs and pools: from the file to the plan of a run.</summary>
public sealed class RigsAndPoolsTests : IDisposable
{
    private const string Address = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT";

    private const string Two = $$"""
        mining: {worker: house}
        pool: {fee: 2}
        rigs:
          - name: verus
            algorithms: verushash
            workers: {cpu_threads: 2}
          - name: sha
            algorithms: sha256d
            worker: attic
            wallet: {{Address}}
        pools:
          - name: main
            algorithm: verushash
          - name: btc
            port: 3334
            fee: 0.5
            address: {{Address}}
            node: {mode: external, coin: btc, urls: ["http://127.0.0.1:8332"]}
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_entry_has_its_own_values_and_else_those_at_the_top()
    {
        Configuration configuration = Load(Two);
        Assert.Equal(["verus", "sha"], configuration.Rigs.Select(static rig => rig.Name));
        Assert.Equal(["house", "attic"], configuration.Rigs.Select(static rig => rig.Get(Settings.WorkerName)));
        Assert.Equal([2m, 0.5m], configuration.Pools.Select(static pool => pool.Get(Settings.PoolFee)));
        Assert.Equal("c.yaml line 6", configuration.Rigs[0].Of(Settings.CpuThreads).Place);
        Assert.Equal("rigs.verus.workers.cpu_threads", configuration.Rigs[0].KeyOf(Settings.CpuThreads));
        Assert.Equal("pools.btc.node.urls", configuration.Pools[1].KeyOf(Settings.NodeUrls));
    }

    [Fact]
    public void Each_rig_mines_on_the_pool_of_its_algorithm()
    {
        InstancePlan plan = Plan(Two, threads: 4);
        Assert.Equal([Algorithm.VerusHash, Algorithm.Sha256d], plan.Rigs.Select(static rig => rig.Work.Algorithm));
        Assert.Equal(["main", "btc"], plan.Rigs.Select(static rig => rig.PoolName));
        Assert.Equal(["otedama", "btc"], plan.Pools.Select(static pool => pool.Coin.Name));
        Assert.Equal("chain, pool main, pool btc, rig verus, rig sha", plan.Parts());
    }

    [Fact]
    public void Who_says_no_number_of_threads_gets_those_the_others_leave()
    {
        Assert.Equal([2, 2], Plan(Two, threads: 4).Rigs.Select(static rig => rig.Threads));
        Assert.Equal([2, 1], Plan(Two, threads: 3).Rigs.Select(static rig => rig.Threads));
        Assert.Contains("verus 2 (c.yaml line 6) take 2 threads together, and this machine has 2, which leaves none for sha", Problem(Two, threads: 2));
    }

    [Fact]
    public void The_only_rig_may_ask_for_more_threads_than_there_are() =>
        Assert.Null(Plan("mining: {workers: {cpu_threads: 64}}", threads: 2).Rigs[0].Threads);

    [Fact]
    public void The_pool_named_main_keeps_the_folder_a_pool_without_a_list_has()
    {
        string alone = Plan("mining: {algorithms: verushash}").Pools[0].Folder;
        Assert.Equal(Path.Combine(_folder.Path, "data", "pool-verushash"), alone);
        Assert.Equal([alone, Path.Combine(_folder.Path, "data", "pools", "btc", "pool")], Plan(Two, 4).Pools.Select(static pool => pool.Folder));
    }

    [Fact]
    public void A_rig_on_a_pool_of_a_coin_needs_somebody_to_pay() =>
        Assert.Contains("rigs.sha.wallet: no address to be paid to", Problem(Two.Replace($"    wallet: {Address}\n", "", StringComparison.Ordinal), threads: 4));

    [Theory]
    [InlineData("rigs: [{algorithms: scrypt}]", "c.yaml line 1: rigs: the entry has no name")]
    [InlineData("rigs: [{name: A b}]", "name \"A b\" cannot be used", "lower-case")]
    [InlineData("rigs:\n- {name: a}\n- {name: a}", "c.yaml line 3: rigs: a is the name of the entry at c.yaml line 2 too")]
    [InlineData("rigs: [{name: a, workers: {cpu_treads: 1}}]", "rigs.a.workers.cpu_treads: unknown key", "did you mean rigs.a.workers.cpu_threads?")]
    [InlineData("rigs: [{name: a, workers: {cpu_threads: x}}]", "rigs.a.workers.cpu_threads: \"x\" is not a whole number (c.yaml line 1)", "0 to 1024")]
    [InlineData("pools: [{name: a, node: {mode: inside}}]", "pools.a.node.mode: \"inside\"", "embedded, external")]
    [InlineData("pools: 3", "c.yaml line 1: pools: expected a list of entries")]
    [InlineData("rigs: [a]", "rigs: expected an entry", "name: NAME")]
    [InlineData("rigs: [{name: a}, {name: b}]", "a and b do not say how many threads")]
    [InlineData("pools: [{name: a}, {name: b, port: 1}]", "a (default) and b (default) are on the embedded chain")]
    [InlineData("pools: [{name: a}, {name: b}]", "pools.a.port (default) and pools.b.port (default): all are 3333")]
    [InlineData("rigs: [{name: a, pool: there}]", "rigs.a.pool: \"there\" is no pool of this process (c.yaml line 1). Allowed: main")]
    [InlineData("rigs: [{name: a, algorithms: scrypt}]", "rigs.a.pool: no pool of this process is for scrypt", "main (sha256d)")]
    [InlineData("pools: [{name: a, node: {mode: external}}]", "pools.a.node.urls: empty", "pools.a.address: an external node needs")]
    public void A_mistake_in_an_entry_names_it(string text, params string[] parts)
    {
        string problem = Problem(text, threads: 2);
        Assert.All(parts, part => Assert.Contains(part, problem));
    }

    [Fact]
    public void A_flag_reaches_one_entry_by_its_name()
    {
        Configuration configuration = Load(Two, [new FlagValue("rigs.verus.workers.cpu_threads", "1", "--set"), new FlagValue("pools.btc.node.coin", "ltc", "--set")]);
        Assert.Equal((1, Origin.Flag), (configuration.Rigs[0].Get(Settings.CpuThreads), configuration.Rigs[0].Of(Settings.CpuThreads).Origin));
        Assert.Equal("ltc", configuration.Pools[1].Get(Settings.NodeCoin));
    }

    [Theory]
    [InlineData("pool.port", "4000", "--port: pool.port does not reach pools btc (c.yaml line 15)", "--set pools.btc.port=VALUE")]
    [InlineData("rigs.other.worker", "x", "no entry of rigs has that name; there are verus, sha")]
    [InlineData("rigs.sha.wroker", "x", "rigs.sha.wroker: unknown key", "did you mean worker?")]
    public void A_flag_that_would_not_count_is_refused(string key, string value, params string[] parts)
    {
        ConfigurationException refused = Assert.Throws<ConfigurationException>(() => Load(Two, [new FlagValue(key, value, "--port")]));
        Assert.All(parts, part => Assert.Contains(part, refused.Message));
    }

    [Fact]
    public void A_variable_that_does_not_count_is_said()
    {
        Configuration configuration = Load(Two, [], new() { ["OTEDAMA_MINING_WORKER"] = "cellar" });
        Assert.Equal(["cellar", "attic"], configuration.Rigs.Select(static rig => rig.Get(Settings.WorkerName)));
        Assert.Contains("OTEDAMA_MINING_WORKER: mining.worker does not reach rigs sha (c.yaml line 9)", Assert.Single(configuration.Warnings));
    }

    [Fact]
    public void An_entry_that_is_switched_off_does_not_run()
    {
        InstancePlan plan = Plan("rigs: [{name: a}, {name: b, enabled: false}]", threads: 1);
        Assert.Equal("a", Assert.Single(plan.Rigs).Name);
        Assert.Empty(InstancePlan.Make(Load("rigs: [{name: a, enabled: false}]"), Roles.Node | Roles.Pool, new Dictionary<string, string>()).Rigs);
    }

    [Fact]
    public void A_rig_alone_finds_the_pool_of_another_process_by_its_name()
    {
        InstancePlan plan = InstancePlan.Make(
            Load(Two.Replace("worker: attic", "pool: btc").Replace("algorithms: verushash", "enabled: false")), Roles.Rig, new Dictionary<string, string>());
        RigPlan rig = Assert.Single(plan.Rigs);
        Assert.Equal("stratum+tcp://127.0.0.1:3334", RigPools.Endpoints(rig, null, null)[0].Url.ToString());
    }

    [Fact]
    public void A_rig_of_cards_alone_leaves_its_threads_to_the_others()
    {
        const string cards = "rigs:\n- {name: a, workers: {cpu_threads: none, gpus: [0]}}\n- {name: b}\n- {name: c, workers: {cpu_threads: 1}}\n";
        Assert.Equal([-1, 2, 1], Plan(cards, threads: 3).Rigs.Select(static rig => rig.Threads));
        Assert.Equal(-1, PartOptions.Rig(Plan("mining: {workers: {cpu_threads: NONE, gpu_threads: 1}}").Rigs[0] with
        {
            Configuration = Load("mining: {workers: {cpu_threads: none}, wallet: x}"),
        }, null, null, null!, TimeProvider.System, static _ => { }).CpuThreads);
    }

    [Theory]
    [InlineData("mining: {workers: {cpu_threads: none}}", "mining.workers.cpu_threads: none (c.yaml line 1), and no graphics card is named either", "--gpu")]
    [InlineData("mining: {workers: {cpu_threads: none, gpus: [0], cpu_affinity: [0]}}", "mining.workers.cpu_affinity binds CPU workers")]
    [InlineData("rigs: [{name: a, workers: {cpu_threads: none}}]", "rigs.a.workers.cpu_threads: none")]
    [InlineData("mining: {workers: {cpu_threads: nothing}}", "\"nothing\" is not a whole number", "0 to 1024, or none")]
    [InlineData("mining: {workers: {cpu_threads: -1}}", "-1 is out of range 0 to 1024", "or none")]
    public void No_workers_at_all_are_refused(string text, params string[] parts)
    {
        string problem = Problem(text, threads: 2);
        Assert.All(parts, part => Assert.Contains(part, problem));
    }

    [Fact]
    public async Task Config_show_says_none_as_it_was_written()
    {
        CliResult result = await Cli.RunAsync(["config", "show", "--set", "mining.workers.cpu_threads=none", "--set", "mining.workers.gpus=0"]);
        Assert.Matches(@"mining\.workers\.cpu_threads +none +", result.Out);
    }

    [Fact]
    public async Task Config_show_lists_what_entries_say()
    {
        CliResult result = await Cli.RunAsync(["config", "show", "--config", _folder.File("c.yaml", Two)]);
        Assert.Matches(@"rigs\.verus\.workers\.cpu_threads +2 +c\.yaml line 6", result.Out);
        Assert.Matches(@"pools\.btc\.node\.coin +btc +c\.yaml line 18", result.Out);
    }

    [Fact]
    public void The_lists_of_the_sample_file_can_be_switched_on()
    {
        string sample = ConfigurationPages.Sample();
        string lists = string.Join('\n', sample[sample.IndexOf("# rigs:", StringComparison.Ordinal)..].Split('\n')
            .Where(static line => line.StartsWith("# rigs:", StringComparison.Ordinal) || line.StartsWith("# pools:", StringComparison.Ordinal) || line.StartsWith("#  ", StringComparison.Ordinal))
            .Select(static line => line[2..].Replace("ADDRESS", "LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1", StringComparison.Ordinal)));
        InstancePlan plan = Plan(lists, threads: 4);
        Assert.Equal([Algorithm.VerusHash, Algorithm.Scrypt], plan.Rigs.Select(static rig => rig.Work.Algorithm));
        Assert.Equal(["main", "litecoin"], plan.Rigs.Select(static rig => rig.PoolName));
    }

    private string Problem(string text, int threads) =>
        Assert.Throws<ConfigurationException>(() => Plan(text, threads)).Message;

    private InstancePlan Plan(string text, int threads = 8) =>
        InstancePlan.Make(Load(text), null, new Dictionary<string, string>(), threads);

    private Configuration Load(string text, IReadOnlyList<FlagValue>? flags = null, Dictionary<string, string>? environment = null) =>
        ConfigurationLoader.Load(_folder.File("c.yaml", text), [.. flags ?? [], new FlagValue("data_dir", Path.Combine(_folder.Path, "data"), "--data-dir")], environment ?? []);
}
