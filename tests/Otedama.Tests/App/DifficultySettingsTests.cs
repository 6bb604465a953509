using System.Globalization;
using System.Net;
using System.Text.Json;
using Otedama.Pool;
using Otedama.Tests.Pool;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>From a configuration file to what a miner is sent.</summary>
public sealed class DifficultySettingsTests
{
    private const string Nodes = "node: {mode: external, coin: btc, network: regtest, urls: [\"http://127.0.0.1:1\"]}\n";

    [Theory]
    [InlineData("difficulty: 0.001", 0.001)]
    [InlineData("difficulty: 3000", 3000)]
    [InlineData("difficulty_fixed: 0.00000002", 0.00000002)]
    [InlineData("difficulty_min: 0.25", 0.25)]
    [InlineData("shares_per_minute: 20", 0.03125)]
    public async Task The_file_says_what_a_known_miner_begins_with(string setting, double expected)
    {
        using StratumHarness harness = new(options => Read(options, $"pool: {{address: {options.OperatorAddress}, {setting}}}\n{Nodes}"));
        Assert.Equal(expected, await DifficultyAsync(harness.Endpoint));
    }

    [Fact]
    public async Task A_further_port_has_its_own_difficulty_fixed_or_not()
    {
        (int first, int second) = (FreePort.Next(), FreePort.Next());
        string ports = string.Create(CultureInfo.InvariantCulture, $"ports: [{{port: {first}, difficulty_fixed: 4096}}, {{port: {second}, difficulty: 0.5}}]");
        using StratumHarness harness = new(options => Read(options, $"pool: {{address: {options.OperatorAddress}, {ports}}}\n{Nodes}"));
        Assert.Equal(4096, await DifficultyAsync(new IPEndPoint(IPAddress.Loopback, first), "d=1"));
        Assert.Equal(0.5, await DifficultyAsync(new IPEndPoint(IPAddress.Loopback, second)));
        Assert.Equal(0.03125, await DifficultyAsync(harness.Endpoint));
    }

    [Theory]
    [InlineData("pool: {difficulty: 0.1, difficulty_min: 1}", "pool.difficulty: 0.1 is too small (c.yaml line 1). Allowed: 0, or 1 and more.")]
    [InlineData("pool: {difficulty_fixed: 0.0000000001}", "pool.difficulty_fixed: 0.0000000001 is too small")]
    [InlineData("pool: {ports: [{port: 3333, difficulty: 1}]}", "pool.ports: 3333 is pool.port itself")]
    [InlineData("pool: {ports: [{port: 3334, difficulty: 0.1}], difficulty_min: 1}", "difficulty 0.1 of port 3334 is below pool.difficulty_min 1")]
    [InlineData("pool: {ports: [3334]}", "PORT=DIFFICULTY")]
    [InlineData("pool: {ports: [\"3334=-5\"]}", "\"-5\" is not a number from 0.000000001")]
    [InlineData("pool: {ports: [{port: 3334, difficulty: 1, difficulty_fixed: 1}]}", "exclude each other")]
    [InlineData("pool: {ports: [{port: 0, difficulty: 1}]}", "\"0\" is not a whole number from 1 to 65535")]
    [InlineData("pool: {ports: [\"3334=1\", \"3334=2\"]}", "3334 stands there twice")]
    [InlineData("pool: {ports: [{port: 3334, diff: 1}]}", "unknown key \"diff\"")]
    public void A_wrong_difficulty_is_named_before_anything_starts(string file, string said)
    {
        ConfigurationException error = Assert.Throws<ConfigurationException>(() => Plan(file));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    private static async Task<double> DifficultyAsync(IPEndPoint endpoint, string password = "x")
    {
        using TestMiner miner = await TestMiner.ConnectAsync(endpoint);
        await miner.LoginAsync(StratumHarness.Address(7), "cpuminer/2.5.1", password);
        JsonElement difficulty = await miner.ReadNotificationAsync("mining.set_difficulty");
        return difficulty.GetProperty("params")[0].GetDouble();
    }

    private static PoolOptions Read(PoolOptions options, string file)
    {
        PoolOptions read = PartOptions.Pool(Plan(file).Pools[0], 0, node: null);
        read.Check();
        return read with { DataDirectory = options.DataDirectory };
    }

    private static InstancePlan Plan(string file)
    {
        using TempFolder folder = new();
        Configuration configuration = ConfigurationLoader.Load(folder.File("c.yaml", file), [], new Dictionary<string, string>());
        return InstancePlan.Make(configuration, Roles.Pool, new Dictionary<string, string>());
    }
}
