using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.ChainNet;
using Otedama.Tests.Ledgers;
using Otedama.Tests.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.PeerNet;

/// <summary>Nodes with another pass, chain or coin: whom it is held against, and what the operator reads.</summary>
public sealed class OtherChainTests
{
    private const string Theirs = "compare p2p.pass, p2p.chain, node.coin and node.network with";

    private readonly Hall _hall = new(8);

    [Fact]
    public void A_named_node_of_another_chain_is_called_again_and_not_banned_and_the_gate_says_what_it_looks_like()
    {
        HallNode hub = new(_hall, "60.7.1.1", rules: EasyShares.Parameters(window: 40, pass: "right"));
        Stranger other = new(_hall, "61.7.1.1", listens: true, rules: EasyShares.Parameters(window: 40, pass: "third"));
        HallNode node = new(_hall, "8.8.8.8", options => options with { Bootstrap = [hub.Named, other.Named] },
            rules: EasyShares.Parameters(window: 40, pass: "wrong"));
        _hall.Run(300);
        Assert.InRange(_hall.Dials.Count(dial => dial.From.Equals(node.Address) && dial.To.Address.Equals(hub.Address)), 4, 12);
        Assert.Equal(0, Bans(node));
        Assert.Equal(1, Bans(hub)); // a stranger there, whom nobody named
        Assert.StartsWith($"no peer is connected, and 2 nodes that were called belong to another chain: {Theirs} theirs",
            node.Node.Look(0).Gate.Reason, StringComparison.Ordinal);
        Assert.Equal("no peer is connected; this node goes on with the chain by itself", hub.Node.Look(0).Gate.Reason);
    }

    [Fact]
    public void Who_comes_from_a_named_node_is_not_banned_either_and_that_one_is_met_when_its_pass_is_right()
    {
        ChainParameters rules = EasyShares.Parameters(window: 40, pass: "right");
        CrashDisk disk = new();
        HallNode wrong = new(_hall, "60.7.1.1", options => options with { Bootstrap = [Unnamed("8.8.8.8")] }, disk,
            rules: EasyShares.Parameters(window: 40, pass: "wrong"));
        HallNode node = new(_hall, "8.8.8.8", options => options with { Bootstrap = [Unnamed("60.7.1.1")] }, rules: rules);
        _hall.Run(120);
        Assert.Equal((0, 0), (Bans(node), Bans(wrong)));
        Assert.NotNull(node.Node.OfOtherChains);
        wrong.Stop();
        HallNode right = new(_hall, "60.7.1.1", options => options with { Bootstrap = [Unnamed("8.8.8.8")] }, disk, rules: rules);
        _hall.Run(60);
        Assert.Equal(right.Node.Id.ToString(), Assert.Single(node.Peers).Id);
        _hall.Run(600); // the address that was named is dialled no more: who listens there is connected
        Assert.Single(right.Peers);
    }

    [Fact]
    public async Task A_pool_alone_says_to_its_miners_and_in_its_view_that_the_others_are_of_another_chain()
    {
        using TempFolder folder = new();
        Stranger other = new(_hall, "61.7.1.1", listens: true, rules: EasyShares.Parameters(window: 40, pass: "theirs"));
        PoolOptions options = new()
        {
            Coin = CoinCatalogue.BitcoinRegtest,
            Nodes = [],
            DataDirectory = "pool",
            OperatorAddress = StratumHarness.Address(1),
        };
        PoolWorld world = new()
        {
            Time = _hall.Clock,
            Random = _hall.RandomFor("pool"),
            Transport = null!,
            Files = new CrashDisk(),
            Nodes = null!,
            Loggers = NullLoggerFactory.Instance,
            Peers = (identity, _, _) => _hall.NetworkOf(identity.Id, IPAddress.Parse("8.8.8.8")),
        };
        using Ledger ledger = Ledger.Open(
            new LedgerOptions { Directory = folder.Path, OperatorScript = FreeShares.Payee(1).ToScript(), Sync = LogSync.None },
            _hall.Clock, NullLogger.Instance);
        using PoolChain pool = new(HallNode.Parameters, options, ledger, NoProofs.Instance, world);
        pool.Join(new PeerNodeOptions { ChainId = HallNode.Parameters.Id, Folder = "peers", Bootstrap = [other.Named] }, null!, null!, world);
        Assert.StartsWith("no other node of the share chain is connected, so that", pool.WhyClosed!.Reason, StringComparison.Ordinal);
        for (int i = 0; i < 5; i++)
        {
            foreach (IStep step in pool.Peers!.Steps)
            {
                await step.StepAsync(default);
            }
            _hall.Run(1);
        }
        string words = $"no other node of the share chain is connected; 1 node that was called belongs to another chain: {Theirs} its own";
        Assert.Equal(words, pool.WhyClosed!.Reason);
        ChainSnapshot alone = pool.Snapshot();
        Assert.Equal(words, alone.Network.Gate.Reason);
        Assert.Empty(alone.Alarms); // it would say it twice
        new HandPeer(pool.Peers!.Chain, default).Join();
        ChainAlarm alarm = Assert.Single(pool.Snapshot().Alarms);
        Assert.Equal((ChainAlarms.OtherChain, true), (alarm.Kind, alarm.Text.StartsWith("1 node that was called", StringComparison.Ordinal)));
    }

    private static long Bans(HallNode node) =>
        node.Node.Look(0).Totals!.Bans.Single(static row => row.Reason == PeerOffence.WrongChainProof).Count;

    private static PeerAddress Unnamed(string address) =>
        PeerAddress.TryParse($"{address}:{HallNode.Port}", out PeerAddress? named, out string? error) ? named : throw new FormatException(error);
}
