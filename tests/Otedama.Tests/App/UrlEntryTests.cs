using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>node.urls: plain addresses and groups with a login each, from the file to what the pool is given.</summary>
public sealed class UrlEntryTests
{
    private const string Two = """
        node:
          mode: external
          network: regtest
          user: shared
          password: of-all
          urls:
            - http://127.0.0.1:18443
            - url: http://127.0.0.1:18444
              cookie: /var/lib/second/.cookie
            - {url: "http://127.0.0.1:18445", user: third, password: hunter3}
            - http://fourth:hunter4@127.0.0.1:18446
        pool: {address: bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080}
        """;

    [Fact]
    public void Each_node_has_its_own_login_or_the_shared_one()
    {
        IReadOnlyList<PoolNode> nodes = PartOptions.Pool(Plan(Two).Pools[0], 3333, node: null).Nodes;
        Assert.Equal(
            ["127.0.0.1:18443 shared of-all ", "127.0.0.1:18444   /var/lib/second/.cookie", "127.0.0.1:18445 third hunter3 ", "127.0.0.1:18446   "],
            nodes.Select(static n => $"{n.Uri.Authority} {n.User} {n.Password} {n.CookiePath}"));
        Assert.Equal("fourth:hunter4", nodes[3].Uri.UserInfo);
    }

    [Fact]
    public async Task Config_show_never_shows_a_password_of_a_node()
    {
        using TempFolder folder = new();
        CliResult result = await Cli.RunAsync(["config", "show", "--config", folder.File("otedama.yaml", Two)]);
        Assert.Contains("{url: http://127.0.0.1:18445, user: third, password: ********}", result.Out);
        Assert.Contains("http://127.0.0.1:18446", result.Out);
        Assert.DoesNotContain("hunter", result.Out + result.Error);
        Assert.DoesNotContain("of-all", result.Out + result.Error);
    }

    [Theory]
    [InlineData("test")]
    [InlineData("testnet4")]
    [InlineData("signet")]
    public void A_pool_is_planned_on_every_test_network_of_a_coin(string network)
    {
        InstancePlan plan = Plan($"""
            node: {"{"}mode: external, network: {network}, urls: ["http://127.0.0.1:1"], zmq: "tcp://127.0.0.1:28332"{"}"}
            pool: {"{"}address: tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx{"}"}
            """);
        Assert.Equal(("btc", network), (plan.Pools[0].Coin.Name, plan.Pools[0].Coin.Network));
        Assert.Equal(new Uri("tcp://127.0.0.1:28332"), PartOptions.Pool(plan.Pools[0], 3333, node: null).Nodes[0].Zmq);
        Assert.Equal(network == "signet", NodeClientGroupOptions.RulesOf(plan.Pools[0].Coin).Contains("signet"));
    }

    [Theory]
    [InlineData("zmq: nonsense", "node.zmq: zmq \"nonsense\" is not an address such as tcp://127.0.0.1:28332")]
    [InlineData("zmq: 'ipc:///tmp/x'", "is not an address such as tcp://")]
    [InlineData("zmq: 'tcp://a:1', urls: ['http://a:1', 'http://b:1']", "node.zmq: tcp://a:1 cannot publish for 2 nodes")]
    [InlineData("urls: [{url: 'http://a:1', zmq: 'tcp://a'}]", "node.urls: zmq \"tcp://a\" is not an address")]
    public void A_wrong_publisher_is_named(string node, string problem)
    {
        string urls = node.Contains("urls") ? "" : ", urls: ['http://a:1']";
        Assert.Contains(problem, Assert.Throws<ConfigurationException>(() => Plan($"node: {"{"}mode: external, {node}{urls}{"}"}")).Message);
    }

    [Theory]
    [InlineData("[{url: 'http://a:1', pasword: x}]", "unknown key \"pasword\"; did you mean password?; allowed: url, user, password, cookie, zmq")]
    [InlineData("[{user: x}]", "\"url\" is missing")]
    [InlineData("[[x]]", "expected a URL or \"url: URL\"")]
    [InlineData("[{url: [x]}]", "url: expected one value, found a list")]
    [InlineData("{url: 'http://a:1'}", "expected a list")]
    public void A_wrong_entry_is_named_with_its_line(string urls, string problem)
    {
        string message = Assert.Throws<ConfigurationException>(() => Load($"node:\n  urls: {urls}")).Message;
        Assert.Contains(problem, message);
        Assert.Contains("otedama.yaml line 2", message);
    }

    [Theory]
    [InlineData("http://u:p@h:1/x@y", "http://h:1/x@y")]
    [InlineData("http://u:p/w@h:1", "http://h:1")]
    [InlineData("u:p@h:1", "h:1")]
    [InlineData("http://h:1", "http://h:1")]
    [InlineData("/", "/")]
    public void A_login_is_hidden_wherever_it_may_stand(string url, string shown) => Assert.Equal(shown, UrlEntry.HideLogin(url));

    private static InstancePlan Plan(string text) => InstancePlan.Make(Load(text), Roles.Pool, new Dictionary<string, string>());

    private static Configuration Load(string text)
    {
        using TempFolder folder = new();
        return ConfigurationLoader.Load(folder.File("otedama.yaml", text), [], new Dictionary<string, string>());
    }
}
