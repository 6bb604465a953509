using Xunit;

namespace Otedama.Tests.App;

public sealed class SeedSettingsTests
{
    [Theory]
    [InlineData("p2p.dns_seeds=1.2.3.4", "p2p.dns_seeds: \"1.2.3.4\" is no host name such as seeds.example")]
    [InlineData("p2p.dns_seeds=[a.x, b..x]", "p2p.dns_seeds: \"b..x\" is no host name")]
    [InlineData("p2p.dns_seeds=[a.x,b.x,c.x,d.x,e.x,f.x,g.x,h.x,i.x]", "9 seeds (--set); 8 are allowed")]
    [InlineData("p2p.dns_server=seeds.example", "\"seeds.example\" is no address such as 192.0.2.53")]
    [InlineData("p2p.dns_seeds=seeds.example", "with p2p.private nobody is looked for", "p2p.private=true")]
    [InlineData("p2p.dns_seeds=seeds.example", "", "p2p.dns_server=192.0.2.53")]
    [InlineData("p2p.dns_seeds=seeds.example", "", "p2p.dns_server=[2001:db8::53]:5353")]
    public async Task Seeds_are_host_names_and_their_server_an_address(string setting, string problem, string more = "p2p.port=30303")
    {
        using TempFolder folder = new();
        CliResult result = await Cli.RunAsync(["config", "check", "--data-dir", folder.Path, "--set", "p2p.enabled=true",
            "--set", setting, "--set", more]);
        Assert.Equal(problem.Length == 0 ? 0 : 3, result.Code);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
    }
}
