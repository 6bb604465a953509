using Otedama.Tests.Published;
using Xunit;

namespace Otedama.Tests.Labs;

/// <summary>The program behind miniupnpd and nftables, two nodes outside that connect back.</summary>
public sealed class NatLabTests
{
    [Theory]
    [InlineData("auto", "pcp")]
    [InlineData("natpmp", "natpmp")]
    [InlineData("upnp", "upnp")]
    public async Task A_node_behind_a_router_is_reached_from_outside(string setting, string method) =>
        Assert.Equal($"reachable: yes ({method})", await Lab.RunAsync("nat.sh", setting, PublishedProgram.PathOrSkip()));
}
