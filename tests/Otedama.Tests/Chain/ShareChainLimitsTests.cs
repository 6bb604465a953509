using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Chain;

/// <summary>What strangers can make a chain keep, and what is left of it when they try.</summary>
public sealed class ShareChainLimitsTests
{
    /// <summary>Two windows of 12 and 64.</summary>
    private const int Kept = 88;

    private static readonly ChainParameters s_parameters = ChainParameters.Parse(ChainGarden.SmallLine);
    private ulong _number;

    [Fact]
    public void A_long_chain_keeps_two_windows_and_64()
    {
        ShareChain chain = new(s_parameters);
        List<ChainShare> shares = [];
        for (int i = 1; i <= 300; i++)
        {
            shares.Add(Grow(chain, chain.TipId));
            Assert.InRange(chain.Count, Math.Min(i, Kept), Kept + 1);
        }
        Assert.Equal((Kept + 1, 300u), (chain.Count, chain.Height));
        Assert.Equal(Kept + 1, chain.Newest().Count());
        Assert.Null(chain.Find(shares[^(Kept + 2)].Id));
        Assert.NotNull(chain.Find(shares[^(Kept + 1)].Id));
        ShareCore late = FreeShares.Core(chain.Next(), FreeShares.Payee(1), 0) with { Parent = s_parameters.Id };
        Assert.Equal(ShareFault.Orphan, chain.Restore(FreeShares.Seal(late, s_parameters, _number++, 0x1d00ffff, payees: null))?.Step);
        Assert.NotNull(Grow(chain, shares[^(Kept + 1)].Id)); // the oldest kept may still be built on
    }

    [Fact]
    public void A_reorganisation_as_deep_as_is_kept_beyond_a_window_still_has_whole_windows()
    {
        ShareChain chain = new(s_parameters);
        for (int i = 0; i < 150; i++)
        {
            Grow(chain, chain.TipId);
        }
        Hash256 fork = chain.Newest().ElementAt(70).Id, at = fork, old = chain.TipId;
        for (int i = 0; i < 90 && chain.IsMain(old); i++)
        {
            Assert.NotNull(chain.WindowOn(at));
            at = Grow(chain, at).Id;
        }
        Assert.Equal((at, 70), (chain.TipId, chain.Undone));
        Assert.False(chain.IsMain(old));
    }

    [Fact]
    public void The_lightest_branches_go_when_there_are_too_many()
    {
        ShareChain chain = new(s_parameters);
        for (int i = 0; i < 20; i++)
        {
            Grow(chain, chain.TipId);
        }
        Hash256 strong = Grow(chain, chain.Newest().ElementAt(2).Id).Id;
        Hash256 stronger = Grow(chain, strong).Id;
        List<Hash256> cheap = [];
        for (int i = 0; i < 500; i++)
        {
            cheap.Add(Grow(chain, s_parameters.Id).Id);
            Assert.InRange(chain.Count, 20, 20 + Kept);
        }
        Assert.NotNull(chain.Find(strong));
        Assert.NotNull(chain.Find(stronger));
        Assert.InRange(cheap.Count(id => chain.Find(id) is not null), 40, Kept);
        Assert.Equal(20, chain.Newest().Count());
        Grow(chain, chain.TipId);
    }

    [Fact]
    public void Refused_ids_are_forgotten_oldest_first()
    {
        RefusedShares refused = new(3);
        Hash256[] ids = [.. Enumerable.Range(0, 4).Select(static i => ExampleShare.Named($"refused {i}"))];
        foreach (Hash256 id in ids.Concat(ids))
        {
            refused.Add(id, new ShareFault(ShareFault.Context, "wrong"));
        }
        Assert.Equal(3, ids.Count(id => refused.Find(id) is not null));
        Assert.NotNull(refused.Find(ids[3]));
    }

    /// <summary>Uncles and ancestors from before the beginning are believed; as soon as a window is whole, it is the same.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_chain_from_the_middle_becomes_the_same(int seed)
    {
        ChainGarden garden = new(seed);
        for (int i = 0; i < 150; i++)
        {
            garden.Take(garden.Grow());
        }
        ChainShare[] line = [.. garden.Chain.Newest().Reverse()];
        ShareChain late = ShareChain.From(garden.Parameters, line[0]);
        Assert.Null(late.SplitFor(0, 1_000, FreeShares.Payee(1)));
        foreach (ChainShare share in garden.Grown.Skip(1).Select(id => garden.Shares[id]).Where(share => share.Core.Height > line[0].Core.Height))
        {
            ShareFault? fault = late.Add(share);
            Assert.True(fault is null or { Step: ShareFault.Orphan }, fault?.ToString()); // branches from before the root
        }
        Assert.Equal(garden.Chain.TipId, late.TipId);
        Assert.Equal(garden.Chain.CumulativeWork, late.CumulativeWork);
        Assert.Equal(
            garden.Chain.SplitFor(0, 99_999, FreeShares.Payee(1))!.Select(static output => (output.Amount, Hex.Encode(output.Script.Span))),
            late.SplitFor(0, 99_999, FreeShares.Payee(1))!.Select(static output => (output.Amount, Hex.Encode(output.Script.Span))));
        Assert.Equal(garden.Chain.RecentWork(5), late.RecentWork(5));
        Assert.Equal(garden.Chain.LeastWork(64), late.LeastWork(64));
    }

    [Fact]
    public void A_root_that_claims_what_it_likes_is_no_danger()
    {
        ShareCore core = FreeShares.Core(new ShareChain(s_parameters).Next(), FreeShares.Payee(1), 0) with
        {
            Height = uint.MaxValue,
            Sequence = ulong.MaxValue,
            CumulativeWork = UInt128.MaxValue,
            Parent = ExampleShare.Named("before"),
        };
        ChainShare root = FreeShares.Seal(core, s_parameters, 1, 0x1d00ffff, payees: null);
        ShareChain chain = ShareChain.From(s_parameters, root);
        foreach (uint height in (uint[])[0, 1, uint.MaxValue])
        {
            ShareCore child = core with { Parent = root.Id, Height = height, Sequence = 0, CumulativeWork = height };
            Assert.Equal(ShareFault.Context, chain.Add(FreeShares.Seal(child, s_parameters, height, 0x1d00ffff, payees: null))?.Step);
        }
    }

    private ChainShare Grow(ShareChain chain, Hash256 parent)
    {
        NextShare next = chain.NextOn(parent);
        ShareCore core = FreeShares.Core(next, FreeShares.Payee((int)(_number % 5)), next.TimeMinMs);
        ChainShare share = FreeShares.Seal(core, s_parameters, _number++, 0x1d00ffff, payees: null);
        Assert.Null(chain.Restore(share));
        return share;
    }
}
