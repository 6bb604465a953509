using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Chain;

public sealed class ShareChainTests
{
    private static readonly PayoutKey s_payee = FreeShares.Payee(1);

    /// <summary>
    /// Every share is checked against the slow walk by its coinbase, and the map itself wherever it may stand: the window is
    /// moved forth and back over branches and through changes of its limit.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_window_is_the_slow_walk_wherever_it_goes(int seed)
    {
        ChainGarden garden = new(seed);
        Random random = new(seed);
        int reorganised = 0, uncles = 0;
        for (int i = 0; i < 300; i++)
        {
            ChainShare share = garden.Grow();
            garden.Take(share);
            reorganised += garden.Chain.Undone > 0 ? 1 : 0;
            uncles += share.Core.Uncles.Count;
            Hash256 somewhere = garden.Grown[^(1 + random.Next(Math.Min(20, garden.Grown.Count)))];
            if (garden.Chain.Find(somewhere) is null)
            {
                continue;
            }
            KeyValuePair<PayoutKey, UInt128>[] expected = [.. WindowBooks.Walk(somewhere, garden.Shares, garden.Parameters)
                .OrderBy(static pair => pair.Key).Select(static pair => KeyValuePair.Create(pair.Key, (UInt128)pair.Value))];
            KeyValuePair<PayoutKey, UInt128>[] actual = [.. garden.Chain.WindowOn(somewhere)!
                .OrderBy(static payee => payee.Key).Select(static payee => KeyValuePair.Create(payee.Key, payee.Weight))];
            Assert.Equal(expected, actual);
        }
        Assert.True(reorganised > 3 && uncles > 50, $"{reorganised} reorganisations, {uncles} uncles");
        Assert.InRange(garden.Chain.Count, 88, 300); // two windows and 64 are kept
    }

    [Fact]
    public void Replay_in_any_order_that_has_parents_first_gives_the_same_chain()
    {
        ChainGarden garden = new(9, ChainGarden.SmallLine.Replace("|N=12|", "|N=200|", StringComparison.Ordinal));
        for (int i = 0; i < 200; i++)
        {
            garden.Take(garden.Grow());
        }
        while (garden.Shares.Values.Count(share => share.Core.CumulativeWork == garden.Chain.CumulativeWork) > 1)
        {
            garden.Take(garden.Grow()); // of equal branches the first seen stays, which is no matter of bytes
        }
        Random random = new(9);
        for (int round = 0; round < 5; round++)
        {
            ShareChain replayed = new(garden.Parameters);
            List<ChainShare> open = [.. garden.Shares.Values];
            while (open.Count > 0)
            {
                int at = random.Next(open.Count);
                ShareFault? fault = replayed.Add(open[at]);
                Assert.True(fault is null or { Step: ShareFault.Orphan }, fault?.ToString());
                if (fault is null)
                {
                    open.RemoveAt(at);
                }
            }
            Assert.Equal(garden.Chain.TipId, replayed.TipId);
            Assert.Equal(garden.Chain.Count, replayed.Count);
            Assert.Equal(garden.Chain.CumulativeWork, replayed.CumulativeWork);
            Assert.Equal(Shown(garden.Chain.Next()), Shown(replayed.Next()));
            Assert.Equal(garden.Chain.SplitFor(1, 77_777, s_payee)!.Select(Shown), replayed.SplitFor(1, 77_777, s_payee)!.Select(Shown));
            Assert.Equal(garden.Chain.Newest().Select(static share => share.Id), replayed.Newest().Select(static share => share.Id));
        }
    }

    private static string Shown(PayoutOutput output) => $"{output.Amount} {Hex.Encode(output.Script.Span)}";

    private static string Shown(NextShare next) => $"{next with { Uncles = [] }} {string.Join(' ', next.Uncles.Order())}";
}
