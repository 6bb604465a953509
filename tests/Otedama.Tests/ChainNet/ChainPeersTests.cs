using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.ChainNet;

public sealed class ChainPeersTests
{
    private readonly ChainNode _node = new();
    private readonly HandPeer _one, _two, _three;

    public ChainPeersTests()
    {
        _node.Grow(3);
        _one = new HandPeer(_node, default).Join();
        _two = new HandPeer(_node, default).Join();
        _three = new HandPeer(_node, default).Join();
    }

    [Fact]
    public void Shares_go_to_the_nearest_peer_first()
    {
        ChainNode node = new();
        List<double> order = [];
        foreach (double ms in (double[])[80, 0, 5, 200, 30])
        {
            HandPeer peer = new HandPeer(node, node.Desk.Tip) { RoundTrip = ms > 0 ? TimeSpan.FromMilliseconds(ms) : null }.Join();
            peer.OnSend = message => order.AddRange(message == PeerMessage.Share ? [ms] : []);
        }
        node.Step();
        node.Take(node.Make());
        Assert.Equal([5, 30, 80, 200, 0], order); // who is not measured yet comes last
    }

    [Fact]
    public void A_share_goes_to_all_but_who_sent_it_and_only_once()
    {
        ChainShare share = _node.Make();
        _one.Say(PeerMessage.Share, share.Bytes.Span);
        _three.Say(PeerMessage.Share, share.Bytes.Span);
        Assert.Null(_one.TakeSent(PeerMessage.Share));
        Assert.Equal(share.Bytes.ToArray(), _two.TakeSent(PeerMessage.Share)!.Value.Body);
        Assert.Null(_two.TakeSent(PeerMessage.Share));
    }

    /// <summary>Reserved; nobody is wrong to send it.</summary>
    [Fact]
    public void A_compact_share_is_passed_over()
    {
        int said = _one.Sent.Count;
        _one.Say(PeerMessage.ShareCompact, _node.Make().Bytes.Span);
        Assert.Empty(_one.Blamed);
        Assert.Equal(said, _one.Sent.Count);
        Assert.Null(_two.TakeSent(PeerMessage.Share));
    }

    [Fact]
    public void What_is_wrong_is_not_passed_on_and_its_sender_hears_why()
    {
        byte[] bytes = _node.Make().Bytes.ToArray();
        bytes[^1] ^= 1; // of the header
        _one.Say(PeerMessage.Share, bytes);
        Assert.Single(_one.Blamed);
        Assert.NotNull(_one.TakeSent(PeerMessage.Reject));
        Assert.Null(_two.TakeSent(PeerMessage.Share));
        Assert.Empty(_two.Blamed);
    }

    [Fact]
    public void An_announced_share_is_asked_for_once_and_from_the_next_when_the_first_does_not_have_it()
    {
        ChainShare share = _node.Make();
        Announce(_one, share.Id);
        Announce(_two, share.Id);
        (uint question, byte[] asked) = _one.TakeSent(PeerMessage.GetShares)!.Value;
        Assert.Equal(share.Id.ToArray(), asked);
        Assert.Null(_two.TakeSent(PeerMessage.GetShares));
        _one.Say(PeerMessage.Shares, new byte[sizeof(uint)], question);
        (question, _) = _two.TakeSent(PeerMessage.GetShares)!.Value;
        _two.Say(PeerMessage.Shares, Answer(share), question);
        Assert.Equal(share.Id, _node.Desk.Tip.Id);
        Assert.Null(_three.TakeSent(PeerMessage.GetShares));
        Assert.Empty(_one.Blamed);
    }

    /// <summary>To announce costs nothing, so nobody else is asked for what one peer makes up, and nothing goes round for ever.</summary>
    [Fact]
    public void Ids_that_somebody_makes_up_stay_between_us()
    {
        Announce(_one, ChainNode.Block);
        (uint question, _) = _one.TakeSent(PeerMessage.GetShares)!.Value;
        _one.Say(PeerMessage.Shares, new byte[sizeof(uint)], question);
        Assert.Null(_two.TakeSent(PeerMessage.GetShares));
        Assert.Null(_one.TakeSent(PeerMessage.GetShares));
    }

    [Fact]
    public void A_missing_parent_is_asked_for_and_both_are_taken()
    {
        ChainShare[] line = Line(2);
        _one.Say(PeerMessage.Share, line[1].Bytes.Span);
        (uint question, byte[] asked) = _one.TakeSent(PeerMessage.GetShares)!.Value;
        Assert.Equal(line[0].Id.ToArray(), asked);
        _one.Say(PeerMessage.Shares, Answer(line[0]), question);
        Assert.Equal(line[1].Id, _node.Desk.Tip.Id);
        Assert.Equal(line[1].Bytes.ToArray(), _two.TakeSent(PeerMessage.Share)!.Value.Body);
    }

    [Fact]
    public void Who_does_not_answer_is_blamed_and_others_are_asked_but_not_for_ever()
    {
        ChainShare[] line = Line(2);
        _one.Say(PeerMessage.Share, line[1].Bytes.Span);
        for (int i = 0; i < 10; i++)
        {
            _node.Clock.Advance(11);
            _node.Step();
        }
        Assert.All((HandPeer[])[_one, _two, _three], peer => Assert.Equal(PeerOffence.NoAnswer, Assert.Single(peer.Blamed).Offence));
        Assert.All((HandPeer[])[_one, _two, _three], static peer => Assert.Single(peer.Sent, static each => each.Message == PeerMessage.GetShares));
    }

    [Fact]
    public void What_a_peer_that_left_was_asked_for_another_is_asked_for()
    {
        ChainShare[] line = Line(2);
        _one.Say(PeerMessage.Share, line[1].Bytes.Span);
        _one.Leave();
        Assert.Equal(line[0].Id.ToArray(), _two.TakeSent(PeerMessage.GetShares)!.Value.Body);
    }

    [Fact]
    public void Questions_are_answered_with_what_there_is()
    {
        ChainShare tip = _node.Desk.Look(static chain => chain.Tip!);
        _one.Say(PeerMessage.GetShares, [.. tip.Id.ToArray(), .. ChainNode.Block.ToArray()], 5);
        (uint question, byte[] body) = _one.TakeSent(PeerMessage.Shares)!.Value;
        Assert.Equal(5u, question);
        Assert.Equal([.. Answer(tip), 0, 0, 0, 0], body);
        _one.Say(PeerMessage.GetData, [1, .. tip.Id.ToArray(), 1, .. ChainNode.Block.ToArray()], 6);
        Assert.Equal(tip.Bytes.ToArray(), _one.TakeSent(PeerMessage.Share)!.Value.Body);
        Assert.Equal([1, .. ChainNode.Block.ToArray()], _one.TakeSent(PeerMessage.NotFound)!.Value.Body);
    }

    /// <summary>A thousand shares of a history make one TIP, not a thousand, and a share that was pushed makes one when it should be there.</summary>
    [Fact]
    public void A_tip_is_told_when_it_is_news_and_seldom()
    {
        _node.Step();
        Tips();
        ChainShare[] line = Line(20);
        foreach (ChainShare share in line)
        {
            _node.Desk.Arrive(share, new ShareOrigin(_one.Number, IsAskedFor: true));
        }
        _node.Clock.Advance(1);
        _node.Step();
        Assert.Equal(line[^1].Id, PeerTip.Read(Assert.Single(Tips())).Id);
        ChainShare pushed = Line(1)[0];
        _one.Say(PeerMessage.Share, pushed.Bytes.Span);
        _node.Clock.Advance(1);
        _node.Step();
        Assert.Empty(Tips());
        _node.Clock.Advance(5);
        _node.Step();
        Assert.Equal(pushed.Id, PeerTip.Read(Assert.Single(Tips())).Id);
    }

    [Fact]
    public void A_history_waits_for_a_peer_that_does_not_read()
    {
        byte[] body = new byte[PeerChainRequest.Bytes];
        new PeerChainRequest(Hash256.Zero, 100, 0).Write(body);
        _one.IsDeaf = true;
        _one.Say(PeerMessage.GetChain, body, 3);
        Assert.Null(_one.TakeSent(PeerMessage.Chain));
        _one.IsDeaf = false;
        _node.Step();
        (uint question, byte[] frame) = _one.TakeSent(PeerMessage.Chain)!.Value;
        Assert.Equal((3u, true), (question, PeerChainHead.Read(frame).IsEnd));
    }

    private List<byte[]> Tips()
    {
        List<byte[]> tips = [.. _two.Sent.Where(static each => each.Message == PeerMessage.Tip).Select(static each => each.Body)];
        _two.Sent.RemoveAll(static each => each.Message == PeerMessage.Tip);
        return tips;
    }

    private static void Announce(HandPeer peer, Hash256 id) => peer.Say(PeerMessage.Inv, [(byte)PeerInvKind.Share, .. id.ToArray()]);

    private static byte[] Answer(ChainShare share)
    {
        byte[] body = new byte[sizeof(uint) + share.Bytes.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(body, (uint)share.Bytes.Length);
        share.Bytes.CopyTo(body.AsMemory(sizeof(uint)));
        return body;
    }

    private ChainShare[] Line(int count)
    {
        ChainNode other = new(clock: _node.Clock);
        foreach (ChainShare share in _node.Desk.Look(chain => chain.History(chain.TipId).Reverse().OrderBy(static share => share.Core.Height).ToArray()))
        {
            other.Desk.Arrive(share, new ShareOrigin(1, IsAskedFor: true));
        }
        ChainShare[] line = new ChainShare[count];
        for (int i = 0; i < count; i++)
        {
            other.Take(line[i] = other.Make());
        }
        return line;
    }
}
