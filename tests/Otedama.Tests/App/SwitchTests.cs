using Otedama.Core;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>What a rig may turn to while it runs: worked out from plans, before anything is stopped.</summary>
public sealed class SwitchTests
{
    private const string Elsewhere = "rigs: [{name: a, workers: {cpu_threads: 1}, wallet: w, algorithms: ALGO, pools: [\"p.example:1\"]}, "
        + "{name: b, workers: {cpu_threads: 1}, wallet: w, pools: [\"p.example:2\"]}]";

    private const string OwnPools = "rigs: [{name: a, algorithms: ALGO, workers: {cpu_threads: 1}}]\n"
        + "pools: [{name: sha, algorithm: sha256d, port: 3401}, {name: ltc, port: 3402, address: ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9, "
        + "node: {mode: external, coin: ltc, urls: [\"http://127.0.0.1:1\"]}}]";

    private const string Litecoin = "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9";

    [Fact]
    public void A_rig_of_pools_elsewhere_takes_another_algorithm_and_the_other_rig_goes_on()
    {
        InstancePlan now = Plan(Elsewhere.Replace("ALGO", "sha256d"), Roles.Rig);
        ReloadStep step = new(now, Plan(Elsewhere.Replace("ALGO", "scrypt").Replace("p.example:1", "q.example:7"), Roles.Rig));
        Assert.Equal(["rigs.a.algorithms", "rigs.a.pools"], step.Applied.Order());
        Assert.Empty(step.Waiting);
        Assert.Empty(step.Reasons);
        InstancePlan next = step.Apply();
        Assert.Equal(["scrypt", "sha256d"], next.Rigs.Select(static rig => rig.Work.Name));
        Assert.True(ReloadStep.Touches(now.Rigs[0], next.Rigs[0]));
        Assert.False(ReloadStep.Touches(now.Rigs[1], next.Rigs[1]));
    }

    [Fact]
    public void A_rig_goes_to_another_pool_of_this_process_that_has_the_algorithm()
    {
        InstancePlan now = Plan(OwnPools.Replace("ALGO", "sha256d"));
        ReloadStep step = new(now, Plan(OwnPools.Replace("ALGO", $"scrypt, wallet: {Litecoin}")));
        Assert.Empty(step.Waiting);
        RigPlan rig = Assert.Single(step.Apply().Rigs);
        Assert.Equal(("scrypt", "ltc"), (rig.Work.Name, rig.PoolName));
    }

    [Fact]
    public void A_rig_of_this_processs_pool_waits_as_a_whole_until_the_pool_has_the_algorithm()
    {
        const string Text = "rigs: [{name: a, algorithms: ALGO, wallet: \"WALLET\", workers: {cpu_threads: 1, gpu_intensity: SIZE}}]\n"
            + "pools: [{name: main, algorithm: ALGO, port: 3401}]";
        InstancePlan now = Plan(Text.Replace("ALGO", "sha256d").Replace("WALLET", "").Replace("SIZE", "0"));
        Assert.True(Address.TryEncode([0x00, 0x14, .. new byte[20]], CoinCatalogue.OtedamaWith(Algorithm.VerusHash, null), out string wallet));
        ReloadStep step = new(now, Plan(Text.Replace("ALGO", "verushash").Replace("WALLET", wallet).Replace("SIZE", "12")));
        Assert.Equal(["pools.main.algorithm", "rigs.a.algorithms", "rigs.a.wallet"], step.Waiting.Order());
        Assert.Equal(["rigs.a.workers.gpu_intensity"], step.Applied);
        string reason = Assert.Single(step.Reasons);
        Assert.StartsWith("a goes on with sha256d:", reason, StringComparison.Ordinal);
        Assert.Contains("no pool of this process is for verushash", reason, StringComparison.Ordinal);
        RigPlan rig = Assert.Single(step.Apply().Rigs);
        Assert.Equal(("sha256d", "main", ""), (rig.Work.Name, rig.PoolName, rig.Configuration.Get(Settings.Wallet)));
        Assert.Equal(12, rig.Configuration.Get(Settings.GpuIntensity));
    }

    [Fact]
    public void A_pool_that_goes_by_the_rigs_algorithm_keeps_the_rig_where_it_is_and_says_how_to_part_them()
    {
        const string Text = "mining: {algorithms: ALGO, wallet: w, pools: [\"p.example:1\"], workers: {cpu_threads: 1}}\n";
        InstancePlan now = Plan(Text.Replace("ALGO", "sha256d"));
        ReloadStep tied = new(now, Plan(Text.Replace("ALGO", "scrypt")));
        Assert.Equal(["mining.algorithms"], tied.Waiting);
        Assert.Contains("Set pool.algorithm to sha256d", Assert.Single(tied.Reasons), StringComparison.Ordinal);
        Assert.Equal("sha256d", tied.Apply().Rigs[0].Work.Name);

        InstancePlan parted = Plan(Text.Replace("ALGO", "sha256d") + "pool: {algorithm: sha256d}\n");
        ReloadStep step = new(parted, Plan(Text.Replace("ALGO", "scrypt") + "pool: {algorithm: sha256d}\n"));
        Assert.Equal(["mining.algorithms"], step.Applied);
        Assert.Equal(("scrypt", "sha256d"), (step.Apply().Rigs[0].Work.Name, step.Apply().Pools[0].Work.Name));
    }

    [Fact]
    public void The_first_enabled_algorithm_is_the_one_a_reload_goes_by()
    {
        InstancePlan now = Plan(Elsewhere.Replace("ALGO", "[{name: sha256d}, {name: scrypt}]"), Roles.Rig);
        ReloadStep step = new(now, Plan(Elsewhere.Replace("ALGO", "[{name: sha256d, enabled: false}, {name: scrypt}]"), Roles.Rig));
        Assert.Equal("sha256d", now.Rigs[0].Work.Name);
        Assert.Equal("scrypt", step.Apply().Rigs[0].Work.Name);
    }

    [Fact]
    public void A_command_names_algorithm_pool_and_wallet_and_the_configured_algorithm_leads_back()
    {
        InstancePlan running = Plan(Elsewhere.Replace("ALGO", "sha256d"), Roles.Rig);
        RigPlan file = running.Rigs[0];
        RigPlan other = new MiningSwitch("a", "verus", ["q.example:9", "r.example:9"], "R123").PlanFor(file, running);
        Assert.Equal("verushash", other.Work.Name);
        Assert.Equal(["q.example:9", "r.example:9"], other.Configuration.Get(Settings.MiningPools).Select(static pool => pool.Url));
        Assert.Equal("R123", other.Configuration.Get(Settings.Wallet));
        Assert.True(ReloadStep.Touches(file, other));
        Assert.False(ReloadStep.Touches(file, new MiningSwitch("a", "sha256d", [], null).PlanFor(file, running)));
    }

    [Fact]
    public void A_command_finds_this_processs_pool_of_the_algorithm_also_from_a_pool_elsewhere()
    {
        InstancePlan running = Plan(OwnPools.Replace("ALGO", "sha256d, pools: [\"p.example:1\"], wallet: w"));
        RigPlan rig = new MiningSwitch("a", "scrypt", [], Litecoin).PlanFor(running.Rigs[0], running);
        Assert.Equal(("scrypt", "ltc"), (rig.Work.Name, rig.PoolName));
        ConfigurationException refused = Assert.Throws<ConfigurationException>(
            () => new MiningSwitch("a", "scrypt", [], null).PlanFor(running.Rigs[0], running)); // w is no address of Litecoin
        Assert.Contains("wallet", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sha256e", "", "--algo: algorithm \"sha256e\" is none of")]
    [InlineData("sha256d,scrypt", "", "--algo: a rig mines one algorithm")]
    [InlineData("scrypt", "", "--algo: no pool to mine scrypt on: the configuration gives a pools for sha256d only. Say where with --pool URL")]
    [InlineData("scrypt", "http://p.example:1", "(--pool)")]
    public void What_a_command_cannot_do_is_said_in_its_own_words(string algorithm, string pool, string said)
    {
        InstancePlan running = Plan(Elsewhere.Replace("ALGO", "sha256d"), Roles.Rig);
        MiningSwitch wanted = new("a", algorithm, pool.Length > 0 ? [pool] : [], null);
        ConfigurationException refused = Assert.Throws<ConfigurationException>(() => wanted.PlanFor(running.Rigs[0], running));
        Assert.Contains(said, string.Join('\n', refused.Problems), StringComparison.Ordinal);
    }

    private static InstancePlan Plan(string text, Roles? roles = null)
    {
        using TempFolder folder = new();
        Configuration configuration = ConfigurationLoader.Load(folder.File("c.yaml", text), [], new Dictionary<string, string>());
        return InstancePlan.Make(configuration, roles, new Dictionary<string, string>(), threads: 8);
    }
}
