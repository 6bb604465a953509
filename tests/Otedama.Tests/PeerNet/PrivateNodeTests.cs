using Otedama.Pool;
using Otedama.Tests.App;
using Otedama.Tests.Ledgers;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.PeerNet;

/// <summary>With p2p.private a node speaks to the nodes its operator named, whoever dialled, and to nobody else.</summary>
public sealed class PrivateNodeTests
{
    private readonly Hall _hall = new(9);

    [Fact]
    public void A_stranger_who_dials_is_told_why_he_is_not_let_in_and_is_counted()
    {
        Stranger listed = new(_hall, "60.7.1.1"), stranger = new(_hall, "61.7.1.1");
        HallNode node = new(_hall, "8.8.8.8", options => options with { IsPrivate = true, Bootstrap = [listed.Named] });
        stranger.Dial(node);
        listed.Dial(node);
        _hall.Run(5);
        Assert.Equal(listed.Id.ToString(), Assert.Single(node.Peers).Id);
        Assert.Empty(stranger.Open);
        PeerBye bye = Assert.Single(stranger.Byes);
        Assert.Equal(PeerByeCode.NotListed, bye.Code);
        Assert.Contains("not among those its operator named (p2p.private, p2p.bootstrap_nodes)", bye.Text, StringComparison.Ordinal);
        Assert.Equal(1, node.Node.Look(0).Totals!.NotListed);
        Assert.Single(listed.Open);
    }

    [Fact]
    public void An_anchor_of_the_time_before_is_not_dialled_unless_it_is_named()
    {
        Stranger listed = new(_hall, "60.7.1.1", listens: true), other = new(_hall, "61.7.1.1", listens: true);
        CrashDisk disk = new();
        Anchors.Keep(disk, "peers/anchors.dat", [new Anchor(listed.Place, listed.Id), new Anchor(other.Place, other.Id)]);
        HallNode node = new(_hall, "8.8.8.8", options => options with { IsPrivate = true, Bootstrap = [listed.Named] }, disk);
        _hall.Run(60);
        Assert.DoesNotContain(_hall.Dials, dial => dial.To.Address.Equals(other.Address));
        Assert.Single(node.Peers);
    }

    [Theory]
    [InlineData("[]", "p2p.private: true (--set), but p2p.bootstrap_nodes is empty, and a private node speaks to nobody else. Name there")]
    [InlineData("node.example:30303",
        "p2p.bootstrap_nodes: node.example:30303 has no node id, which p2p.private demands: otp2p://ID@HOST:PORT (--set)")]
    [InlineData("otp2p://0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef@node.example:30303", "")]
    public async Task A_list_that_names_nobody_is_an_error_in_words(string nodes, string problem)
    {
        using TempFolder folder = new();
        CliResult result = await Cli.RunAsync(["config", "check", "--data-dir", folder.Path, "--set", "p2p.enabled=true",
            "--set", "dht.mode=off", "--set", "p2p.private=true", "--set", $"p2p.bootstrap_nodes={nodes}"]);
        Assert.Equal(problem.Length == 0 ? 0 : 3, result.Code);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
    }
}
