using Otedama.Core;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>From the configuration to what the pool is told.</summary>
public sealed class PoolSettingsTests
{
    private const string Node = "node: {mode: external, coin: btc, urls: [\"http://127.0.0.1:8332\"]}\n";
    private const string Address = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2";

    [Fact]
    public void Limits_of_accounts_and_the_exact_fee_reach_the_pool()
    {
        PoolOptions options = Options("accounts_max: 7, workers_max: 3, fee: 0.015000");
        Assert.Equal((7, 3), (options.AccountsMax, options.WorkersMax));
        Assert.Equal(new FeeRate(15_000), FeeRate.FromPercent(options.FeePercent));
    }

    [Theory]
    [InlineData("pplns", PayoutScheme.Pplns)]
    [InlineData("pps", PayoutScheme.Pps)]
    [InlineData("solo", PayoutScheme.Solo)]
    public void Every_scheme_can_be_chosen(string name, PayoutScheme scheme) =>
        Assert.Equal(scheme, Options($"scheme: {name}").Scheme);

    [Fact]
    public void The_threads_that_check_shares_can_be_chosen()
    {
        Assert.Equal(3, Options("verifiers: 3").VerifierCount);
        Assert.InRange(Options("verifiers: 0").VerifierCount, 1, 4);
    }

    [Fact]
    public void Defaults_are_those_of_the_pool_itself()
    {
        PoolOptions options = Options("enabled: true");
        Assert.Equal((65_536, 1_000, 1m), (options.AccountsMax, options.WorkersMax, options.FeePercent));
        options.Check();
    }

    private static PoolOptions Options(string pool)
    {
        string text = $"{Node}pool: {{address: {Address}, {pool}}}\n";
        using TempFolder folder = new();
        Configuration configuration = ConfigurationLoader.Load(folder.File("c.yaml", text), [], new Dictionary<string, string>());
        InstancePlan plan = InstancePlan.Make(configuration, Roles.Pool, new Dictionary<string, string>());
        return PartOptions.Pool(plan.Pools[0], 3333, node: null);
    }
}
