using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Chain;

/// <summary>A coin block every 600 s; the share chain's shares every 10 s, windows of 600.</summary>
public sealed class ForeignChainTests : ICoinBlocks
{
    private const int Window = 600;
    private const ulong BlockMs = 600_000;

    private static readonly ChainParameters s_parameters =
        ChainParameters.Parse(ChainGarden.SmallLine.Replace("|N=12|", $"|N={Window}|", StringComparison.Ordinal));

    private static readonly ulong s_start = s_parameters.GenesisTimeMs + 10_000_000;
    private readonly Dictionary<Hash256, ulong> _blocks = [];
    private ulong _number;

    public ForeignChainTests()
    {
        for (int i = 0; i < 100; i++)
        {
            _blocks.Add(Block(i), s_start + ((ulong)i * BlockMs));
        }
    }

    public ulong TipTimeMs { get; private set; } = s_start + (12 * BlockMs);

    public ulong? TimeMsOf(Hash256 block) => _blocks.TryGetValue(block, out ulong time) ? time : null;

    [Fact]
    public void The_one_with_more_work_replaces_the_other_and_not_the_reverse()
    {
        ShareChain heavy = Grow(spacing: 9_500), light = Grow(spacing: 10_000);
        Assert.Null(Refuse(heavy, light));
        Assert.Contains("have work", Refuse(light, heavy), StringComparison.Ordinal);
        Assert.Contains("have work", Refuse(light, light), StringComparison.Ordinal);
        Assert.Null(Refuse(light, new ShareChain(s_parameters)));
    }

    [Fact]
    public void Its_oldest_block_is_not_older_than_four_windows()
    {
        ShareChain heavy = Grow(9_500), light = Grow(10_000);
        TipTimeMs = s_start + (4 * Window * 10_000); // all begin on the first block
        Assert.Null(Refuse(heavy, light));
        TipTimeMs++;
        Assert.Contains("oldest share", Refuse(heavy, light), StringComparison.Ordinal);
    }

    [Fact]
    public void It_builds_on_half_as_many_known_blocks_at_least()
    {
        ShareChain light = Grow(10_000); // on 10 blocks
        Assert.Null(Refuse(Grow(9_500, block: static (_, i) => Math.Min(9, i / 120 * 2)), light)); // on 5
        Assert.Contains("known coin blocks", Refuse(Grow(9_500, block: static (_, i) => i / 150 * 3), light), StringComparison.Ordinal); // on 4
    }

    [Fact]
    public void One_share_in_ten_may_build_on_a_block_that_is_not_known()
    {
        ShareChain light = Grow(10_000);
        Assert.Null(Refuse(Grow(9_500, block: static (usual, i) => i % 10 == 5 ? 1_000 : usual), light));
        Assert.Contains("not known here", Refuse(Grow(9_500, block: static (usual, i) => i % 10 == 5 || i == 7 ? 1_000 : usual), light), StringComparison.Ordinal);
        Assert.Contains("not known here", Refuse(Grow(9_500, block: static (_, _) => 1_000), light), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_share_is_within_three_hours_of_its_block()
    {
        ShareChain light = Grow(10_000);
        TipTimeMs = s_start + (20 * BlockMs);
        Assert.Null(Refuse(Grow(9_500, block: static (usual, i) => i == 0 ? 18 : usual), light)); // 18 blocks after it: three hours
        Assert.Contains("from its coin block", Refuse(Grow(9_500, block: static (usual, i) => i == 0 ? 19 : usual), light), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9_500, 1.0, true)]
    [InlineData(9_500, 1.4, true)]
    [InlineData(9_500, 1.6, false)] // its shares take less than two thirds of its blocks' time
    [InlineData(9_500, 0.8, true)]
    [InlineData(9_500, 0.6, false)] // more than four thirds
    public void Shares_and_their_blocks_take_about_as_long(ulong spacing, double stretched, bool isTaken)
    {
        string? refusal = Refuse(Grow(spacing, block: (usual, _) => (int)Math.Round(usual * stretched)), Grow(10_000));
        Assert.True(isTaken ? refusal is null : refusal?.Contains("nine tenths", StringComparison.Ordinal) == true, refusal);
    }

    private static Hash256 Block(int number) => ExampleShare.Named($"coin block {number}");

    private string? Refuse(ShareChain candidate, ShareChain current) => ForeignChain.Refuse(candidate, current, s_parameters, this);

    /// <summary>A chain of one window; block: the number of the coin block of the share of this index, which usually is that of its time.</summary>
    private ShareChain Grow(ulong spacing, Func<int, int, int>? block = null)
    {
        ShareChain? chain = null;
        for (int i = 0; i < Window; i++)
        {
            ulong time = s_start + ((ulong)i * spacing);
            int usual = (int)((ulong)i * spacing / BlockMs);
            ShareCore core = chain is null ? Root(time) : FreeShares.Core(chain.Next(), FreeShares.Payee(1), time);
            Hash256 coinBlock = Block(block is null ? usual : block(usual, i));
            ChainShare share = FreeShares.Seal(core, s_parameters, _number++, 0x1d00ffff, payees: null, coinBlock);
            if (chain is null)
            {
                chain = ShareChain.From(s_parameters, share);
                continue;
            }
            Assert.Null(chain.Restore(share));
        }
        return chain!;
    }

    /// <summary>Anywhere in a chain, at a difficulty that leaves room either way.</summary>
    private static ShareCore Root(ulong time) => new()
    {
        CapClass = 2,
        Parent = ExampleShare.Named("before the beginning"),
        Height = 5_000,
        Sequence = 5_000,
        TimeMs = time,
        Bits = 0x1c3fffc0,
        CumulativeWork = (UInt128)1 << 60,
        Payout = FreeShares.Payee(1),
        CoinHeight = 100,
        CoinValue = FreeShares.CoinValue,
    };
}
