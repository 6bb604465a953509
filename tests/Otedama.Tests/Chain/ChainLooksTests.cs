using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Chain;

/// <summary>What people see of a chain is what the rules reckon with.</summary>
public sealed class ChainLooksTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Grown_chains_show_the_shares_that_are_paid_and_what_lies_beside_them(int seed)
    {
        ChainGarden garden = new(seed);
        bool hadUncle = false, hadBeside = false;
        for (int i = 0; i < 150; i++)
        {
            garden.Take(garden.Grow());
            ShareChain chain = garden.Chain;
            IReadOnlyList<SeenShare> paid = chain.PaidShares();
            HashSet<PayoutKey> named = [.. paid.SelectMany(static p => (PayoutKey[])[p.Share.Core.Payout, p.Share.Core.FeePayout])];
            Assert.True(named.IsSupersetOf(chain.Payees()!.Select(static payee => payee.Key)));
            UInt128 all = chain.Payees()!.Aggregate(UInt128.Zero, static (sum, payee) => sum + payee.Weight);
            UInt128 seen = paid.Aggregate(UInt128.Zero, static (sum, share) => sum + share.Work);
            Assert.True(seen >= all); // the last may count in part
            IReadOnlyList<SeenShare> graph = chain.Graph(10);
            Assert.Equal(
                chain.Newest().Take(10).Select(static share => share.Id),
                graph.Where(static share => share.Role == ShareRole.Main).Select(static share => share.Share.Id));
            Assert.Equal(graph.Count, graph.Select(static share => share.Share.Id).Distinct().Count());
            Assert.Equal(graph.OrderByDescending(static share => share.Share.Core.Height).Select(static s => s.Share.Core.Height), graph.Select(static s => s.Share.Core.Height));
            HashSet<Hash256> listed = [.. graph.Where(static s => s.Role == ShareRole.Main).SelectMany(static s => s.Share.Core.Uncles)];
            Assert.All(graph, share => Assert.Equal(share.Role == ShareRole.Uncle, listed.Contains(share.Share.Id)));
            hadUncle |= graph.Any(static share => share.Role == ShareRole.Uncle);
            hadBeside |= graph.Any(static share => share.Role == ShareRole.Beside);
        }
        Assert.True(hadUncle && hadBeside);
    }

    [Fact]
    public void An_explained_split_pays_what_the_split_pays()
    {
        Random random = new(7);
        for (int turn = 0; turn < 200; turn++)
        {
            ChainPayee[] payees = [.. Enumerable.Range(0, random.Next(1, 40)).Select(i => new ChainPayee(FreeShares.Payee(i), (UInt128)random.Next(1, 1_000_000)))];
            ulong reward = (ulong)random.Next(1, 2_000_000);
            Hash256 seed = Sha256d.Hash([(byte)turn]);
            (ChainPayout[] exact, ChainPayout[] slots) = ChainSplit.Explain([.. payees], reward, 7, 5_000, seed);
            ChainPayout[] plain = ChainSplit.Of([.. payees], reward, 7, 5_000, seed);
            Assert.Equal(plain.Select(static p => (p.Key, p.Amount)).Order(), exact.Concat(slots).Select(static p => (p.Key, p.Amount)).Order());
            UInt128 all = payees.Aggregate(UInt128.Zero, static (sum, payee) => sum + payee.Weight);
            Assert.All(exact, payout =>
            {
                double part = (double)payees.Single(payee => payee.Key == payout.Key).Weight / (double)all * reward;
                Assert.InRange(payout.Amount, part - payees.Length, part + payees.Length);
            });
        }
    }

    [Fact]
    public void A_pass_is_not_in_the_words_for_people()
    {
        ChainParameters parameters = ChainSets.For(ChainSets.Nano, CoinCatalogue.Otedama, "open sesame");
        Assert.EndsWith("|pass=***", parameters.ToString());
        Assert.EndsWith("|pass=open sesame", parameters.Line);
        Assert.Equal(ChainSets.Nano, ChainSets.NameOf(parameters));
        Assert.Null(ChainSets.NameOf(ChainParameters.Parse(ChainGarden.SmallLine)));
    }
}
