using Otedama.Core;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.ChainNet;

/// <summary>Cut off, uncles, withheld blocks: when an alarm rises, and how seldom for nothing.</summary>
public sealed class ChainAlarmTests
{
    [Theory]
    [InlineData(0, 13.8, 1.0139e-6)]
    [InlineData(0, 1, 0.367879)]
    [InlineData(2, 3, 0.42319)]
    [InlineData(27, 60, 1.4635e-6)]
    [InlineData(100, 100, 0.526562)]
    [InlineData(5, 0, 1)]
    [InlineData(3_000, 2_000, 1)]
    public void Chances_are_those_of_Poisson(long count, double expected, double chance) =>
        Assert.Equal(1, Poisson.AtMost(count, expected) / chance, 0.02);

    /// <summary>A tenth of the shares are ours.</summary>
    [Fact]
    public void Who_is_cut_off_knows_it_within_a_quarter_of_an_hour_and_forgets_it_within_hours()
    {
        ChainNode node = new(window: 600);
        PayoutKey own = FreeShares.Payee(0);
        PartitionWatch watch = new(node.Desk, key => key == own, node.Clock);
        node.GrowFast(10 * 60, payees: 10);
        node.Clock.Advance(0, watch);
        Assert.Null(watch.Alarm);
        DateTimeOffset cut = node.Clock.GetUtcNow();
        while (watch.Alarm is null)
        {
            Own(node, own, watch);
            Assert.True(node.Clock.GetUtcNow() - cut < TimeSpan.FromMinutes(15), "no alarm");
        }
        Assert.True(node.Clock.GetUtcNow() - cut > TimeSpan.FromMinutes(4));
        while (watch.Alarm is not null)
        {
            Own(node, own, watch);
        }
        Assert.InRange((node.Clock.GetUtcNow() - cut).TotalHours, 1.5, 3); // nobody is shut out for ever
    }

    [Fact]
    public void Shares_that_come_again_end_it_and_a_chain_of_our_own_raises_none()
    {
        ChainNode node = new(window: 600);
        PayoutKey own = FreeShares.Payee(0);
        PartitionWatch watch = new(node.Desk, key => key == own, node.Clock);
        node.GrowFast(8 * 60, payees: 2);
        while (watch.Alarm is null)
        {
            Own(node, own, watch);
        }
        node.GrowFast(60, payees: 4);
        node.Clock.Advance(10, watch);
        Assert.Null(watch.Alarm);
        PartitionWatch alone = new(node.Desk, static _ => true, node.Clock);
        node.Clock.Advance(7_200, alone);
        Assert.Null(alone.Alarm);
    }

    [Fact]
    public void An_address_with_far_more_uncles_than_others_is_named()
    {
        Random random = new(3);
        List<SeenShare> shares = [];
        for (int i = 0; i < 2_160; i++)
        {
            int key = i % 20;
            shares.Add(Seen(key, random.NextDouble() < (key == 7 ? 0.3 : 0.05) ? ShareRole.Uncle : ShareRole.Main));
        }
        UncleRate rate = Assert.Single(UncleRates.Far(shares));
        Assert.Equal((FreeShares.Payee(7), 108), (rate.Key, rate.Shares));
        Assert.InRange(rate.Uncles, 20, 50);
        Assert.Empty(UncleRates.Far([.. shares.Where(static share => share.Share.Core.Payout != FreeShares.Payee(7))]));
        Assert.Empty(UncleRates.Far([]));
    }

    /// <summary>One in four hashes of a share is a block here; the liar keeps his for himself.</summary>
    [Fact]
    public void Who_withholds_every_block_is_named_before_fifteen_were_expected()
    {
        BlockOdds odds = new();
        uint number = 0;
        while (odds.Far().Count == 0)
        {
            odds.Count(Share(1, ref number, isBlock: false));
            odds.Count(Share(2, ref number, isBlock: null));
        }
        BlockOdd odd = Assert.Single(odds.Far());
        Assert.Equal((FreeShares.Payee(1), 0), (odd.Key, odd.Found));
        Assert.InRange(odd.Expected, 13, 15);
    }

    /// <summary>10,000 honest addresses of 30 expected blocks; the first look that finds one is counted.</summary>
    [Fact]
    public void Of_ten_thousand_honest_addresses_none_is_named_in_a_month()
    {
        Random random = new(1);
        int named = 0;
        for (int key = 0; key < 10_000; key++)
        {
            double at = 0;
            for (int found = 0; at < 30; found++)
            {
                at += -Math.Log(1 - random.NextDouble());
                if (BlockOdds.IsFar(found, Math.Min(at, 30)))
                {
                    named++;
                    break;
                }
            }
        }
        Assert.Equal(0, named);
    }

    [Fact]
    public void What_was_counted_is_there_after_a_restart_and_a_broken_file_is_nothing()
    {
        BlockOdds odds = new();
        uint number = 0;
        for (int i = 0; i < 60; i++)
        {
            odds.Count(Share(1, ref number, isBlock: false));
        }
        byte[] kept = odds.Save();
        BlockOdds again = new();
        Assert.True(again.TryLoad(kept));
        Assert.Equal(odds.Far(), again.Far());
        Assert.Equal(kept, again.Save());
        Assert.False(again.TryLoad(kept.AsSpan(0, kept.Length - 1)));
        Assert.False(again.TryLoad([2, .. kept.AsSpan(1)]));
        Assert.False(again.TryLoad([]));
        kept[1] = 9; // no payout type
        Assert.False(again.TryLoad(kept));
    }

    private static void Own(ChainNode node, PayoutKey own, PartitionWatch watch)
    {
        node.Clock.Advance(100, watch);
        node.Take(node.Make(change: core => core with { Payout = own }));
    }

    private static SeenShare Seen(int key, ShareRole role)
    {
        uint number = (uint)key;
        return new SeenShare(Share(key, ref number, isBlock: null), 2, role);
    }

    /// <summary>Work of a share 2, of a block 8. isBlock: whether its header is one; null: as it comes.</summary>
    private static ChainShare Share(int key, ref uint number, bool? isBlock)
    {
        ChainParameters rules = EasyShares.Parameters(40);
        NextShare next = new ShareChain(rules).Next();
        while (true)
        {
            ShareCore core = FreeShares.Core(next, FreeShares.Payee(key), 1_900_000_000_000 + (1_000UL * number++));
            ChainShare share = FreeShares.Seal(core, rules, number, coinBits: 0x201fffff, payees: null);
            share.NoteProof(share.Work.Header.Id);
            if (isBlock is null || EasyShares.IsBlock(share) == isBlock)
            {
                return share;
            }
        }
    }
}
