using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.ChainNet;

public sealed class ChainSyncTests
{
    private readonly ChainNode _other = new();

    [Fact]
    public void A_fresh_node_gets_all_with_uncles_and_their_branches()
    {
        _other.Grow(30);
        ChainNode node = new(clock: _other.Clock);
        HandPeer peer = new HandPeer(node, _other.Desk.Tip).Join();
        node.Step();
        peer.AnswerLike(_other);
        node.Step();
        Assert.Equal(_other.Desk.Tip, node.Desk.Tip);
        Assert.Empty(peer.Blamed);
    }

    /// <summary>Shares and uncles that are known already are no lie, nor what lies below the common ancestor.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(25)]
    public void A_node_that_was_away_gets_the_rest_and_blames_nobody(int missed)
    {
        _other.Grow(30);
        ChainNode node = Synced();
        _other.Grow(missed);
        foreach (ChainShare uncle in _other.Desk.Look(chain => chain.Newest().Take(missed).ToArray()).SelectMany(share => share.Core.Uncles)
            .Select(id => _other.Desk.Look(chain => chain.Find(id)!)))
        {
            node.Desk.Arrive(uncle, new ShareOrigin(1, IsAskedFor: true)); // some of the branches came before
        }
        HandPeer peer = new HandPeer(node, _other.Desk.Tip).Join();
        _other.Clock.Advance(4);
        node.Step();
        peer.AnswerLike(_other);
        node.Step();
        Assert.Equal(_other.Desk.Tip, node.Desk.Tip);
        Assert.Empty(peer.Blamed);
    }

    /// <summary>All frames of an answer can be here before anybody has looked at the first of them.</summary>
    [Fact]
    public void What_an_answer_has_beyond_what_was_missing_is_no_fault_of_who_sent_it()
    {
        ChainNode large = Like(window: 100, shares: 150);
        ChainNode node = Synced(large, window: 100);
        large.Grow(4);
        HandPeer peer = new HandPeer(node, large.Desk.Tip).Join();
        _other.Clock.Advance(4);
        node.Step();
        (uint correlation, List<byte[]> frames) = peer.AnswerOf(large);
        Assert.True(frames.Count > 1);
        frames.ForEach(frame => peer.Say(PeerMessage.Chain, frame, correlation));
        node.Step();
        Assert.Equal(large.Desk.Tip, node.Desk.Tip);
        Assert.Empty(peer.Blamed);
    }

    [Fact]
    public void A_wrong_byte_anywhere_is_noticed_at_once_and_the_next_peer_goes_on()
    {
        _other.Grow(30);
        Random random = new(4);
        for (int round = 0; round < 40; round++)
        {
            ChainNode node = new(clock: _other.Clock);
            HandPeer liar = new HandPeer(node, _other.Desk.Tip).Join(), honest = new HandPeer(node, _other.Desk.Tip).Join();
            node.Step();
            (liar, honest) = liar.Sent.Exists(static each => each.Message == PeerMessage.GetChain) ? (liar, honest) : (honest, liar);
            (uint correlation, List<byte[]> frames) = liar.AnswerOf(_other);
            byte[] frame = frames[0];
            frame[PeerBody.ChainHeadBytes + 4 + random.Next(600)] ^= 1; // in the first share's bytes or behind it
            if (PeerBody.Check(new PeerFrame(PeerMessageRule.Of(PeerMessage.Chain)!, correlation, frame)) != PeerFault.None)
            {
                continue; // the session says so
            }
            liar.Say(PeerMessage.Chain, frame, correlation);
            Assert.Equal(PeerOffence.InvalidShare, Assert.Single(liar.Blamed).Offence);
            node.Step();
            honest.AnswerLike(_other);
            node.Step();
            Assert.Equal(_other.Desk.Tip, node.Desk.Tip);
            Assert.Empty(honest.Blamed);
        }
    }

    [Fact]
    public void A_peer_that_leaves_is_not_blamed_and_the_next_goes_on_where_it_was()
    {
        ChainNode node = new(window: 100, clock: _other.Clock);
        ChainNode large = Like(window: 100, shares: 150);
        HandPeer one = new HandPeer(node, large.Desk.Tip).Join(), two = new HandPeer(node, large.Desk.Tip).Join();
        node.Step();
        (one, two) = one.Sent.Exists(static each => each.Message == PeerMessage.GetChain) ? (one, two) : (two, one);
        (uint correlation, List<byte[]> frames) = one.AnswerOf(large);
        Assert.True(frames.Count > 1);
        one.Say(PeerMessage.Chain, frames[0], correlation);
        int had = node.Peers.Sync.Progress!.Value.Had;
        one.Leave();
        node.Step();
        PeerChainRequest question = PeerChainRequest.Read(two.Sent.Last(static each => each.Message == PeerMessage.GetChain).Body);
        Assert.True(had > 20);
        Assert.Equal((uint)had, question.Offset);
        two.AnswerLike(large);
        node.Step();
        Assert.Equal(large.Desk.Tip, node.Desk.Tip);
        Assert.Empty(one.Blamed);
        Assert.Empty(two.Blamed);
    }

    [Fact]
    public void A_silent_peer_is_left_after_five_seconds_when_there_is_another()
    {
        _other.Grow(30);
        ChainNode node = new(clock: _other.Clock);
        HandPeer one = new HandPeer(node, _other.Desk.Tip).Join(), two = new HandPeer(node, _other.Desk.Tip).Join();
        node.Step();
        (one, two) = one.Sent.Exists(static each => each.Message == PeerMessage.GetChain) ? (one, two) : (two, one);
        node.Clock.Advance(6);
        node.Step();
        Assert.Equal(PeerOffence.NoAnswer, Assert.Single(one.Blamed).Offence);
        two.AnswerLike(_other);
        node.Step();
        Assert.Equal(_other.Desk.Tip, node.Desk.Tip);
    }

    /// <summary>Work told is work shown by the first share, and nobody stays first by telling more each time.</summary>
    [Fact]
    public void Tips_of_work_that_is_not_there_do_not_keep_a_node_from_its_chain()
    {
        _other.Grow(30);
        ChainNode node = new(clock: _other.Clock);
        PeerTip much = _other.Desk.Tip with { Work = _other.Desk.Tip.Work + 1_000_000 };
        HandPeer liar = new HandPeer(node, much).Join();
        node.Step();
        liar.AnswerLike(_other);
        Assert.Equal(PeerOffence.InvalidShare, Assert.Single(liar.Blamed).Offence);
        HandPeer honest = new HandPeer(node, _other.Desk.Tip).Join();
        Span<byte> body = stackalloc byte[PeerTip.Bytes];
        (much with { Id = ChainNode.Block }).Write(body);
        liar.Say(PeerMessage.Tip, body);
        node.Step();
        node.Step();
        honest.AnswerLike(_other);
        node.Step();
        Assert.Equal(_other.Desk.Tip, node.Desk.Tip);
        Assert.Empty(honest.Blamed);
    }

    [Fact]
    public void Who_ends_too_early_does_not_spoil_the_tip_for_others()
    {
        _other.Grow(30);
        ChainNode node = new(clock: _other.Clock);
        HandPeer liar = new HandPeer(node, _other.Desk.Tip).Join();
        node.Step();
        (uint correlation, _) = liar.AnswerOf(_other);
        byte[] end = new byte[PeerBody.ChainHeadBytes];
        new PeerChainHead(0, IsEnd: true).Write(end);
        liar.Say(PeerMessage.Chain, end, correlation);
        node.Step();
        HandPeer honest = new HandPeer(node, _other.Desk.Tip).Join();
        node.Step();
        honest.AnswerLike(_other);
        node.Step();
        Assert.Equal(_other.Desk.Tip, node.Desk.Tip);
        Assert.Empty(honest.Blamed);
    }

    [Fact]
    public void A_chain_that_begins_late_replaces_a_lighter_one_and_is_there_after_a_restart()
    {
        _other.Grow(130); // more than two windows and 64, so that nobody has its beginning
        CrashDisk disk = new();
        ChainNode node = new(files: disk, clock: _other.Clock);
        node.Grow(3);
        HandPeer peer = new HandPeer(node, _other.Desk.Tip).Join();
        node.Step();
        peer.AnswerLike(_other);
        node.Step();
        Assert.Equal(_other.Desk.Tip, node.Desk.Tip);
        Assert.Empty(peer.Blamed);
        node.Desk.Dispose();
        ChainNode again = new(files: disk, clock: _other.Clock);
        Assert.Equal(_other.Desk.Tip, again.Desk.Tip);
        ChainShare next = _other.Make();
        _other.Take(next);
        foreach (Hash256 uncle in next.Core.Uncles) // what lay beside the tip was in no history
        {
            again.Desk.Arrive(_other.Desk.Look(chain => chain.Find(uncle))!, new ShareOrigin(1, IsAskedFor: true));
        }
        Assert.Equal(ArrivalKind.Taken, again.Desk.Arrive(next.Bytes.Span, new ShareOrigin(1, IsAskedFor: true)).Kind);
        again.Desk.Dispose();
    }

    private ChainNode Synced() => Synced(_other, window: null);

    private ChainNode Synced(ChainNode other, int? window)
    {
        ChainNode node = window is { } size ? new(size, clock: _other.Clock) : new(clock: _other.Clock);
        foreach (ChainShare share in other.Desk.Look(chain => chain.History(chain.TipId).Reverse().OrderBy(static share => share.Core.Height).ToArray()))
        {
            Assert.Equal(ArrivalKind.Taken, node.Desk.Arrive(share, new ShareOrigin(1, IsAskedFor: true)).Kind);
        }
        return node;
    }

    private ChainNode Like(int window, int shares)
    {
        ChainNode node = new(window, clock: _other.Clock);
        node.Grow(shares);
        return node;
    }
}
