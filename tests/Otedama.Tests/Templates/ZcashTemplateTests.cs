using System.Text;
using Otedama.Core;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Templates;

/// <summary>Templates of Zcash nodes, the first one of a real node's form (height 1,687,105).</summary>
public class ZcashTemplateTests
{
    private const string Miner = "17a914adadadadadadadadadadadadadadadadadadadad87";

    private static readonly string s_coinbase =
        "0400008085202f89010000000000000000000000000000000000000000000000000000000000000000ffffffff050341be1900ffffffff02"
        + $"80b2e60e00000000{Miner}38c94d010000000017a91469a9f95a98fe581b6eb52841ef4806dc4402eb90870000000041be19000000000000000000000000";

    [Fact]
    public void The_miners_output_is_what_the_pool_splits_and_the_newest_commitment_is_the_reserved_field()
    {
        Template template = Read(Json($$"""
            "blockcommitmentshash":"{{Digits('a')}}","finalsaplingroothash":"{{Digits('b')}}","defaultroots":{"merkleroot":"{{Digits('1')}}",
            "chainhistoryroot":"{{Digits('c')}}","authdataroot":"{{Digits('d')}}","blockcommitmentshash":"{{Digits('a')}}"}
            """));
        Assert.Equal((new Amount(250_000_000), 0, Digits('a')), (template.CoinbaseValue, template.GivenMinerOutput, template.Reserved.ToString()));
        Assert.Equal(Digits('b'), Read(Json($"\"finalsaplingroothash\":\"{Digits('b')}\"")).Reserved.ToString());
        Assert.Equal(Digits('c'), Read(Json($"\"defaultroots\":{{\"chainhistoryroot\":\"{Digits('c')}\"}}")).Reserved.ToString());
        Assert.True(Read(Json("\"x\":1")).Reserved.IsZero);
        Assert.True(Read(Json("\"nonce\":7,\"solution\":\"00\"")).HeaderNonce.IsZero);
    }

    [Fact]
    public void A_coinbase_of_version_5_changes_the_commitment_with_it()
    {
        string five = "050000800a27a726b4d0d6c20000000041be1900" + s_coinbase[16..^38] + "000000";
        string roots = $"\"defaultroots\":{{\"chainhistoryroot\":\"{Digits('c')}\",\"blockcommitmentshash\":\"{Digits('a')}\"}}";
        Template template = Read(Json(roots, five));
        Hash256 expected = BlockCommitments.Of(
            Hash256.FromDisplay(Digits('c')), [BlockCommitments.LegacyDigest, Hash256.FromDisplay(Digits('7')), BlockCommitments.LegacyDigest]);
        Assert.Equal(expected, template.Reserved);
        Assert.Contains("chainhistoryroot", Assert.Throws<TemplateException>(() => Read(Json("\"x\":1", five))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_pays_the_payees_and_what_the_chain_demands_and_its_block_is_whole()
    {
        Template template = Read(Json($"\"blockcommitmentshash\":\"{Digits('a')}\""));
        byte[] anna = Script.PayToPublicKeyHash(new byte[20]);
        byte[] bert = Script.PayToPublicKeyHash(Enumerable.Repeat((byte)1, 20).ToArray());
        PayoutSplit split = new() { Reward = template.CoinbaseValue, Outputs = [new(anna, new Amount(200_000_000)), new(bert, new Amount(50_000_000))] };
        Job job = JobBuilder.Build(new JobRequest
        {
            Template = template,
            Split = split,
            Id = 5,
            Generation = 1,
            Clean = true,
            Time = template.Time,
            ShareTarget = Target.Max,
            Tag = "/otedama/"u8.ToArray(),
            SolutionLength = 1_344,
        });
        ZcashBlockRecipe recipe = (ZcashBlockRecipe)job.Recipe;
        GivenCoinbase coinbase = GivenCoinbase.Parse(recipe.WholeCoinbase.Span);
        Assert.StartsWith("0341be19000400000005092f6f746564616d612f", Hex.Encode(coinbase.Script.Span), StringComparison.Ordinal);
        Assert.Equal([200_000_000L, 50_000_000, 21_875_000], coinbase.Outputs.Select(static o => o.Amount.Units));
        Hash256[] leaves = [Sha256d.Hash(recipe.WholeCoinbase.Span), .. template.Transactions.Select(static t => t.TxId)];
        Assert.Equal(Merkle.Root(leaves), recipe.MerkleRoot);

        byte[] header = job.BlockRecipe.Unsolved([]);
        Assert.Equal(140 + 3 + 1_344, header.Length);
        AssembledBlock block = BlockAssembler.Assemble(job, new PreparedTemplate(template), header, []);
        string hex = Encoding.ASCII.GetString(block.HeadHex.Span) + Encoding.ASCII.GetString(block.TailHex.Span);
        Assert.Equal($"{Hex.Encode(header)}03{Hex.Encode(recipe.WholeCoinbase.Span)}00110022", hex);
        Assert.Equal(BlockHeader.Parse(header, HeaderFamily.Zcash).Id, block.Id);
        Assert.Equal(Digits('a'), ((ZcashProof)BlockHeader.Parse(header, HeaderFamily.Zcash).Proof!).Reserved.ToString());
    }

    [Fact]
    public void Flux_says_that_its_first_output_is_the_miners_even_when_another_is_larger()
    {
        string reordered = s_coinbase.Replace("80b2e60e00000000", "0100000000000000", StringComparison.Ordinal);
        Template template = Read(Json("\"miner_reward\":1", reordered));
        Assert.Equal((new Amount(1), 0), (template.CoinbaseValue, template.GivenMinerOutput));
        Assert.Equal(1, Read(Json("\"x\":1", reordered)).GivenMinerOutput);
    }

    [Theory]
    [InlineData("00")]
    [InlineData("0600008000000000")]
    public void A_coinbase_that_makes_no_sense_is_named(string data) =>
        Assert.Contains("coinbasetxn.data", Assert.Throws<TemplateException>(() => Read(Json("\"x\":1", data))).Message, StringComparison.Ordinal);

    private static Template Read(string json) => new TemplateReader(Algorithm.Equihash, [], TimeProvider.System).Read(Encoding.UTF8.GetBytes(json), "n");

    private static string Digits(char digit) => new(digit, 64);

    private static string Json(string more, string? coinbase = null) => $$"""
        {"version":4,"previousblockhash":"{{Digits('9')}}",{{more}},
        "transactions":[{"data":"0011","hash":"{{Digits('2')}}","authdigest":"{{Digits('7')}}","depends":[],"fee":1,"sigops":0},
        {"data":"0022","hash":"{{Digits('3')}}","depends":[],"fee":2,"sigops":0}],
        "coinbasetxn":{"data":"{{coinbase ?? s_coinbase}}","hash":"{{Digits('4')}}","depends":[],"fee":-3,"sigops":0,"required":true},
        "longpollid":"x","mintime":1654008606,"curtime":1654008617,"bits":"1f07ffff","height":1687105}
        """;
}
