using System.Globalization;
using Otedama.Core;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Coins;

/// <summary>Blocks of Bitcoin Gold's test network.</summary>
public class GoldFamilyTests
{
    private static readonly CoinSpec s_coin = CoinCatalogue.Get("btg", "test");

    [Fact]
    public void Real_blocks_have_their_ids_name_their_heights_and_follow_each_other()
    {
        Hash256? before = null;
        foreach (string[] line in CoinVectors.Lines("btg-test-blocks.txt"))
        {
            byte[] bytes = Hex.Decode(line[2]);
            Block block = Block.Parse(bytes, s_coin.Family);
            Assert.Equal(line[1], block.Id.ToString());
            Assert.Equal(int.Parse(line[0], CultureInfo.InvariantCulture), block.Header.ClaimedHeight);
            Assert.Equal(bytes, block.ToArray());
            Assert.Equal(block.Header.MerkleRoot, Assert.Single(block.Transactions).TxId);
            Assert.Equal(before ?? block.Header.PreviousHash, block.Header.PreviousHash);
            before = block.Id;
        }
        Assert.NotNull(before);
    }

    [Fact]
    public void Their_proofs_are_good_with_the_coins_parameters_and_no_others()
    {
        BlockHeader header = Header();
        Assert.True(Target.FromCompact(header.Bits).IsMetBy(header.Id));
        Assert.Equal(ProofVerdict.Valid, Check(header, s_coin.Equihash!));
        Assert.Equal(ProofVerdict.BadProof, Check(header, s_coin.Equihash! with { Personal = "ZcashPoW" }));
        GoldProof other = new((GoldProof)header.Proof! with { Reserved = Hash256.Zero });
        Assert.Equal(ProofVerdict.BadProof, Check(header with { Proof = other }, s_coin.Equihash!));
    }

    /// <summary>A job over the same template has the fields of the real block, and its solution is a block of the job.</summary>
    [Fact]
    public void A_pools_job_says_the_height_as_the_chain_does()
    {
        BlockHeader real = Header();
        GoldProof proof = (GoldProof)real.Proof!;
        Template template = new()
        {
            Algorithm = s_coin.Algorithm,
            Family = s_coin.Family,
            Height = real.ClaimedHeight!.Value,
            Version = real.Version,
            PreviousHash = real.PreviousHash,
            Bits = real.Bits,
            Time = real.Time,
            TimeMin = real.Time,
            CoinbaseValue = new Amount(5_000_000_000),
            Transactions = [],
        };
        Job job = JobBuilder.Build(new JobRequest
        {
            Template = template,
            Split = new PayoutSplit
            {
                Reward = template.CoinbaseValue,
                Outputs = [new PayoutOutput(Script.PayToPublicKeyHash(new byte[20]), template.CoinbaseValue)],
            },
            Id = 1,
            Generation = 1,
            Clean = true,
            Time = real.Time,
            ShareTarget = Target.Max,
            SolutionLength = s_coin.Equihash!.SolutionLength,
        });
        ZcashBlockRecipe recipe = Assert.IsType<ZcashBlockRecipe>(job.Recipe) with { MerkleRoot = real.MerkleRoot };
        Assert.Equal(proof.Reserved, recipe.Reserved);
        byte[] header = new byte[real.Length];
        Assert.Equal(real.Length, recipe.WriteWhole(real.Time, proof.Nonce.ToArray(), proof.Solution.Span, header));
        Assert.Equal(real.ToArray(), header);
        Assert.Equal(real.Id, recipe.Solve(header, default).Id);
    }

    private static BlockHeader Header() => Block.Parse(Hex.Decode(CoinVectors.Lines("btg-test-blocks.txt").Last()[2]), s_coin.Family).Header;

    private static ProofVerdict Check(BlockHeader header, EquihashRule rule)
    {
        byte[] data = header.ProofData();
        ProofResult[] result = new ProofResult[1];
        new NativeProofChecker(PowParameters.Of(rule)).Check(
            Algorithm.Equihash, [new ProofItem(0, data.Length, 0, Target.Max)], data, result);
        return result[0].Verdict;
    }
}
