using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.ChainNet;

/// <summary>Shares above the byte budget: pushed to those who ask for it, announced to the others.</summary>
public sealed class GossipTests
{
    private readonly ChainNode _node = new(gossipBudget: 20);
    private readonly HandPeer[] _peers;

    public GossipTests()
    {
        _node.Grow(3);
        _peers = [.. Enumerable.Range(0, 8).Select(i => new HandPeer(_node, default) { RoundTrip = TimeSpan.FromMilliseconds(10 * (i + 1)) }.Join())];
    }

    [Fact]
    public void Below_the_budget_all_are_pushed_to_and_above_it_who_asked()
    {
        ChainNode rich = new();
        HandPeer peer = new HandPeer(rich, default).Join();
        rich.Take(rich.Make());
        Assert.NotNull(peer.TakeSent(PeerMessage.Share));
        Eager(_peers[5], true);
        _node.Take(_node.Make());
        Assert.True(_node.Peers.IsHybrid);
        Assert.Equal([_peers[5]], _peers.Where(static each => each.TakeSent(PeerMessage.Share) is not null));
        Assert.Equal(7, _peers.Count(static each => each.TakeSent(PeerMessage.Inv) is not null));
        Eager(_peers[5], false);
        _node.Take(_node.Make());
        Assert.All(_peers, static each => Assert.Null(each.TakeSent(PeerMessage.Share)));
    }

    [Fact]
    public void The_three_nearest_and_one_by_chance_are_asked_to_be_eager_until_it_is_over()
    {
        _node.Take(_node.Make());
        Turn();
        HandPeer[] asked = [.. _peers.Where(IsAsked)];
        Assert.Equal(_peers[..3], asked[..3]);
        Assert.Equal(4, asked.Length);
        _node.Clock.Advance(61); // no share for a minute
        Turn();
        Assert.False(_node.Peers.IsHybrid);
        Assert.DoesNotContain(_peers, IsAsked);
    }

    [Fact]
    public void Between_the_budget_and_its_half_it_stays_as_it_is()
    {
        GossipMode mode = new(100);
        mode.Count(5_900, 1_000);
        Assert.False(mode.IsHybrid);
        mode.Count(200, 1_001);
        Assert.True(mode.IsHybrid);
        mode.Look(1_060); // the first second is out of the minute
        Assert.False(mode.IsHybrid);
        mode.Count(6_001, 1_061);
        mode.Look(1_119);
        Assert.True(mode.IsHybrid);
        mode.Count(3_500, 1_120);
        mode.Look(1_125);
        Assert.True(mode.IsHybrid);
        mode.Look(1_179);
        Assert.True(mode.IsHybrid);
        mode.Look(1_180);
        Assert.False(mode.IsHybrid);
        mode.Look(1_000_000);
        Assert.False(mode.IsHybrid);
    }

    [Fact]
    public void What_is_announced_may_be_pushed_first_then_one_after_the_other_is_asked()
    {
        _node.Take(_node.Make());
        ChainShare share = _node.Make();
        Announce(_peers[6], share.Id);
        Announce(_peers[7], share.Id);
        Wait(0.1);
        Assert.Null(_peers[6].TakeSent(PeerMessage.GetShares));
        Wait(0.06);
        (uint question, _) = _peers[6].TakeSent(PeerMessage.GetShares)!.Value;
        Wait(0.9);
        Assert.Null(_peers[7].TakeSent(PeerMessage.GetShares));
        Wait(0.11);
        Assert.NotNull(_peers[7].TakeSent(PeerMessage.GetShares));
        _peers[6].Say(PeerMessage.Shares, Answer(share), question);
        Assert.Equal(share.Id, _node.Desk.Tip.Id);
        Wait(5);
        Assert.All(_peers, static each => Assert.Null(each.TakeSent(PeerMessage.GetShares)));
    }

    [Fact]
    public void What_is_pushed_in_time_is_not_asked_for()
    {
        _node.Take(_node.Make());
        ChainShare share = _node.Make();
        Announce(_peers[6], share.Id);
        _peers[0].Say(PeerMessage.Share, share.Bytes.Span);
        Wait(2);
        Assert.All(_peers, static each => Assert.Null(each.TakeSent(PeerMessage.GetShares)));
    }

    /// <summary>Made-up ids show nobody late, and neither do shares that come in time.</summary>
    [Fact]
    public void Who_is_asked_and_late_three_times_is_replaced()
    {
        _node.Take(_node.Make());
        Turn();
        HandPeer[] first = [.. _peers.Where(IsAsked)];
        HandPeer other = _peers.First(each => !first.Contains(each));
        for (int i = 0; i < 5; i++)
        {
            Announce(other, Sha256d.Hash([(byte)i]));
            Wait(0.2);
        }
        Turn();
        Assert.Equal(first, _peers.Where(IsAsked));
        for (int i = 0; i < 3; i++)
        {
            ChainShare share = _node.Make();
            foreach (HandPeer good in first.Skip(1))
            {
                Announce(good, share.Id); // they have it, and only the first is late
            }
            Announce(other, share.Id);
            Wait(0.2);
            (uint question, _) = first[1].TakeSent(PeerMessage.GetShares)!.Value;
            first[1].Say(PeerMessage.Shares, Answer(share), question);
            Assert.Equal(share.Id, _node.Desk.Tip.Id);
        }
        Turn();
        Turn(); // who knows the tip already is told of it, and of the wish, after five seconds
        HandPeer[] now = [.. _peers.Where(IsAsked)];
        Assert.DoesNotContain(first[0], now);
        Assert.Equal(4, now.Length);
    }

    private readonly Dictionary<HandPeer, bool> _asked = [];

    /// <summary>What the newest TIP to it said.</summary>
    private bool IsAsked(HandPeer peer)
    {
        if (peer.TakeSent(PeerMessage.Tip) is { } tip)
        {
            _asked[peer] = PeerTip.Read(tip.Body).BeEager;
        }
        return _asked.GetValueOrDefault(peer);
    }

    private void Turn()
    {
        for (int i = 0; i < 4; i++)
        {
            Wait(1);
        }
    }

    private void Wait(double seconds)
    {
        _node.Clock.Advance(seconds);
        _node.Step();
    }

    private void Eager(HandPeer peer, bool wants)
    {
        byte[] body = new byte[PeerTip.Bytes];
        (_node.Desk.Tip with { BeEager = wants }).Write(body);
        peer.Say(PeerMessage.Tip, body);
    }

    private static void Announce(HandPeer peer, Hash256 id) => peer.Say(PeerMessage.Inv, [(byte)PeerInvKind.Share, .. id.ToArray()]);

    private static byte[] Answer(ChainShare share) => [.. BitConverter.GetBytes(share.Bytes.Length), .. share.Bytes.Span];
}
