using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.ChainNet;

/// <summary>Where a peer's chain is by what it sends, and what of the coin's chain is held against it.</summary>
public sealed class PeerStandingTests
{
    private readonly ChainNode _node = new();
    private readonly HandPeer _one, _two;

    public PeerStandingTests()
    {
        _node.Grow(3);
        (_one, _two) = (new HandPeer(_node, default).Join(), new HandPeer(_node, default).Join());
    }

    [Fact]
    public void Who_sends_a_share_or_its_id_is_at_its_height_at_least()
    {
        Assert.Equal((0u, 0u), (HeightOf(_one), HeightOf(_two)));
        uint next = _node.Desk.Tip.Height + 1;
        ChainShare first = _node.Make();
        _one.Say(PeerMessage.Share, first.Bytes.Span);
        Assert.Equal((next, 0u), (HeightOf(_one), HeightOf(_two)));
        Announce(_two, first.Id);
        Assert.Equal((first.Id, next), (_node.Peers.TipOf(_two)!.Value.Id, HeightOf(_two)));
        ChainShare second = _node.Make();
        _node.Take(second);
        _two.Say(PeerMessage.Share, second.Bytes.Span); // known already
        Assert.Equal((next, next + 1), (HeightOf(_one), HeightOf(_two)));
        _two.Say(PeerMessage.Share, first.Bytes.Span);
        Announce(_two, first.Id);
        Assert.Equal(next + 1, HeightOf(_two));
    }

    /// <summary>Who sent a share need not be told of it, and so a peer that only listens would never be heard of.</summary>
    [Fact]
    public void Who_sends_all_shares_hears_now_and_then_that_they_were_taken()
    {
        List<uint> told = [];
        for (int second = 0; second < 60; second++)
        {
            _one.Say(PeerMessage.Share, _node.Make().Bytes.Span);
            _node.Clock.Advance(1);
            _node.Step();
            if (_one.TakeSent(PeerMessage.Tip) is { } tip)
            {
                told.Add(PeerTip.Read(tip.Body).Height);
            }
        }
        Assert.InRange(told.Count, 3, 5);
        Assert.True(told[^1] > _node.Desk.Tip.Height - 20);
    }

    [Fact]
    public void A_share_that_nobody_has_seen_good_moves_nobody()
    {
        byte[] bytes = _node.Make().Bytes.ToArray();
        bytes[^1] ^= 1; // of the header
        _one.Say(PeerMessage.Share, bytes);
        Announce(_two, Sha256d.Hash(bytes));
        Assert.Equal((0u, 0u), (HeightOf(_one), HeightOf(_two)));
    }

    [Fact]
    public void Old_shares_cost_points_when_they_are_pushed_long_after_our_coin_node_moved()
    {
        Hash256 tip = _node.Desk.Tip.Id;
        ChainShare[] old = [_node.Make(), _node.Make(), _node.Make()];
        _node.OnBlock(Sha256d.Hash([1]), 105);
        _one.Say(PeerMessage.Share, old[0].Bytes.Span);
        _node.Clock.Advance(59);
        _one.Say(PeerMessage.Share, old[1].Bytes.Span);
        Assert.Empty(_one.Blamed); // it was on its way, or one of us is catching up
        _node.Clock.Advance(1);
        _one.Say(PeerMessage.Share, old[2].Bytes.Span);
        Assert.Equal(PeerOffence.OldCoinHeight, Assert.Single(_one.Blamed).Offence);
        Assert.Equal(tip, _node.Desk.Tip.Id);
    }

    [Fact]
    public void Old_shares_that_were_asked_for_cost_nothing()
    {
        ChainShare old = _node.Make();
        _node.OnBlock(Sha256d.Hash([1]), 105);
        _node.Clock.Advance(3_600);
        Announce(_one, old.Id);
        (uint question, _) = _one.TakeSent(PeerMessage.GetShares)!.Value;
        byte[] body = new byte[sizeof(uint) + old.Bytes.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(body, (uint)old.Bytes.Length);
        old.Bytes.CopyTo(body.AsMemory(sizeof(uint)));
        _one.Say(PeerMessage.Shares, body, question);
        Assert.Empty(_one.Blamed);
    }

    private uint HeightOf(HandPeer peer) => _node.Peers.TipOf(peer)!.Value.Height;

    private static void Announce(HandPeer peer, Hash256 id) => peer.Say(PeerMessage.Inv, [(byte)PeerInvKind.Share, .. id.ToArray()]);
}
