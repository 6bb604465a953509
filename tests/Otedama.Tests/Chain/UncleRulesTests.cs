using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Chain;

public sealed class UncleRulesTests
{
    private static readonly ChainParameters s_parameters = ChainParameters.Parse(ChainGarden.SmallLine);

    private readonly Dictionary<string, PlacedShare> _placed = new() { ["0"] = PlacedShare.Genesis(s_parameters) };

    public UncleRulesTests()
    {
        for (int height = 1; height <= 9; height++)
        {
            Place($"{height}", on: $"{height - 1}");
        }
    }

    /// <summary>A share at 10: heights 7 to 9 are near enough.</summary>
    [Fact]
    public void An_uncle_is_one_to_three_heights_below()
    {
        Place("7'", on: "6");
        Place("9'", on: "8");
        Place("6'", on: "5");
        Place("10'", on: "9");
        Assert.Null(Refuse("7'"));
        Assert.Null(Refuse("9'"));
        Assert.NotNull(Refuse("6'"));
        Assert.NotNull(Refuse("10'"));
    }

    [Fact]
    public void An_ancestor_is_none()
    {
        Assert.NotNull(Refuse("9"));
        Assert.NotNull(Refuse("7"));
        Place("9'", on: "8");
        Assert.Null(Refuse("9'"));
        Assert.NotNull(UncleRules.Refuse(_placed["2"], _placed["0"], 3)); // nor is the virtual genesis
    }

    /// <summary>The published case: a branch that left the chain at 6 may give any of its three, one that left at 5 none.</summary>
    [Fact]
    public void A_branch_left_the_chain_at_most_four_heights_below()
    {
        Place("7'", on: "6");
        Place("8'", on: "7'");
        Place("9'", on: "8'");
        Assert.Null(Refuse("7'"));
        Assert.Null(Refuse("8'"));
        Assert.Null(Refuse("9'"));
        Place("6''", on: "5");
        Place("7''", on: "6''");
        Place("8''", on: "7''");
        Place("9''", on: "8''");
        Assert.NotNull(Refuse("7''"));
        Assert.NotNull(Refuse("8''"));
        Assert.NotNull(Refuse("9''"));
    }

    [Fact]
    public void The_virtual_genesis_may_be_what_branches_have_in_common()
    {
        Place("1'", on: "0");
        Place("2'", on: "1'");
        Place("3'", on: "2'");
        Assert.Null(UncleRules.Refuse(_placed["3"], _placed["3'"], 3));
        Assert.Null(UncleRules.Refuse(_placed["3"], _placed["1'"], 3));
        Assert.NotNull(UncleRules.Refuse(_placed["4"], _placed["3'"], 3));
        Assert.NotNull(UncleRules.Refuse(_placed["4"], _placed["1'"], 3));
    }

    [Fact]
    public void None_is_listed_twice_along_a_chain()
    {
        Place("7'", on: "6");
        Place("8+", on: "7", "7'");
        Place("9+", on: "8+");
        Assert.Null(UncleRules.Refuse(_placed["8"], _placed["7'"], 3));
        Assert.NotNull(UncleRules.Refuse(_placed["8+"], _placed["7'"], 3));
        Assert.NotNull(UncleRules.Refuse(_placed["9+"], _placed["7'"], 3));
        Assert.Null(UncleRules.Refuse(_placed["9"], _placed["7'"], 3)); // listed on another branch only
    }

    [Fact]
    public void Other_depths_are_as_deep()
    {
        Place("9'", on: "8");
        Place("8'", on: "7");
        Assert.Null(UncleRules.Refuse(_placed["9"], _placed["9'"], 1));
        Assert.NotNull(UncleRules.Refuse(_placed["9"], _placed["8'"], 1));
        Assert.NotNull(UncleRules.Refuse(_placed["9"], _placed["9'"], 0));
    }

    /// <summary>Miners list every share they may, the oldest first where there are too many, by ids.</summary>
    [Fact]
    public void The_next_share_lists_the_oldest_five_by_id()
    {
        ShareChain chain = new(s_parameters);
        ulong number = 0;
        List<ChainShare> beside = [];
        for (int height = 1; height <= 3; height++)
        {
            NextShare next = chain.Next() with { Uncles = [] };
            ulong sequence = (ulong)height;
            UInt128 work = next.CumulativeWork - chain.Next().Uncles.Aggregate(UInt128.Zero, (sum, id) => sum + ShareDifficulty.Work(chain.Find(id)!.Core.Bits, 0));
            for (int i = 0; i < 4; i++)
            {
                ShareCore core = FreeShares.Core(next with { Sequence = sequence, CumulativeWork = work }, FreeShares.Payee(i), next.TimeMinMs);
                ChainShare share = FreeShares.Seal(core, s_parameters, number++, 0x1d00ffff, payees: null);
                Assert.Null(chain.Restore(share));
                beside.Add(share);
            }
        }
        Hash256[] oldest = [.. beside.Where(share => !chain.IsMain(share.Id)).Select(static share => share.Id).Take(5)];
        Array.Sort(oldest, ChainShare.CompareIds);
        NextShare last = chain.Next();
        Assert.Equal(oldest, last.Uncles);
        Assert.Equal((4u, 9ul), (last.Height, last.Sequence));
        Assert.Null(chain.Restore(FreeShares.Seal(FreeShares.Core(last, FreeShares.Payee(1), 0), s_parameters, number, 0x1d00ffff, payees: null)));
        Assert.Equal(4, chain.Next().Uncles.Count); // the rest
    }

    private string? Refuse(string uncle) => UncleRules.Refuse(_placed["9"], _placed[uncle], 3);

    private void Place(string name, string on, params string[] uncles)
    {
        PlacedShare parent = _placed[on];
        ShareCore core = new()
        {
            CapClass = 0,
            Parent = parent.Id,
            Uncles = [.. uncles.Select(uncle => _placed[uncle].Id)],
            Height = parent.Height + 1,
            Sequence = 1,
            TimeMs = 1,
            Bits = 0x1d00ffff,
            CumulativeWork = 1,
            Payout = FreeShares.Payee(1),
            CoinHeight = 1,
            CoinValue = 1,
        };
        ChainShare share = FreeShares.Seal(core, s_parameters, (ulong)_placed.Count, 0x1d00ffff, payees: null);
        _placed.Add(name, PlacedShare.Of(share, parent, [.. uncles.Select(uncle => _placed[uncle])], 1, s_parameters));
    }
}
