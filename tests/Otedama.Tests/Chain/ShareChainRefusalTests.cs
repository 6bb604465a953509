using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Chain;

/// <summary>Every rule that refuses a share after its parent (steps 2, 10, 11, 12), each beside its neighbour that is taken.</summary>
public sealed class ShareChainRefusalTests
{
    private static readonly ChainParameters s_parameters = ChainParameters.Parse(ChainGarden.SmallLine);

    private readonly ShareChain _chain = new(s_parameters);
    private ulong _number;

    [Fact]
    public void A_share_is_taken_once()
    {
        ChainShare share = Mine();
        Assert.Equal(ShareFault.Known, _chain.Add(share)?.Step);
        Assert.Equal(share, _chain.Find(share.Id));
        Assert.Equal(1, _chain.Count);
    }

    [Fact]
    public void Parent_and_uncles_have_to_be_there()
    {
        ShareCore core = NextCore();
        Assert.Equal(ShareFault.Orphan, StepOf(core with { Parent = ExampleShare.Named("nobody") }));
        Assert.Equal(ShareFault.Orphan, StepOf(core with { Uncles = [ExampleShare.Named("nobody")] }));
        Assert.Null(StepOf(core));
    }

    /// <summary>An orphan is not held against it; a refused share and all after it are.</summary>
    [Fact]
    public void Refused_shares_are_remembered_and_orphans_are_not()
    {
        ShareChain other = new(s_parameters);
        ChainShare first = Seal(Core(other.Next()), other);
        Assert.Null(other.Add(first));
        ChainShare second = Seal(Core(other.Next()), other);
        Assert.Equal(ShareFault.Orphan, _chain.Add(second)?.Step);
        Assert.False(_chain.IsRefused(second.Id));
        Assert.Null(_chain.Add(first));
        Assert.Null(_chain.Add(second));

        ChainShare bad = Seal(NextCore() with { Height = 7 }, _chain);
        Assert.Equal(ShareFault.Context, _chain.Add(bad)?.Step);
        Assert.True(_chain.IsRefused(bad.Id));
        Assert.Equal(ShareFault.Known, _chain.Add(bad)?.Step);
        ChainShare child = Seal(NextCore() with { Parent = bad.Id }, _chain);
        Assert.Equal(ShareFault.Orphan, _chain.Add(child)?.Step);
        Assert.True(_chain.IsRefused(child.Id));
    }

    [Fact]
    public void Height_and_sequence_follow_the_parent()
    {
        Mine();
        ShareCore core = NextCore();
        Assert.Equal(ShareFault.Context, StepOf(core with { Height = core.Height + 1 }));
        Assert.Equal(ShareFault.Context, StepOf(core with { Height = core.Height - 1 }));
        Assert.Equal(ShareFault.Context, StepOf(core with { Sequence = core.Sequence + 1 }));
        Assert.Equal(ShareFault.Context, StepOf(core with { Sequence = core.Sequence - 1 }));
        Assert.Equal(ShareFault.Context, StepOf(core with { CumulativeWork = core.CumulativeWork + 1 }));
        Assert.Equal(ShareFault.Context, StepOf(core with { CumulativeWork = core.CumulativeWork - 1 }));
        Assert.Equal(ShareFault.Context, StepOf(core with { CumulativeWork = UInt128.MaxValue }));
        Assert.Null(StepOf(core));
    }

    [Fact]
    public void Bits_are_those_of_the_retarget()
    {
        Assert.Equal(ShareFault.Context, StepOf(NextCore() with { Bits = s_parameters.LimitBits - 1 }));
        Mine();
        Mine(); // early, so that the target falls
        ShareCore core = NextCore();
        Assert.NotEqual(s_parameters.LimitBits, core.Bits);
        Assert.Equal(ShareFault.Context, StepOf(core with { Bits = core.Bits + 1 }));
        Assert.Equal(ShareFault.Context, StepOf(core with { Bits = core.Bits - 1 }));
        Assert.Null(StepOf(core));
    }

    /// <summary>The published cases: after 0, 10, 20, 30 above 20, after 0, 10, 20 above 10; the virtual genesis counts.</summary>
    [Fact]
    public void A_time_is_above_the_median_of_its_ancestors()
    {
        Mine(time: 10);
        Mine(time: 20);
        Assert.Equal(s_parameters.GenesisTimeMs + 11, _chain.Next().TimeMinMs);
        Assert.Equal(ShareFault.Context, StepOf(NextCore() with { TimeMs = s_parameters.GenesisTimeMs + 10 }));
        Mine(time: 30);
        Assert.Equal(ShareFault.Context, StepOf(NextCore() with { TimeMs = s_parameters.GenesisTimeMs + 20 }));
        Assert.Null(StepOf(NextCore() with { TimeMs = s_parameters.GenesisTimeMs + 21 }));
    }

    [Fact]
    public void The_median_is_of_eleven()
    {
        for (uint i = 1; i <= 12; i++)
        {
            Mine(time: 10 * i);
        }
        Assert.Equal(s_parameters.GenesisTimeMs + 71, _chain.Next().TimeMinMs); // of 20 to 120
    }

    [Fact]
    public void A_coin_block_is_at_most_six_below_the_parents()
    {
        Mine();
        Assert.Equal(94u, _chain.Next().CoinHeightMin);
        Assert.Equal(ShareFault.Context, StepOf(NextCore() with { CoinHeight = 93 }));
        Assert.Null(StepOf(NextCore() with { CoinHeight = 94 }));
    }

    [Fact]
    public void The_coinbase_pays_whom_the_chain_says()
    {
        Mine();
        ShareCore core = NextCore();
        PayoutOutput[] right = [.. _chain.SplitFor(core.CapClass, core.CoinValue, core.Payout)!];
        PayoutOutput[] less = [right[0] with { Amount = right[0].Amount - new Amount(1) }, .. right[1..]];
        Assert.Equal(ShareFault.Payout, _chain.Add(FreeShares.Seal(core, s_parameters, _number++, 0x1d00ffff, less))?.Step);
        PayoutOutput[] other = [right[0] with { Script = FreeShares.Payee(77).ToScript() }, .. right[1..]];
        Assert.Equal(ShareFault.Payout, _chain.Add(FreeShares.Seal(core, s_parameters, _number++, 0x1d00ffff, other))?.Step);
        Assert.Equal(ShareFault.Payout, _chain.Add(FreeShares.Seal(core, s_parameters, _number++, 0x1d00ffff, payees: null))?.Step);
        Assert.Equal(ShareFault.Payout, StepOf(core with { FixedOutputs = [new FixedOutput(core.CoinValue + 1, new byte[1])] }, right));
        Assert.Null(_chain.Restore(FreeShares.Seal(core, s_parameters, _number++, 0x1d00ffff, payees: null)));
        Assert.Null(_chain.Add(FreeShares.Seal(core, s_parameters, _number++, 0x1d00ffff, right)));
    }

    [Fact]
    public void What_fixed_outputs_are_worth_is_not_the_payees()
    {
        Mine();
        ShareCore core = NextCore() with { FixedOutputs = [new FixedOutput(1_000, new byte[3])] };
        Assert.Equal(ShareFault.Payout, StepOf(core, _chain.SplitFor(core.CapClass, core.CoinValue, core.Payout)));
        Assert.Null(StepOf(core, _chain.SplitFor(core.CapClass, core.CoinValue - 1_000, core.Payout)));
    }

    [Fact]
    public void The_first_share_pays_itself_without_a_fee()
    {
        ShareCore core = NextCore() with { FeeBasisPoints = 500, FeePayout = FreeShares.Payee(9) };
        PayoutOutput all = new(core.Payout.ToScript(), new Amount((long)core.CoinValue));
        Assert.Equal([(all.Amount, Hex.Encode(all.Script.Span))], _chain.SplitFor(0, core.CoinValue, core.Payout)!.Select(static o => (o.Amount, Hex.Encode(o.Script.Span))));
        Assert.Null(StepOf(core));
        Assert.Equal(2, _chain.SplitFor(0, core.CoinValue, FreeShares.Payee(3))!.Count);
    }

    [Fact]
    public void Of_equal_branches_the_first_seen_stays_and_a_heavier_one_wins()
    {
        ChainShare first = Seal(NextCore(), _chain);
        ChainShare second = Seal(NextCore() with { Payout = FreeShares.Payee(2) }, _chain);
        Assert.Null(_chain.Add(first));
        Assert.Null(_chain.Add(second));
        Assert.Equal(first.Id, _chain.TipId);
        Assert.Equal(0, _chain.Undone);
        ChainShare onSecond = Seal(Core(_chain.NextOn(second.Id)) with { Payout = FreeShares.Payee(2) }, _chain);
        Assert.Null(_chain.Add(onSecond));
        Assert.Equal((onSecond.Id, 1), (_chain.TipId, _chain.Undone));
        Assert.Equal((true, true, false), (_chain.IsMain(onSecond.Id), _chain.IsMain(second.Id), _chain.IsMain(first.Id)));
        Assert.Equal([onSecond, second], _chain.Newest());
        Mine();
        Assert.Equal(0, _chain.Undone);
    }

    private ChainShare Mine(ulong time = 0)
    {
        ChainShare share = Seal(NextCore() with { TimeMs = Math.Max(_chain.Next().TimeMinMs, s_parameters.GenesisTimeMs + time) }, _chain);
        Assert.Null(_chain.Add(share));
        return share;
    }

    private ShareCore NextCore() => Core(_chain.Next());

    private static ShareCore Core(NextShare next) => FreeShares.Core(next, FreeShares.Payee(1), next.TimeMinMs);

    private int? StepOf(ShareCore core, IReadOnlyList<PayoutOutput>? payees = null) =>
        _chain.Add(payees is null ? Seal(core, _chain) : FreeShares.Seal(core, s_parameters, _number++, 0x1d00ffff, payees))?.Step;

    /// <summary>With the payouts of its parent, where there is one.</summary>
    private ChainShare Seal(ShareCore core, ShareChain chain)
    {
        IReadOnlyList<PayoutOutput> payees = chain.SplitOn(core.Parent, core.CapClass, core.CoinValue, core.Payout) ?? [];
        return FreeShares.Seal(core, s_parameters, _number++, 0x1d00ffff, payees);
    }
}
