using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Xunit;

namespace Otedama.Tests.ChainNet;

/// <summary>
/// A share chain of Litecoin: a header's id is not its proof of work, so that only the check of it shows which share is
/// a coin block.
/// </summary>
public sealed class DearShareTests : IDisposable
{
    /// <summary>One in four shares is a block.</summary>
    private const uint CoinBits = 0x201fffff;

    private static readonly ChainParameters s_rules = ChainParameters.Parse(
        "otedama-sharechain/1|coin=ltc|net=regtest|algo=scrypt|T=10000|N=600|W=2|pen=20|ud=3|um=5|hl=600000|dtcap=2400000"
        + "|limit=207fffff|g_ms=1767225600000|dust=5000|caps=4,7,13,47,146,367|pass=");

    private readonly CrashDisk _disk = new();
    private readonly Checker _checker = new();
    private readonly BlockOdds _odds = new();
    private ShareDesk _desk;
    private uint _made;

    public DearShareTests()
    {
        _desk = Open(_checker);
        _desk.Tell(_odds);
    }

    /// <summary>Payee 1 hands in nothing that is a block; payee 2 all he finds. Each share is hashed once.</summary>
    [Fact]
    public void Who_withholds_blocks_is_named_where_only_the_check_shows_them()
    {
        int found = 0, taken = 0;
        while (_odds.Far().Count == 0)
        {
            Assert.InRange(taken, 0, 200);
            Take(1, isBlock: false);
            found += Take(2, isBlock: null) ? 1 : 0;
            taken += 2;
        }
        BlockOdd odd = Assert.Single(_odds.Far());
        Assert.Equal((FreeShares.Payee(1), 0), (odd.Key, odd.Found));
        Assert.InRange(odd.Expected, 13, 15);
        Assert.InRange(found, 1, 40);
        Assert.Equal(taken, _checker.Calls);
    }

    /// <summary>Of what was checked before a restart nothing is hashed again, and the window's blocks are known.</summary>
    [Fact]
    public void Which_share_was_a_block_is_kept()
    {
        for (int i = 0; i < 40; i++)
        {
            Take(i % 3, isBlock: null);
        }
        (int? blocks, int shares) = Window();
        Assert.InRange(blocks!.Value, 1, shares);
        _desk.Dispose();
        Checker again = new();
        _desk = Open(again);
        Assert.Equal((blocks, shares), Window());
        Assert.Equal(0, again.Calls);
    }

    /// <summary>Kept by a version that did not note it: the number is not known until those have left the window.</summary>
    [Fact]
    public void What_was_not_noted_is_not_known()
    {
        Assert.True(StoreFormat.TryRead(StoreFormat.Write([1, 2, 3], StoreFormat.IsChecked), 9, out StoredShare stored, out _));
        Assert.Equal((true, null), (stored.IsChecked, stored.IsCoinBlock));
        foreach (bool isBlock in (bool[])[true, false])
        {
            ChainShare share = _desk.Look(static chain => Make(chain, 1, 1));
            share.NoteCoinBlock(isBlock);
            byte[] record = StoreFormat.Write(share.Bytes.Span, StoreFormat.FlagsOf(share, isChecked: true));
            Assert.True(StoreFormat.TryRead(record, ChainShare.LengthMax, out stored, out _));
            Assert.Equal((true, isBlock), (stored.IsChecked, stored.IsCoinBlock));
        }
    }

    public void Dispose() => _desk.Dispose();

    private ShareDesk Open(Checker checker) => new(s_rules, checker, WorldOf(), "chain");

    private PoolWorld WorldOf() => new()
    {
        Time = new HeldClock(DateTimeOffset.FromUnixTimeSeconds(1_900_100_000)),
        Random = SeededRandom.For(1, "desk"),
        Transport = null!,
        Files = _disk,
        Nodes = null!,
        Loggers = NullLoggerFactory.Instance,
    };

    private (int? Blocks, int Shares) Window()
    {
        ChainWindowSnapshot window = new ChainWatch(_desk, static _ => null, 2, TimeProvider.System).Window();
        return (window.Blocks, window.Shares);
    }

    /// <summary>The next share of this payee that is a block or none; null: as it comes. Whether it is one.</summary>
    private bool Take(int payee, bool? isBlock)
    {
        while (true)
        {
            ChainShare share = _desk.Look(chain => Make(chain, payee, _made++));
            bool is1 = Target.FromCompact(CoinBits).IsMetBy(Checker.HashOf(share.Work.Header.ToArray()));
            if (isBlock is null || isBlock == is1)
            {
                Assert.Equal(ArrivalKind.Taken, _desk.Arrive(share, new ShareOrigin(7, IsAskedFor: true)).Kind);
                Assert.Equal(is1, share.IsCoinBlock);
                return is1;
            }
        }
    }

    private static ChainShare Make(ShareChain chain, int payee, uint number)
    {
        ulong value = (ulong)ChainCoin.Of(s_rules).Spec.Subsidy(100).Units;
        PayoutKey payout = FreeShares.Payee(payee);
        ShareCore core = FreeShares.Core(chain.Next(), payout, 1_900_000_000_000 + (10_000UL * chain.Height)) with { CoinValue = value };
        byte[] extranonce = new byte[ShareWork.ExtranonceLength];
        BitConverter.TryWriteBytes(extranonce, number);
        byte[] coinbase = ShareCoinbase.Write(core, s_rules.Id, extranonce, chain.SplitFor(core.CapClass, value, payout)!);
        for (uint nonce = 0; ; nonce++)
        {
            BlockHeader header = new(0x20000000, ChainNode.Block, Sha256d.Hash(coinbase), (uint)(core.TimeMs / 1_000), CoinBits, nonce);
            if (Target.FromCompact(core.Bits).IsMetBy(Checker.HashOf(header.ToArray())))
            {
                return new ChainShare(core, new ShareWork
                {
                    Extranonce = extranonce,
                    Link = ShareCoinbase.LinkOf(coinbase),
                    Header = header,
                    Branch = [],
                });
            }
        }
    }

    /// <summary>Another hash than the header's id in scrypt's place; counts how often it is worked out.</summary>
    private sealed class Checker : IProofChecker
    {
        public int Calls { get; private set; }

        public static Hash256 HashOf(ReadOnlySpan<byte> header) => Sha256d.Hash([.. header, .. "scrypt"u8]);

        public void Check(Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results)
        {
            for (int i = 0; i < items.Length; i++)
            {
                Calls++;
                Hash256 hash = HashOf(data.Slice(items[i].DataOffset, items[i].DataLength));
                results[i] = new ProofResult(items[i].Target.IsMetBy(hash) ? ProofVerdict.Valid : ProofVerdict.AboveTarget, hash);
            }
        }
    }
}
