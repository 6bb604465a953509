using Otedama.Tests.Published;
using Xunit;

namespace Otedama.Tests.Labs;

/// <summary>The program among libtorrent, Transmission and aria2, and among those who lie.</summary>
public sealed class DhtLabTests
{
    [Theory]
    [InlineData("libtorrent", "found, were found, and kept what libtorrent announced, over IPv4 and IPv6")]
    [InlineData("ids", "an enforcing libtorrent takes our ids and refuses them with a bit of the first 21 turned")]
    [InlineData("transmission", "Transmission found us, and we found Transmission")]
    [InlineData("aria2", "aria2 found us, and we found aria2")]
    [InlineData("pools", "two pools found each other through ten nodes of libtorrent")]
    [InlineData("sybil", "0 of 16 sybils were given anything to store, on 1 address and on 11")]
    [InlineData("abuse", "no trick was stored, and who floods is not heard")]
    [InlineData("poison", "thousands of forged peers led to no more than the calls that are allowed")]
    public async Task The_program_among_foreign_nodes(string scenario, string seen) =>
        Assert.Equal(seen, await Lab.RunAsync("dht.sh", scenario, PublishedProgram.PathOrSkip()));
}
