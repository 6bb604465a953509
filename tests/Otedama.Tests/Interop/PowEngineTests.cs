using Otedama.Core;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Interop;

public sealed class PowEngineTests
{
    private const string Genesis =
        "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f61"
        + "7fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";

    private static readonly byte[] s_header = Hex.Decode(Genesis);

    private static readonly Hash256 s_hash =
        Hash256.FromDisplay("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");

    private static PowWork Work(ulong first, ulong count, Target target) => new()
    {
        Tag = 42,
        Data = s_header,
        NonceFirst = first,
        NonceCount = count,
        Target = target,
    };

    [Fact]
    public void Finds_the_nonce_of_the_first_block()
    {
        using PowEngine engine = PowEngine.Create(Algorithm.Sha256d);
        PowHit[] hits = new PowHit[4];
        PowScan scan = engine.Scan([Work(0x7c2bac00, 1000, Target.BitcoinOne)], hits, Patience.Limit);
        Assert.Equal(1, scan.HitCount);
        Assert.Equal(1, scan.WorkIndex);
        Assert.Equal(1000ul, scan.Hashes);
        Assert.False(scan.Cancelled);
        Assert.Equal((42ul, 0x7c2bac1dul, 1u, s_hash), (hits[0].Tag, hits[0].Nonce, hits[0].Version, hits[0].Hash));
        Assert.Empty(hits[0].Proof);
    }

    [Fact]
    public void A_cancelled_scan_says_so_and_the_engine_goes_on_working()
    {
        using PowEngine engine = PowEngine.Create(Algorithm.Sha256d);
        PowHit[] hits = new PowHit[4];
        engine.Cancel();
        Assert.True(engine.Scan([Work(0, 1 << 30, default)], hits, Patience.Limit).Cancelled);
        Assert.False(engine.Scan([Work(0, 1000, default)], hits, Patience.Limit).Cancelled);
    }

    [Fact]
    public void A_disposed_engine_refuses_and_cancel_stays_harmless()
    {
        PowEngine engine = PowEngine.Create(Algorithm.Sha256d);
        engine.Dispose();
        engine.Dispose();
        engine.Cancel();
        Assert.Throws<ObjectDisposedException>(() => engine.Scan([Work(0, 1, default)], new PowHit[1], TimeSpan.Zero));
    }

    [Fact]
    public void A_nonce_range_past_32_bits_is_refused_with_a_reason()
    {
        using PowEngine engine = PowEngine.Create(Algorithm.Sha256d);
        NativeException error = Assert.Throws<NativeException>(
            () => engine.Scan([Work(0xffffffff, 2, default)], new PowHit[1], Patience.Limit));
        Assert.Equal("OTD_E_ARGUMENT", error.StatusName);
        Assert.Contains("2^32", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_algorithm_is_refused()
    {
        Assert.Throws<NativeException>(() => PowEngine.Create((Algorithm)99));
        Assert.Throws<NativeException>(() => Catalogue.SelfTest((Algorithm)99));
    }

    [Fact]
    public void Every_supported_flavour_passes_its_self_test_and_one_is_selected()
    {
        Assert.NotEmpty(Catalogue.Algorithms());
        foreach (AlgorithmInfo info in Catalogue.Algorithms())
        {
            Assert.Single(info.Flavours, flavour => flavour.Selected);
            Assert.Equal("ref", info.Flavours[^1].Name);
            foreach (FlavourInfo flavour in info.Flavours.Where(flavour => flavour.Supported))
            {
                Catalogue.SelfTest(info.Algorithm, flavour.Index);
            }
        }
        Assert.NotEmpty(Catalogue.Devices());
    }

    [Fact]
    public void The_checker_tells_valid_from_above_target_and_malformed()
    {
        NativeProofChecker checker = new();
        ProofItem[] items =
        [
            new(0, 80, 0, new Target(s_hash.ToNumber())),
            new(0, 80, 0, new Target(s_hash.ToNumber() - UInt256.One)),
            new(0, 79, 0, Target.Max),
            new(80, 80, 0, Target.Max),
        ];
        ProofResult[] results = new ProofResult[items.Length];
        checker.Check(Algorithm.Sha256d, items, [.. s_header, .. new byte[80]], results);
        Assert.Equal(
            [ProofVerdict.Valid, ProofVerdict.AboveTarget, ProofVerdict.Malformed, ProofVerdict.Valid],
            results.Select(result => result.Verdict));
        Assert.Equal(s_hash, results[0].Hash);
        Assert.Equal(s_hash, results[1].Hash);
        Assert.True(results[2].Hash.IsZero);
    }

    [Fact]
    public void The_checker_refuses_items_outside_the_data()
    {
        NativeProofChecker checker = new();
        ProofResult[] results = new ProofResult[1];
        Assert.Throws<NativeException>(
            () => checker.Check(Algorithm.Sha256d, [new(1, 80, 0, Target.Max)], s_header, results));
        Assert.Throws<NativeException>(
            () => checker.Check(Algorithm.Sha256d, [new(-1, 80, 0, Target.Max)], s_header, results));
        checker.Check(Algorithm.Sha256d, [], [], []);
    }

    [Fact]
    public void Merkle_roots_equal_hashing_by_hand()
    {
        byte[] prefix = [.. Enumerable.Range(0, 70).Select(i => (byte)i)];
        byte[] suffix = [9, 8, 7];
        byte[] branches = [.. Enumerable.Range(0, 64).Select(i => (byte)(3 * i))];
        byte[] extranonces = [1, 2, 3, 4, 5, 6];
        byte[] roots = new byte[96];
        BitcoinHash.MerkleRoots(roots, extranonces, 2, prefix, suffix, branches);
        for (int i = 0; i < 3; i++)
        {
            Hash256 node = BitcoinHash.Sha256d([.. prefix, .. extranonces.AsSpan(2 * i, 2), .. suffix]);
            node = BitcoinHash.Sha256d([.. node.ToArray(), .. branches.AsSpan(0, 32)]);
            node = BitcoinHash.Sha256d([.. node.ToArray(), .. branches.AsSpan(32, 32)]);
            Assert.Equal(node, new Hash256(roots.AsSpan(32 * i, 32)));
        }
    }
}
