using Otedama.Core;
using Xunit;

namespace Otedama.Tests.App;

public sealed class ConfigurationTests
{
    private const string Customer = """
        mining:
          algorithms:
            - name: sha256d
              enabled: true
            - name: kawpow
              enabled: false
          workers:
            gpu_threads: 4
            cpu_threads: 8
        p2p:
          port: 30303
          max_peers: 50
          bootstrap_nodes:
            - node1.example:30303
        security:
          zkp_enabled: true
          encryption: "aes-256-gcm"
        """;

    [Fact]
    public void The_keys_of_the_first_users_are_read()
    {
        Configuration configuration = Load(Customer);
        Assert.Equal([new AlgorithmChoice("sha256d", true), new AlgorithmChoice("kawpow", false)], configuration.Get(Settings.MiningAlgorithms));
        Assert.Equal(4, configuration.Get(Settings.GpuThreads));
        Assert.Equal(8, configuration.Get(Settings.CpuThreads));
        Assert.Equal(["node1.example:30303"], configuration.Get(Settings.BootstrapNodes));
        Assert.Equal("aes-256-gcm", configuration.Get(Settings.Encryption));
        Assert.Equal("c.yaml line 9", configuration.Of(Settings.CpuThreads).Place);
    }

    [Fact]
    public void What_has_no_effect_yet_is_said()
    {
        IReadOnlyList<string> warnings = Load(Customer).Warnings;
        Assert.Contains(warnings, static w => w.StartsWith("security.zkp_enabled: true (c.yaml line 16)", StringComparison.Ordinal));
        Assert.DoesNotContain(warnings, static w => w.StartsWith("mining.workers.gpu_threads", StringComparison.Ordinal));
        Assert.DoesNotContain(warnings, static w => w.StartsWith("p2p.port", StringComparison.Ordinal));
    }

    [Fact]
    public void Flag_beats_environment_beats_file_beats_default()
    {
        Dictionary<string, string> environment = new() { ["OTEDAMA_POOL_PORT"] = "4000", ["OTEDAMA_METRICS_PORT"] = "9191" };
        Configuration configuration = Load("pool: {port: 3000, fee: 2.5}\nmetrics: {port: 9000}\n", environment, new FlagValue("pool.port", "5000", "--port"));
        Assert.Equal((5000, Origin.Flag, "--port"), Described(configuration, Settings.PoolPort));
        Assert.Equal((9191, Origin.Environment, "OTEDAMA_METRICS_PORT"), Described(configuration, Settings.MetricsPort));
        Assert.Equal(2.5m, configuration.Get(Settings.PoolFee));
        Assert.Equal(Origin.Default, configuration.Of(Settings.ApiPort).Origin);
    }

    [Theory]
    [InlineData("pool:\n  prot: 3333\n", "c.yaml line 2", "pool.prot", "3333", "did you mean pool.port?")]
    [InlineData("poool:\n  port: 1\n", "c.yaml line 1", "poool", "unknown key", "did you mean pool?")]
    [InlineData("pool:\n\n  port: 70000\n", "c.yaml line 3", "pool.port", "70000", "1 to 65535")]
    [InlineData("pool: {port: many}", "c.yaml line 1", "pool.port", "many", "whole number")]
    [InlineData("pool: {fee: 101}", "c.yaml line 1", "pool.fee", "101", "0 to 100")]
    [InlineData("pool: {fee: 0.0000001}", "c.yaml line 1", "pool.fee", "0.0000001 has 7 decimals", "at most 6 decimals")]
    [InlineData("pool: {min_payout: 0.123456789}", "c.yaml line 1", "pool.min_payout", "0.123456789", "8 decimals")]
    [InlineData("log: {level: loud}", "c.yaml line 1", "log.level", "loud", "trace, debug, info")]
    [InlineData("mining:\n  algorithms:\n    - name: sha265d\n", "c.yaml line 2", "mining.algorithms", "sha265d", "did you mean sha256d?")]
    [InlineData("mining:\n  algorithms:\n    - nam: sha256d\n", "c.yaml line 2", "mining.algorithms", "nam", "line 3")]
    [InlineData("mining: 5", "c.yaml line 1", "mining", "\"5\"", "Allowed under mining: enabled")]
    [InlineData("pool: [1]", "c.yaml line 1", "pool", "found a list", "Allowed under pool: enabled")]
    [InlineData("pool: {port: [1]}", "c.yaml line 1", "pool.port", "found a list", "whole number")]
    [InlineData("security: {encryption: rot13}", "c.yaml line 1", "security.encryption", "rot13", "aes-256-gcm")]
    public void A_mistake_names_file_line_key_value_and_what_is_allowed(string text, params string[] parts)
    {
        ConfigurationException problem = Assert.Throws<ConfigurationException>(() => Load(text));
        string message = Assert.Single(problem.Problems);
        Assert.All(parts, part => Assert.Contains(part, message));
    }

    [Fact]
    public void All_mistakes_are_reported_at_once()
    {
        ConfigurationException problem = Assert.Throws<ConfigurationException>(
            () => Load("a: 1\npool: {port: 0}\n", new() { ["OTEDAMA_LOG_LEVEL"] = "x" }, new FlagValue("b", "1", "--set")));
        Assert.Equal(4, problem.Problems.Count);
    }

    [Theory]
    [InlineData("a: [1, 2")]
    [InlineData("a: b: c")]
    [InlineData("a: \"x")]
    [InlineData("{")]
    [InlineData("a: &x 1\nb: *x\n")]
    [InlineData("a: 1\n---\nb: 2\n")]
    [InlineData("a: 1\na: 2\n")]
    [InlineData("- 1\n- 2\n")]
    [InlineData("just words")]
    [InlineData("\0\u0001")]
    [InlineData("? [complex]\n: 1\n")]
    public void Broken_yaml_is_a_clear_error_and_never_a_crash(string text)
    {
        ConfigurationException problem = Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse(text, "c.yaml"));
        Assert.StartsWith("c.yaml", problem.Message);
    }

    [Fact]
    public void Deep_nesting_is_refused_before_the_stack_ends()
    {
        ConfigurationException problem = Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse(new string('[', 200_000), "c.yaml"));
        Assert.Contains("nested", problem.Message);
    }

    [Fact]
    public void Random_bytes_as_configuration_never_crash()
    {
        Random random = new(7);
        const string Alphabet = "ab:-[]{}'\"#&*!|>%@`,\n\t 01\u00e9";
        for (int i = 0; i < 3000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            try
            {
                ConfigurationFile.Parse(text, "c.yaml");
            }
            catch (ConfigurationException)
            {
                // The only way out besides a tree.
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("pool:\n")]
    [InlineData("pool:\n  port:\n")]
    public void Empty_parts_leave_the_defaults(string text) =>
        Assert.All(Load(text).Values, static value => Assert.Equal(Origin.Default, value.Origin));

    [Fact]
    public void Every_setting_has_its_own_key_and_environment_name()
    {
        Assert.Equal(Settings.All.Count, Settings.All.Select(static s => s.Key).Distinct().Count());
        Assert.Equal(Settings.All.Count, Settings.All.Select(static s => s.Environment).Distinct().Count());
        Assert.Equal("OTEDAMA_LOG_LEVEL", Settings.LogLevel.Environment);
        Assert.Equal("OTEDAMA_DATA_DIR", Settings.DataDir.Environment);
    }

    [Fact]
    public void The_sample_file_is_valid_with_every_line_switched_on()
    {
        string sample = ConfigurationPages.Sample();
        IEnumerable<string> lines = sample.Split('\n').Select(static line =>
            Settings.All.Any(s => line.TrimStart().StartsWith($"# {s.Key.Split('.')[^1]}:", StringComparison.Ordinal)) ? line.Replace("# ", "") : line);
        Configuration configuration = Load(string.Join('\n', lines));
        Assert.All(configuration.Values, static value => Assert.Equal(value.Setting.DefaultText, value.Setting.Show(value.Value)));
        Assert.True(configuration.Values.Count(static v => v.Origin == Origin.File) > Settings.All.Count / 2);
        Assert.Empty(Load(sample).Warnings);
    }

    [Fact]
    public async Task Config_show_says_where_values_come_from_and_hides_secrets()
    {
        using TempFolder folder = new();
        string file = folder.File("otedama.yaml", "node:\n  password: hunter2\npool: {fee: 3}\n");
        CliResult result = await Cli.RunAsync(["config", "show", "--config", file], new() { ["OTEDAMA_LOG_FORMAT"] = "json" });
        Assert.Equal(0, result.Code);
        Assert.Matches(@"pool\.fee +3 +otedama\.yaml line 3", result.Out);
        Assert.Matches(@"log\.format +json +OTEDAMA_LOG_FORMAT", result.Out);
        Assert.DoesNotContain("hunter2", result.Out);
    }

    [Fact]
    public async Task Config_check_answers_good_or_ends_with_3()
    {
        using TempFolder folder = new();
        CliResult good = await Cli.RunAsync(["config", "check", folder.File("good.yaml", Customer)]);
        Assert.Equal(0, good.Code);
        Assert.Contains("good", good.Out);
        Assert.Contains("warning: security.zkp_enabled", good.Error);
        CliResult bad = await Cli.RunAsync(["config", "check", folder.File("bad.yaml", "x: 1")]);
        Assert.Equal(3, bad.Code);
        Assert.Empty(bad.Out);
    }

    [Theory]
    [InlineData("pool: {host: nonsense}", "pool.host: \"nonsense\"")]
    [InlineData("pool: {address: bogus}", "pool.address: \"bogus\"")]
    [InlineData("mining: {wallet: bogus}", "mining.wallet: \"bogus\"")]
    [InlineData("node: {mode: external}", "node.urls: empty")]
    [InlineData("mining: {enabled: false}\npool: {enabled: false}", "Nothing is enabled")]
    public async Task Config_check_finds_what_a_start_would_refuse(string text, string problem)
    {
        using TempFolder folder = new();
        CliResult result = await Cli.RunAsync(["config", "check", folder.File("c.yaml", text)]);
        Assert.Equal(3, result.Code);
        Assert.Contains(problem, result.Error);
        Assert.Empty(result.Out);
    }

    [Fact]
    public void A_wallet_of_another_coin_is_fine_for_another_pool() =>
        Assert.NotNull(InstancePlan.Make(Load("mining: {wallet: bogus, pools: [pool.example:3333]}"), null, new Dictionary<string, string>()));

    [Fact]
    public void A_file_without_end_is_read_up_to_the_limit()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "this system has no /dev/zero");
        Assert.Contains("1048576", Assert.Throws<ConfigurationException>(() => ConfigurationFile.Read("/dev/zero")).Message);
    }

    [Fact]
    public void A_directory_is_no_file()
    {
        using TempFolder folder = new();
        Assert.Contains("is a directory", Assert.Throws<ConfigurationException>(() => ConfigurationFile.Read(folder.Path)).Message);
    }

    [Fact]
    public void Unknown_variables_of_ours_are_mentioned()
    {
        Configuration configuration = Load("", new() { ["OTEDAMA_LOGLEVEL"] = "debug", ["OTEDAMA_CPU"] = "ref" });
        Assert.Contains("OTEDAMA_LOG_LEVEL", Assert.Single(configuration.Warnings));
    }

    [Fact]
    public void Amounts_are_exact() => Assert.Equal(new Amount(12_345_678), Load("pool: {min_payout: 0.12345678}").Get(Settings.PoolMinPayout));

    private static (int Value, Origin Origin, string Place) Described(Configuration configuration, Setting<int> setting) =>
        (configuration.Get(setting), configuration.Of(setting).Origin, configuration.Of(setting).Place);

    private static Configuration Load(string text, Dictionary<string, string>? environment = null, params FlagValue[] flags)
    {
        using TempFolder folder = new();
        return ConfigurationLoader.Load(folder.File("c.yaml", text), flags, environment ?? []);
    }
}
