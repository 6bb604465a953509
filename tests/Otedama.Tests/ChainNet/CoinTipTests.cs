using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.ChainNet;

/// <summary>What peers say that their coin nodes have: told, seen, and never believed of one alone.</summary>
public sealed class CoinTipTests
{
    private readonly ChainNode _node = new(); // its coin is at 99

    [Fact]
    public void A_new_coin_tip_is_told_at_once_and_then_no_more_than_five_a_minute()
    {
        HandPeer peer = new HandPeer(_node, default).Join();
        _node.Step();
        Assert.Equal((ChainNode.Block, 99u), Told(peer));
        for (int i = 0; i < 30; i++)
        {
            _node.OnBlock(Id(i), 101 + i);
            Assert.True(_node.Peers.Wake.TryTake());
            _node.Step();
            _node.Clock.Advance(2);
        }
        _node.Step();
        Assert.InRange(peer.Sent.Count(static each => each.Message == PeerMessage.CoinTip), 4, 5);
        _node.Clock.Advance(12);
        _node.Step();
        Assert.Equal((Id(29), 129u), Told(peer)); // the newest is never lost
        peer.Sent.Clear();
        _node.Clock.Advance(60);
        _node.Step();
        Assert.Null(peer.TakeSent(PeerMessage.CoinTip));
    }

    [Theory]
    [InlineData("", 0, 0, false)]
    [InlineData("out 105", 0, 0, false)] // a liar alone
    [InlineData("out 4294967295, out 99, out 99", 0, 0, false)]
    [InlineData("out 101, out 102", 2, 2, false)]
    [InlineData("in 120, in 120, in 120, out 99", 21, 3, false)] // who came to us can be anybody
    [InlineData("out 120, out 130, in 99", 21, 2, true)]
    [InlineData("out 120, out 130, out 99, in 99", 21, 2, false)] // as many say otherwise
    [InlineData("out 105, out 105, out 105", 6, 3, false)] // a node this far behind still serves
    [InlineData("out 106, out 106, out 106", 7, 3, true)]
    public void Nobody_is_believed_alone(string said, int blocks, int peers, bool isSure)
    {
        foreach (string one in said.Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = one.Split(' ');
            HandPeer peer = new HandPeer(_node, default, isOutbound: words[0] == "out").Join();
            Say(peer, uint.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture));
        }
        Assert.Equal(new CoinSight((uint)blocks, peers, isSure), _node.Peers.CoinSight);
    }

    [Fact]
    public void A_coin_node_that_stays_behind_is_said_once_and_so_is_its_return()
    {
        HandPeer one = new HandPeer(_node, default).Join(), two = new HandPeer(_node, default).Join();
        LineLogger log = new();
        CoinAlarm alarm = new(() => _node.Peers.CoinSight, _node.Clock, log);
        Say(one, 102);
        Say(two, 101);
        _node.Clock.Advance(100, alarm);
        Assert.Empty(log.Lines); // a block takes a while to go round
        _node.Clock.Advance(600, alarm);
        Assert.Contains("2 blocks behind what 2 peers see", Assert.Single(log.Lines), StringComparison.Ordinal);
        Assert.True(alarm.IsOn);
        _node.OnBlock(Id(1), 103);
        _node.Clock.Advance(20, alarm);
        Assert.Equal(2, log.Lines.Count);
        Assert.False(alarm.IsOn);
    }

    private static Hash256 Id(int number) => Sha256d.Hash(BitConverter.GetBytes(number));

    private static void Say(HandPeer peer, uint height)
    {
        byte[] body = new byte[PeerCoinTip.Bytes];
        new PeerCoinTip(Id((int)(height % 1_000)), height).Write(body);
        peer.Say(PeerMessage.CoinTip, body);
    }

    private static (Hash256, uint)? Told(HandPeer peer) =>
        peer.TakeSent(PeerMessage.CoinTip) is { } sent && PeerCoinTip.Read(sent.Body) is { } tip ? (tip.Id, tip.Height) : null;
}
