using Otedama.Core;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.ChainNet;

public sealed class ShareDeskTests
{
    private static readonly ShareOrigin s_peer = new(9, IsAskedFor: false), s_asked = new(9, IsAskedFor: true);
    private static readonly Hash256 s_newBlock = new(Enumerable.Repeat((byte)8, Hash256.Size).ToArray());

    private readonly ChainNode _node = new();
    private readonly Ear _ear = new();

    public ShareDeskTests()
    {
        _node.Grow(5);
        _node.Desk.Tell(_ear);
    }

    [Fact]
    public void What_is_wrong_is_found_at_its_step_and_not_passed_on()
    {
        ChainShare good = _node.Make();
        byte[] longer = [.. good.Bytes.Span, 0];
        Assert.Equal(ShareFault.Bytes, StepOf(longer));
        Assert.Equal(ShareFault.Fields, StepOf(_node.Make(change: static core => core with { CoinValue = 1 })));
        BlockHeader header = good.Work.Header;
        Assert.Equal(ShareFault.Link, StepOf(With(good, header with { MerkleRoot = Hash256.Zero })));
        ChainShare aboveTarget = Enumerable.Range(0, 1_000).Select(i => With(good, header with { Nonce = (uint)i }))
            .First(share => !Target.FromCompact(good.Core.Bits).IsMetBy(share.Work.Header.Id));
        Assert.Equal(ShareFault.CheapProof, StepOf(aboveTarget));
        Assert.Equal(ShareFault.Context, StepOf(_node.Make(change: static core => core with { Sequence = core.Sequence + 1 })));
        Assert.Equal(ShareFault.Payout, StepOf(Greedy()));
        Assert.Empty(_ear.Taken);
        Assert.Equal(ArrivalKind.Taken, _node.Desk.Arrive(good.Bytes.Span, s_peer).Kind);
        Assert.Equal(ArrivalKind.Known, _node.Desk.Arrive(good.Bytes.Span, s_peer).Kind);
        Assert.Equal(good.Id, Assert.Single(_ear.Taken));
    }

    [Fact]
    public void Children_wait_for_their_parents_and_are_taken_in_order()
    {
        ChainShare[] line = Line(5);
        foreach (ChainShare child in line.Skip(1).Reverse())
        {
            Assert.Equal(ArrivalKind.Orphan, _node.Desk.Arrive(child.Bytes.Span, s_peer).Kind);
        }
        Assert.Equal(line[..4].Select(static share => share.Id).Reverse(), _ear.Missing);
        Assert.Equal(ArrivalKind.Taken, _node.Desk.Arrive(line[0].Bytes.Span, s_asked).Kind);
        Assert.Equal(line.Select(static share => share.Id), _ear.Taken);
        Assert.Equal(line[4].Id, _node.Desk.Tip.Id);
        Assert.Equal((0, 0), _node.Desk.Waiting);
    }

    [Fact]
    public void Who_waited_for_a_refused_share_is_refused_and_its_sender_told()
    {
        ChainShare greedy = Greedy();
        ChainShare child = OnUnknown(greedy);
        Assert.Equal(ArrivalKind.Orphan, _node.Desk.Arrive(child.Bytes.Span, s_peer).Kind);
        Assert.Equal(ShareFault.Payout, StepOf(greedy));
        Assert.Equal(child.Id, Assert.Single(_ear.Refused));
        Assert.Equal((0, 0), _node.Desk.Waiting);
        Assert.Equal(ArrivalKind.Refused, _node.Desk.Arrive(OnUnknown(child).Bytes.Span, s_peer).Kind);
    }

    [Fact]
    public void One_peer_fills_only_its_own_places_for_orphans()
    {
        ChainShare unknown = Line(1)[0];
        int waiting = Enumerable.Range(0, 40).Count(i => _node.Desk.Arrive(OnUnknown(unknown, (ulong)i).Bytes.Span, s_peer).Kind == ArrivalKind.Orphan);
        Assert.Equal(OrphanPool.MaxOfPeer, waiting);
        for (int peer = 20; peer < 60; peer++)
        {
            for (ulong i = 0; i < 16; i++)
            {
                ShareOrigin origin = new(peer, IsAskedFor: false);
                Assert.Equal(ArrivalKind.Orphan, _node.Desk.Arrive(OnUnknown(unknown, ((ulong)peer * 100) + i).Bytes.Span, origin).Kind);
            }
        }
        Assert.Equal(OrphanPool.Max, _node.Desk.Waiting.Orphans);
        _node.Clock.Advance(601);
        Assert.Equal(ArrivalKind.Orphan, _node.Desk.Arrive(OnUnknown(unknown, 9_999).Bytes.Span, s_peer).Kind);
        Assert.Equal(1, _node.Desk.Waiting.Orphans);
    }

    [Fact]
    public async Task A_share_on_a_block_that_our_node_hears_of_later_waits()
    {
        ChainShare share = _node.Make(change: static core => core with { CoinHeight = 101 }, block: s_newBlock);
        Assert.Equal(ArrivalKind.Held, _node.Desk.Arrive(share.Bytes.Span, s_peer).Kind);
        _node.Clock.Advance(5, _node.Desk);
        Assert.Equal((0, 1), _node.Desk.Waiting);
        _node.Desk.Wake.TryTake();
        Assert.True(await _node.Desk.StepAsync(default) >= TimeSpan.FromSeconds(1));
        Assert.False(_node.Desk.Wake.TryTake(), "a desk that holds a share calls itself again at once");
        _node.OnBlock(s_newBlock, 101);
        _node.Clock.Advance(1.5, _node.Desk);
        Assert.Equal(share.Id, _node.Desk.Tip.Id);
        Assert.Equal(share.Id, Assert.Single(_ear.Taken));
    }

    [Fact]
    public void What_waits_too_long_is_gone_and_what_is_asked_for_does_not_wait()
    {
        ChainShare one = _node.Make(change: static core => core with { CoinHeight = 101 }, block: s_newBlock);
        _node.Desk.Arrive(one.Bytes.Span, s_peer);
        _node.Clock.Advance(12, _node.Desk);
        Assert.Equal((0, 0), _node.Desk.Waiting);
        Assert.Equal(ArrivalKind.Held, _node.Desk.Arrive(one.Bytes.Span, s_peer).Kind);
        Assert.Equal(ArrivalKind.Taken, _node.Desk.Arrive(one.Bytes.Span, s_asked).Kind);
        Assert.Equal((0, 0), _node.Desk.Waiting);
    }

    [Fact]
    public void Only_proof_of_work_gets_a_place_to_wait()
    {
        ChainShare share = _node.Make(change: static core => core with { CoinHeight = 101 }, block: s_newBlock);
        Assert.Equal(ShareFault.Link, StepOf(With(share, share.Work.Header with { MerkleRoot = Hash256.Zero })));
        Assert.Equal((0, 0), _node.Desk.Waiting);
    }

    [Theory]
    [InlineData(59, 0, ArrivalKind.Taken)]
    [InlineData(90, 31, ArrivalKind.Held)]
    [InlineData(130, 0, ArrivalKind.Ignored)]
    public void A_share_from_the_future_waits_until_our_clock_is_near(int secondsAhead, int waits, object expected)
    {
        ulong ahead = (ulong)secondsAhead * 1_000;
        ChainShare share = _node.Make(change: core => core with { TimeMs = core.TimeMs + ahead });
        Assert.Equal(expected, _node.Desk.Arrive(share.Bytes.Span, s_peer).Kind);
        _node.Clock.Advance(waits + 1, _node.Desk);
        Assert.Equal(secondsAhead < 100, _node.Desk.Tip.Id == share.Id);
    }

    [Fact]
    public void Coin_blocks_that_are_wrong_or_long_past_are_passed_over()
    {
        _node.OnBlock(s_newBlock, 110);
        Assert.Equal(ArrivalKind.Ignored, _node.Desk.Arrive(_node.Make().Bytes.Span, s_peer).Kind);
        Assert.Equal((0, 0), _node.Desk.Waiting);
    }

    /// <summary>Shares much lighter than what comes are no reason to do work, unless we asked for them.</summary>
    [Fact]
    public void Light_shares_are_passed_over_unless_they_are_asked_for()
    {
        ChainNode node = new(window: 100);
        for (int i = 0; i < 200; i++)
        {
            node.Take(node.Make()); // no time passes, and targets halve each sixty shares
        }
        Hash256 early = node.Desk.Look(static chain => chain.Newest().ElementAt(160).Id);
        ChainShare light = node.Make(early);
        Assert.Equal(ArrivalKind.Ignored, node.Desk.Arrive(light.Bytes.Span, s_peer).Kind);
        Assert.Equal(ArrivalKind.Taken, node.Desk.Arrive(light.Bytes.Span, s_asked).Kind);
    }

    private int? StepOf(ChainShare share) => StepOf(share.Bytes.ToArray());

    private int? StepOf(byte[] share)
    {
        Arrival answer = _node.Desk.Arrive(share, s_peer);
        Assert.Equal(ArrivalKind.Refused, answer.Kind);
        return answer.Fault?.Step;
    }

    private static ChainShare With(ChainShare share, BlockHeader header) => new(share.Core, share.Work with { Header = header });

    /// <summary>Everything for its maker.</summary>
    private ChainShare Greedy()
    {
        ShareCore core = _node.Make().Core;
        PayoutOutput all = new(core.Payout.ToScript(), new Amount((long)core.CoinValue));
        return EasyShares.Mine(core, _node.Parameters, [all], 77, ChainNode.Block);
    }

    /// <summary>A line on the tip that another node made.</summary>
    private ChainShare[] Line(int count)
    {
        ChainNode other = new(clock: _node.Clock);
        foreach (ChainShare share in _node.Desk.Look(chain => chain.History(chain.TipId).Reverse().OrderBy(static share => share.Core.Height).ToArray()))
        {
            other.Desk.Arrive(share, s_asked);
        }
        ChainShare[] line = new ChainShare[count];
        for (int i = 0; i < count; i++)
        {
            other.Take(line[i] = other.Make());
        }
        return line;
    }

    /// <summary>Well made as far as can be told without its parent.</summary>
    private ChainShare OnUnknown(ChainShare parent, ulong number = 1)
    {
        ShareCore core = _node.Make().Core with { Parent = parent.Id, Uncles = [], Height = parent.Core.Height + 1 };
        return EasyShares.Mine(core, _node.Parameters, [], 10_000 + number, ChainNode.Block);
    }

    private sealed class Ear : IShareListener
    {
        public List<Hash256> Taken { get; } = [];

        public List<Hash256> Missing { get; } = [];

        public List<Hash256> Refused { get; } = [];

        public void OnTaken(ChainShare share, ShareOrigin origin) => Taken.Add(share.Id);

        public void OnNext(NextShare next)
        {
        }

        public void OnMissing(Hash256 id, long peer) => Missing.Add(id);

        public void OnRefused(ChainShare share, ShareOrigin origin, ShareFault fault) => Refused.Add(share.Id);
    }
}
