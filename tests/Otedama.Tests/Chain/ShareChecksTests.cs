using CsCheck;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Chain;

public sealed class ShareChecksTests
{
    /// <summary>The example with a value that its height allows; its proof is made anew.</summary>
    private static ShareCore Core { get; } = ExampleShare.Core with { CoinValue = 2_500_000_000 };

    private static ChainShare Valid { get; } = Mined(Core);

    [Fact]
    public void The_example_pays_less_than_the_subsidy()
    {
        ShareFault? fault = Check(ExampleShare.Share);
        Assert.Equal(ShareFault.Fields, fault?.Step);
        Assert.Contains("coin value 312500000", fault!.Reason, StringComparison.Ordinal);
        Assert.Null(ShareChecks.Link(ExampleShare.Share, ExampleShare.Parameters));
        Assert.Null(ShareChecks.CheapProof(ExampleShare.Share, ExampleShare.Coin));
    }

    [Fact]
    public void A_fault_names_the_step_of_the_rules() =>
        Assert.Equal("step 10: parent is not known", new ShareFault(ShareFault.Orphan, "parent is not known").ToString());

    [Fact]
    public void A_share_that_is_mined_passes() => Assert.Null(Check(Valid));

    /// <summary>Whoever finds somebody else's proof of work cannot say other things with it.</summary>
    [Fact]
    public void Every_byte_of_the_core_is_bound_by_the_proof() => Gen.Select(Gen.Int[0, 217], Gen.Byte[1, 255]).Sample((at, flip) =>
    {
        byte[] bytes = Valid.Bytes.ToArray();
        bytes[at] ^= flip;
        ShareFault? fault = Reread(bytes);
        Assert.True(fault is { Step: ShareFault.Bytes or ShareFault.Fields or ShareFault.Link }, $"byte {at} ^ {flip}: {fault}");
    });

    public static TheoryData<string, int, string> Mutations => new()
    {
        { "class", 4, "cap class 6" },
        { "flags", 4, "flags" },
        { "parent", 7, "merkle root" },
        { "uncles ordered", 4, "uncle 2" },
        { "uncles equal", 4, "uncle 2" },
        { "uncles many", 4, "6 uncles" },
        { "height 0", 4, "height 0" },
        { "height", 7, "merkle root" },
        { "sequence", 7, "merkle root" },
        { "time", 7, "merkle root" },
        { "time far", 4, "apart" },
        { "time huge", 4, "apart" },
        { "bits", 7, "merkle root" },
        { "bits easy", 4, "bits 21008000" },
        { "bits negative", 4, "bits 1d80ffff" },
        { "bits zero", 4, "bits 00000000" },
        { "work", 7, "merkle root" },
        { "payout", 7, "merkle root" },
        { "fee much", 4, "fee of 1001" },
        { "fee to nobody", 4, "fee of 5" },
        { "fee of nothing", 4, "fee of 0" },
        { "fee", 7, "merkle root" },
        { "software", 7, "merkle root" },
        { "coin height 0", 4, "coin height 0" },
        { "coin height high", 4, "coin height 500000001" },
        { "coin height huge", 4, "coin height 4294967295" },
        { "value low", 4, "coin value 2499999999" },
        { "value high", 4, "coin value 5000000001" },
        { "value huge", 4, "coin value 18446744073709551615" },
        { "value highest", 7, "merkle root" },
        { "witness", 7, "merkle root" },
        { "fixed many", 4, "9 fixed" },
        { "fixed empty", 4, "0 bytes" },
        { "fixed long", 4, "84 bytes" },
        { "fixed paid", 4, "fixed output of 1" },
        { "fixed", 7, "merkle root" },
        { "aux", 7, "merkle root" },
    };

    [Theory]
    [MemberData(nameof(Mutations))]
    public void A_changed_field_fails_where_the_rules_say(string change, int step, string sentence)
    {
        ChainShare share = new(Changed(change), Valid.Work);
        ShareFault? fault = Reread(share.Bytes.Span);
        Assert.Equal(step, fault?.Step);
        Assert.Contains(sentence, fault!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_way_to_the_header_or_a_changed_header_fails()
    {
        ShareWork work = Valid.Work;
        TailLink link = work.Link;
        byte[] rest = link.Rest.ToArray();
        rest[0] ^= 1;
        Assert.Equal(ShareFault.Link, Check(With(work with { Link = link with { State = Hash256.Zero } })));
        Assert.Equal(ShareFault.Link, Check(With(work with { Link = link with { Rest = rest } })));
        Assert.Equal(ShareFault.Link, Check(With(work with { Link = link with { PrefixLength = (ushort)(link.PrefixLength + 64) } })));
        Assert.Equal(ShareFault.Link, Check(With(work with { Branch = [work.Branch[1], work.Branch[0]] })));
        Assert.Equal(ShareFault.Link, Check(With(work with { Header = work.Header with { MerkleRoot = Hash256.Zero } })));
        Assert.Equal(ShareFault.Fields, Check(With(work with { Branch = [.. Enumerable.Repeat(Hash256.Zero, 17)] })));
        Assert.Equal(ShareFault.Fields, Check(With(work with { Header = work.Header with { Bits = 0x21008000 } })));
        Assert.Equal(ShareFault.Fields, Check(With(work with { Header = work.Header with { Time = work.Header.Time + 10_801 } })));
        Assert.Equal(ShareFault.CheapProof, Check(With(Missed(work))));
        Assert.Equal(0, Check(With(work with { Extranonce = new byte[12] }))); // only who knows the payees can tell (step 12)

        static ChainShare With(ShareWork changed) => new(Core, changed);
        static int Check(ChainShare share) => Reread(share.Bytes.Span)?.Step ?? 0;
    }

    [Fact]
    public void Hostile_bytes_are_judged_without_throwing() => Gen.Select(Gen.Int[0, Valid.Bytes.Length - 1], Gen.Byte.Array[1, 40]).Sample((at, noise) =>
    {
        byte[] bytes = Valid.Bytes.ToArray();
        noise.AsSpan(0, Math.Min(noise.Length, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
        Reread(bytes);
    });

    [Fact]
    public void Where_a_hash_is_dear_the_checker_is_asked_and_where_it_is_not_nobody_is()
    {
        Asked checker = new(ProofVerdict.Valid);
        Assert.Null(ShareChecks.FullProof(Valid, ExampleShare.Coin, checker));
        Assert.Equal(0, checker.Count);
        ChainCoin litecoin = ChainCoin.Of(ChainSets.For(ChainSets.Standard, CoinCatalogue.Get("ltc", "regtest")));
        ChainShare missed = new(Core, Missed(Valid.Work));
        Assert.Null(ShareChecks.CheapProof(missed, litecoin));
        Assert.Null(ShareChecks.FullProof(Valid, litecoin, checker));
        Assert.Equal(1, checker.Count);
        foreach (ProofVerdict verdict in new[] { ProofVerdict.AboveTarget, ProofVerdict.BadProof, ProofVerdict.Malformed })
        {
            Assert.Equal(ShareFault.FullProof, ShareChecks.FullProof(Valid, litecoin, new Asked(verdict))?.Step);
        }
    }

    [Fact]
    public void A_header_that_says_its_height_says_the_shares()
    {
        ChainParameters parameters = ChainSets.For(ChainSets.Standard, CoinCatalogue.Get("rvn", "regtest"));
        ChainCoin raven = ChainCoin.Of(parameters);
        ShareCore core = Core with { CoinValue = 250_000_000_000 };
        BlockHeader header = BlockHeader.Parse(new byte[120], HeaderFamily.KawPow) with { Bits = 0x207fffff, Time = Valid.Work.Header.Time };
        ChainShare wrong = new(core, Valid.Work with { Header = header with { Nonce = 151 } });
        ChainShare right = new(core, Valid.Work with { Header = header with { Nonce = 150 } });
        Assert.Contains("height 151", ShareChecks.Fields(wrong, parameters, raven)!.Reason, StringComparison.Ordinal);
        Assert.Null(ShareChecks.Fields(right, parameters, raven));
        Assert.Equal(right.Id, ChainShare.Decode(right.Bytes.Span, raven, out _)!.Id);
    }

    /// <summary>Alone, and among others.</summary>
    private static ShareFault? Check(ChainShare share)
    {
        ShareFault? alone = ShareChecks.Stateless(share, ExampleShare.Parameters, ExampleShare.Coin);
        foreach (ChainShare[] shares in (ChainShare[][])[[share], [Valid, share], [ExampleShare.Share, share, Valid], [share, Valid, Valid, share]])
        {
            ShareFault?[] faults = new ShareFault?[shares.Length];
            ShareChecks.Stateless(shares, ExampleShare.Parameters, ExampleShare.Coin, faults);
            Assert.Equal(shares.Select(each => each == share ? alone : ShareChecks.Stateless(each, ExampleShare.Parameters, ExampleShare.Coin)), faults);
        }
        return alone;
    }

    private static ShareFault? Reread(ReadOnlySpan<byte> bytes) =>
        ChainShare.Decode(bytes, ExampleShare.Coin, out ShareFault? fault) is { } share ? Check(share) : fault;

    private static ShareCore Changed(string change)
    {
        Hash256 low = ExampleShare.Hash("01" + new string('0', 60) + "ff");
        Hash256 high = ExampleShare.Hash("02" + new string('0', 62));
        PayoutKey other = ExampleShare.Payee(3);
        static FixedOutput[] Fixed(int count, ulong value, int length) => [.. Enumerable.Repeat(new FixedOutput(value, new byte[length]), count)];
        return change switch
        {
            "class" => Core with { CapClass = 6 },
            "flags" => Core with { Flags = 1 },
            "parent" => Core with { Parent = low },
            "uncles ordered" => Core with { Uncles = [high, low] },
            "uncles equal" => Core with { Uncles = [low, low] },
            "uncles many" => Core with { Uncles = [.. Enumerable.Range(0, 6).Select(static i => ExampleShare.Named($"{i}"))] },
            "height 0" => Core with { Height = 0 },
            "height" => Core with { Height = 1_002 },
            "sequence" => Core with { Sequence = 1_104 },
            "time" => Core with { TimeMs = Core.TimeMs + 1 },
            "time far" => Core with { TimeMs = (Valid.Work.Header.Time * 1_000UL) + 10_800_001 },
            "time huge" => Core with { TimeMs = ulong.MaxValue },
            "bits" => Core with { Bits = 0x207ffffe },
            "bits easy" => Core with { Bits = 0x21008000 },
            "bits negative" => Core with { Bits = 0x1d80ffff },
            "bits zero" => Core with { Bits = 0 },
            "work" => Core with { CumulativeWork = UInt128.MaxValue },
            "payout" => Core with { Payout = other },
            "fee much" => Core with { FeeBasisPoints = 1_001, FeePayout = other },
            "fee to nobody" => Core with { FeeBasisPoints = 5 },
            "fee of nothing" => Core with { FeePayout = other },
            "fee" => Core with { FeeBasisPoints = 1_000, FeePayout = other },
            "software" => Core with { SoftwareVersion = 9 },
            "coin height 0" => Core with { CoinHeight = 0 },
            "coin height high" => Core with { CoinHeight = 500_000_001, CoinValue = 0 },
            "coin height huge" => Core with { CoinHeight = uint.MaxValue, CoinValue = 0 },
            "value low" => Core with { CoinValue = 2_499_999_999 },
            "value high" => Core with { CoinValue = 5_000_000_001 },
            "value huge" => Core with { CoinValue = ulong.MaxValue },
            "value highest" => Core with { CoinValue = 5_000_000_000 },
            "witness" => Core with { WitnessCommitment = Hash256.Zero },
            "fixed many" => Core with { FixedOutputs = Fixed(9, 0, 1) },
            "fixed empty" => Core with { FixedOutputs = Fixed(1, 0, 0) },
            "fixed long" => Core with { FixedOutputs = Fixed(1, 0, 84) },
            "fixed paid" => Core with { FixedOutputs = Fixed(1, 1, 83) },
            "fixed" => Core with { FixedOutputs = Fixed(8, 0, 83) },
            "aux" => Core with { AuxRoot = low },
            _ => throw new ArgumentException(change),
        };
    }

    /// <summary>Some coinbase of the share's, the example's branch, and a header that meets the target.</summary>
    private static ChainShare Mined(ShareCore core)
    {
        byte[] coinbase = ShareCoinbase.Write(
            core, ExampleShare.Parameters.Id, Hex.Decode(ExampleShare.Extranonce), [new PayoutOutput(core.Payout.ToScript(), new Amount((long)core.CoinValue))]);
        Hash256 root = ExampleShare.Work.Branch.Aggregate(Sha256d.Hash(coinbase), Sha256d.Pair);
        ShareWork work = ExampleShare.Work with { Link = ShareCoinbase.LinkOf(coinbase), Header = ExampleShare.Work.Header with { MerkleRoot = root } };
        return new ChainShare(core, WithNonce(work, meets: true));
    }

    private static ShareWork Missed(ShareWork work) => WithNonce(work, meets: false);

    private static ShareWork WithNonce(ShareWork work, bool meets)
    {
        Target target = Target.FromCompact(0x207fffff);
        uint nonce = 0;
        while (target.IsMetBy((work.Header with { Nonce = nonce }).Id) != meets)
        {
            nonce++;
        }
        return work with { Header = work.Header with { Nonce = nonce } };
    }

    private sealed class Asked(ProofVerdict verdict) : IProofChecker
    {
        public int Count { get; private set; }

        public void Check(Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results)
        {
            Count++;
            Assert.Equal((80, 150), (data.Length, items[0].Height));
            results[0] = new ProofResult(verdict, Hash256.Zero);
        }
    }
}
