using Otedama.Core;
using Otedama.Interop;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Coins;

/// <summary>Headers, coinbases and commitments of the Zcash and Verus families, against real ones.</summary>
public class ZcashFamilyTests
{
    /// <summary>A template of a Zcash main-net node for height 1,687,105, the first after NU5 activated: coinbase and roots.</summary>
    private const string NodeCoinbase =
        "0400008085202f89010000000000000000000000000000000000000000000000000000000000000000ffffffff050341be1900ffffffff0438c94d010000000017a91469a9f95a98fe581b6eb52841"
        + "ef4806dc4402eb908740787d010000000017a914931fec54c1fea86e574462cc32013f5400b891298780b2e60e0000000017a914adadadadadadadadadadadadadadadadadadadad87286bee0000"
        + "00000017a914d45cb1adffb5215a42720532a076f02c7c778c90870000000041be19000000000000000000000000";

    private const string NodeCoinbaseId = "e049ed10466f566a045702ad712bbb596c6863cd08cdb4646da749b2287bc219";

    private const string ChainHistory = "94470fa66ebd1a5fdb109a5aa3f3204f14de3a42135e71aa7f4c44055847e0b5";

    private const string Commitments = "02990723c6b62a724651322d141b4a72a4ffd66518167d809badbd5117d5518a";

    [Fact]
    public void Real_headers_survive_a_round_trip_and_have_their_ids()
    {
        int seen = 0;
        foreach (VectorCase real in Vectors("equihash.txt").Where(static c => c.Kind == "proof" && c.Has("hash_display") && c.Has("header")))
        {
            byte[] bytes = [.. real.Bytes("header"), .. new ByteWriter().Bytes(real.Bytes("solution")).Span];
            BlockHeader header = BlockHeader.Parse(bytes, HeaderFamily.Zcash);
            Assert.Equal(bytes, header.ToArray());
            Assert.Equal(bytes.Length, header.Length);
            Assert.Equal(real.Text("hash_display"), header.Id.ToString());
            Assert.Equal(header, BlockHeader.Parse(header.ToArray(), HeaderFamily.Zcash));
            seen++;
        }
        Assert.True(seen >= 8, $"{seen} real headers");
    }

    [Fact]
    public void Zcash_genesis_submitted_on_a_job_of_its_own_is_a_block()
    {
        VectorCase genesis = Vectors("equihash.txt").First(static c => c.Text("name") == "Zcash-genesis");
        BlockHeader header = BlockHeader.Parse([.. genesis.Bytes("header"), .. new ByteWriter().Bytes(genesis.Bytes("solution")).Span], HeaderFamily.Zcash);
        ZcashProof proof = (ZcashProof)header.Proof!;
        EquihashRule rule = CoinCatalogue.Get("zec", "main").Equihash!;
        Job job = new()
        {
            Id = 1,
            Generation = 1,
            Algorithm = Algorithm.Equihash,
            Height = 0,
            Clean = true,
            NetworkTarget = Target.FromCompact(header.Bits),
            ShareTarget = Target.Max,
            TimeMin = header.Time,
            TimeMax = header.Time,
            Recipe = new ZcashRecipe
            {
                Version = header.Version,
                PreviousHash = header.PreviousHash,
                MerkleRoot = header.MerkleRoot,
                Reserved = proof.Reserved,
                Bits = header.Bits,
                Time = header.Time,
                SolutionLength = rule.SolutionLength,
            },
        };
        using DatasetStore none = new();
        ShareValidator validator = new(new OneJob(job), new DatasetProofChecker(none, PowParameters.Of(rule)), null!, new ShareValidatorOptions());
        Candidate candidate = new()
        {
            JobId = 1,
            Time = header.Time,
            Target = job.NetworkTarget,
            Extranonce = new Extranonce(proof.Nonce.ToArray()),
            Proof = proof.Solution.ToArray(),
        };
        Judgement[] judgement = new Judgement[1];
        validator.Judge([candidate], judgement);
        Assert.Equal((Rejection.None, true), (judgement[0].Rejection, judgement[0].IsBlock));
        Assert.Equal("00040fe8ec8471911baa1db1266ea15dd06b4a8a5c453883c000b031973dce08", judgement[0].Hash.ToString());
        Assert.Equal(header.ToArray(), validator.HeaderOf(0).ToArray());

        candidate.Proof![7] ^= 1;
        validator.Judge([candidate], judgement);
        Assert.NotEqual(Rejection.None, judgement[0].Rejection);
        candidate.Proof = candidate.Proof[1..];
        validator.Judge([candidate], judgement);
        Assert.Equal(Rejection.BadProof, judgement[0].Rejection);
    }

    [Fact]
    public void A_real_verus_header_is_bound_by_its_entry_and_cleared_where_miners_hash_zeros()
    {
        byte[] bytes = Vectors("verushash.txt").First(static c => c.Name.StartsWith("VRSCTEST-PoW-block", StringComparison.Ordinal)).Bytes("data");
        BlockHeader header = BlockHeader.Parse(bytes, HeaderFamily.Verus);
        ZcashProof proof = (ZcashProof)header.Proof!;
        byte[] solution = proof.Solution.ToArray();
        Assert.Equal((Verus.HeaderVersion, Verus.SolutionLength, true), (header.Version, solution.Length, Verus.Binds(solution)));
        byte[] entry = solution[92..124];
        Assert.Equal(entry, Verus.PreHeaderHash(solution, header.PreviousHash, header.MerkleRoot, proof.Reserved, proof.Nonce, header.Bits).ToArray());
        solution.AsSpan(92, 32).Clear();
        Verus.Bind(solution, header.PreviousHash, header.MerkleRoot, proof.Reserved, proof.Nonce, header.Bits);
        Assert.Equal(proof.Solution.ToArray(), solution);

        // What a miner hashes, with zeros and without a look at the entry, has the hash of the header itself.
        byte[] cleared = [.. bytes];
        Verus.Clear(cleared);
        ProofResult[] results = new ProofResult[2];
        new NativeProofChecker().Check(
            Algorithm.VerusHash,
            [new ProofItem(0, bytes.Length, 0, Target.FromCompact(header.Bits)), new ProofItem(bytes.Length, bytes.Length, 0, Target.FromCompact(header.Bits))],
            [.. bytes, .. cleared],
            results);
        Assert.Equal(ProofVerdict.Valid, results[0].Verdict);
        Assert.Equal(results[0], results[1]);
        Assert.Equal(header with { Proof = proof with { VerusId = results[0].Hash } }, header);
    }

    [Fact]
    public void A_nodes_coinbase_is_rewritten_around_the_miners_output_only()
    {
        GivenCoinbase given = GivenCoinbase.Parse(Hex.Decode(NodeCoinbase));
        Assert.Equal((4u, 4, 2), (given.Version, given.Outputs.Count, given.LargestOutput));
        Assert.Equal(new Amount(250_000_000), given.Outputs[2].Amount);
        byte[] same = given.With(given.Script.Span, [new PayoutOutput(given.Outputs[2].Script, given.Outputs[2].Amount)], 2);
        Assert.Equal(NodeCoinbase, Hex.Encode(same));
        Assert.Equal(NodeCoinbaseId, Sha256d.Hash(same).ToString());

        byte[] script = Script.PayToPublicKeyHash(new byte[20]);
        byte[] split = given.With([.. given.Script.Span, 2, 0xab, 0xcd], [new(script, new Amount(150_000_000)), new(script, new Amount(100_000_000))], 2);
        GivenCoinbase again = GivenCoinbase.Parse(split);
        Assert.Equal(5, again.Outputs.Count);
        Assert.Equal(given.Outputs.Sum(static o => o.Amount.Units), again.Outputs.Sum(static o => o.Amount.Units));
        Assert.Equal(given.Outputs[3].Script.ToArray(), again.Outputs[4].Script.ToArray());
        Assert.Throws<ArgumentException>(() => given.With(new byte[101], [], 2));
    }

    [Fact]
    public void A_coinbase_of_version_5_becomes_one_of_version_4_with_the_same_outputs_and_expiry()
    {
        // The parts of the version 4 transaction above in the order of version 5 (ZIP 225).
        string inputs = NodeCoinbase[16..^38];
        string five = "050000800a27a726" + "b4d0d6c2" + "00000000" + "41be1900" + inputs + "000000";
        GivenCoinbase given = GivenCoinbase.Parse(Hex.Decode(five));
        Assert.Equal(5u, given.Version);
        byte[] four = given.With(given.Script.Span, [new PayoutOutput(given.Outputs[2].Script, given.Outputs[2].Amount)], 2);
        Assert.Equal(NodeCoinbase, Hex.Encode(four));
        Assert.Contains("shielded", Assert.Throws<FormatException>(() => GivenCoinbase.Parse(Hex.Decode(five[..^6] + "000100"))).Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => GivenCoinbase.Parse(Hex.Decode("06" + five[2..])));
    }

    [Fact]
    public void Block_commitments_are_those_of_a_real_template()
    {
        Assert.Equal(Commitments, BlockCommitments.Of(Hash256.FromDisplay(ChainHistory), [BlockCommitments.LegacyDigest]).ToString());
        Hash256 left = Blake2b.Hash256([1], new byte[16]);
        Hash256 right = Blake2b.Hash256([2], new byte[16]);
        Hash256 pair = BlockCommitments.AuthDataRoot([left, right]);
        Assert.NotEqual(pair, BlockCommitments.AuthDataRoot([right, left]));
        Assert.Equal(BlockCommitments.AuthDataRoot([left, right, left]), BlockCommitments.AuthDataRoot([left, right, left, Hash256.Zero]));
    }

    [Fact]
    public void Blake2b_gives_the_digest_of_the_standard_at_every_boundary_of_a_block()
    {
        byte[] digest = new byte[64];
        Blake2b.Hash("abc"u8, new byte[16], digest);
        Assert.StartsWith("ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1", Hex.Encode(digest), StringComparison.Ordinal);
        HashSet<string> digests = [];
        foreach (int length in new[] { 0, 1, 127, 128, 129, 255, 256, 257 })
        {
            Blake2b.Hash(new byte[length], new byte[16], digest);
            Assert.True(digests.Add(Hex.Encode(digest)), $"{length} zero bytes hash as another length does");
        }
        Assert.Throws<ArgumentException>(() => Blake2b.Hash([], new byte[15], digest));
    }

    [Theory]
    [InlineData("144,5,BgoldPoW", 144, 5, "BgoldPoW", false, 100)]
    [InlineData("125,4", 125, 4, "ZelProof", true, 52)]
    [InlineData("200,9", 200, 9, "ZcashPoW", false, 1344)]
    public void Parameters_are_read(string text, int n, int k, string personal, bool twist, int solutionLength)
    {
        EquihashRule rule = EquihashRule.Parse(text, out string problem)!;
        Assert.Equal((new EquihashRule(n, k, personal, twist), solutionLength, ""), (rule, rule.SolutionLength, problem));
    }

    [Theory]
    [InlineData("125,4", 2.0)]
    [InlineData("200,9", 1.879)]
    [InlineData("96,5", 1.992)]
    [InlineData("48,5", 0.736)]
    public void A_nonce_has_about_two_solutions_unless_its_leaves_repeat(string text, double expected) =>
        Assert.Equal(expected, EquihashRule.Parse(text, out _)!.SolutionsPerNonce, 0.001);

    [Theory]
    [InlineData("200,9")]
    [InlineData("192,7")]
    [InlineData("96,5")]
    [InlineData("48,5")]
    public void What_is_said_to_be_solved_has_a_solver(string text)
    {
        EquihashRule rule = EquihashRule.Parse(text, out _)!;
        Exception? refused = Record.Exception(() => PowEngine.Create(Algorithm.Equihash, PowParameters.Of(rule)).Dispose());
        Assert.Equal(rule.IsSolved, refused is null);
        Assert.True(refused is null or NativeException);
    }

    [Theory]
    [InlineData("", "144,5")]
    [InlineData("144", "144,5")]
    [InlineData("144,6", "144,5")]
    [InlineData("144,5,TooLongName", "1 to 8")]
    [InlineData("144,5,é", "1 to 8")]
    public void Parameters_that_make_no_sense_are_refused_with_what_is_allowed(string text, string allowed)
    {
        Assert.Null(EquihashRule.Parse(text, out string problem));
        Assert.Contains(allowed, problem, StringComparison.Ordinal);
    }

    private static IReadOnlyList<VectorCase> Vectors(string file) =>
        VectorFile.Parse(Repository.Read($"tests/vectors/{file}")).Cases;

    private sealed class OneJob(Job job) : IJobTable
    {
        public uint Generation => job.Generation;

        public bool TryGetJob(uint id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Job? found)
        {
            found = id == job.Id ? job : null;
            return found is not null;
        }
    }
}
