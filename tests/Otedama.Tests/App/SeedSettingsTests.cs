using Xunit;

namespace Otedama.Tests.App;

public sealed class SeedSettingsTests
{
    [Theory]
    [InlineData("p2p.dns_seeds=1.2.3.4", "p2p.dns_seeds: \"1.2.3.4\" is no host name such as seeds.example")]
    [InlineData("p2p.dns_seeds=[a.x, b..x]", "p2p.dns_seeds: \"b..x\" is no host name")]
    [InlineData("p2p.dns_seeds=-1", "p2p.dns_seeds: \"-1\" is no host name")]
    [InlineData("p2p.dns_seeds=NaN", "p2p.dns_seeds: \"NaN\" is no host name")]
    [InlineData("p2p.dns_seeds=999.1.1.1", "p2p.dns_seeds: \"999.1.1.1\" is no host name")]
    [InlineData("p2p.listen=0x10", "p2p.listen: \"0x10\" is no IP address such as 0.0.0.0 or ::")]
    [InlineData("p2p.listen=1.5", "p2p.listen: \"1.5\" is no IP address")]
    [InlineData("p2p.listen=0", "p2p.listen: \"0\" is no IP address")]
    [InlineData("p2p.listen=[fe80::1%lo]:5", "p2p.listen: \"[fe80::1%lo]:5\" is no IP address")]
    [InlineData("p2p.listen=2001:db8::1", "")]
    [InlineData("p2p.listen=0.0.0.0", "")]
    [InlineData("p2p.allow=0x10", "p2p.allow: \"0x10\" is no network")]
    [InlineData("p2p.allow=1,2,3", "\"1\" is no network")]
    [InlineData("p2p.allow= 5 ", "\"5\" is no network")]
    [InlineData("pool.guard.allow=0", "\"0\" is no network")]
    [InlineData("pool.proxy_sources=10/8", "\"10/8\" is no network")]
    [InlineData("pool.proxy_sources=10.0.0.0/+8", "\"10.0.0.0/+8\" is no network")]
    [InlineData("p2p.allow=[10.0.0.0/8, 192.0.2.7, 2001:db8::/32, ::1]", "")]
    [InlineData("pool.region_domains=pool.ex\u0007ample", "is no domain such as pool.example")]
    [InlineData("pool.region_domains=http://pool.example", "\"http://pool.example\" is no domain")]
    [InlineData("pool.region_domains=[pool.example, -1]", "\"-1\" is no domain")]
    [InlineData("pool.region_domains=[pool.example, localhost]", "")]
    [InlineData("p2p.pass=p|q", "p2p.pass: character 2 of the pass is not allowed")]
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
