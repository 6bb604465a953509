using System.Security.Cryptography;
using CsCheck;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Chain;

public sealed class ShareCoinbaseTests
{
    private static Hash256 ChainId => ExampleShare.Parameters.Id;

    private static IReadOnlyList<PayoutOutput> Payees =>
        [.. ExampleShare.Payouts.Select(static each => new PayoutOutput(each.Key.ToScript(), new Amount((long)each.Amount)))];

    [Fact]
    public void The_example_coinbase_is_rebuilt_and_linked_byte_for_byte()
    {
        byte[] coinbase = ShareCoinbase.Write(ExampleShare.Core, ChainId, Hex.Decode(ExampleShare.Extranonce), Payees);
        Assert.Equal(ExampleShare.Coinbase1 + ExampleShare.Extranonce + ExampleShare.Coinbase2, Hex.Encode(coinbase));
        TailLink link = ShareCoinbase.LinkOf(coinbase);
        Assert.Equal((ExampleShare.State, 242, ExampleShare.Rest), (Hex.Encode(link.State.ToArray()), link.PrefixLength, Hex.Encode(link.Rest.Span)));
        Assert.Equal(ExampleShare.TxId, Hex.Encode(link.TransactionId(ShareCoinbase.Tail(ExampleShare.Core, ChainId)).ToArray()));
        Assert.Null(ShareCoinbase.Check(ExampleShare.Share, ChainId, Payees));
    }

    /// <summary>The miner's job and the verifier's coinbase, for one share of each kind of coin.</summary>
    [Theory]
    [InlineData("btc", "regtest", true)]
    [InlineData("ltc", "main", true)]
    [InlineData("vtc", "main", true)]
    [InlineData("rvn", "main", false)]
    [InlineData("btg", "main", true)]
    [InlineData("otedama", "otedama", true)]
    public void A_job_and_the_chain_write_the_same_coinbase(string name, string network, bool witness)
    {
        CoinSpec coin = CoinCatalogue.Get(name, network);
        ShareCore core = ExampleShare.Core with
        {
            CoinHeight = 70_000,
            WitnessCommitment = witness ? ExampleShare.Core.WitnessCommitment : Hash256.Zero,
            FixedOutputs = [new FixedOutput(0, new byte[] { 0x6a, 1, 7 })],
        };
        Hash256 chain = ChainSets.For(ChainSets.Standard, coin).Id;
        JobRequest request = RequestOf(coin, core, chain);
        IBlockRecipe recipe = (IBlockRecipe)JobBuilder.Build(request).Recipe;
        byte[] extranonce = coin.Family == HeaderFamily.Bitcoin ? Hex.Decode(ExampleShare.Extranonce) : Hex.Decode("000000000000000001020304");
        Assert.Equal(Hex.Encode(ShareCoinbase.Write(core, chain, extranonce, Payees)), Hex.Encode(recipe.Coinbase(extranonce).Span));
    }

    [Fact]
    public void A_message_hashed_in_two_parts_has_the_hash_of_the_whole() => Gen.Select(Gen.Byte.Array[0, 400], Gen.Byte.Array[0, 64]).Sample(static (prefix, tail) =>
    {
        TailLink link = TailLink.Of(prefix);
        byte[] whole = [.. prefix, .. tail];
        Assert.Equal(new Hash256(SHA256.HashData(SHA256.HashData(whole))), link.TransactionId(tail));
        Assert.Equal(prefix.Length % 64, link.Rest.Length);
    });

    [Fact]
    public void Another_payee_amount_order_or_extranonce_is_another_coinbase()
    {
        PayoutOutput[] payees = [.. Payees];
        PayoutOutput[][] others =
        [
            payees[..3],
            [payees[1], payees[0], payees[2], payees[3]],
            [payees[0] with { Amount = payees[0].Amount + new Amount(1) }, .. payees[1..]],
            [payees[0] with { Script = ExampleShare.Payee(2).ToScript() }, .. payees[1..]],
        ];
        Assert.All(others, static other => Assert.Equal(ShareFault.Payout, ShareCoinbase.Check(ExampleShare.Share, ChainId, other)?.Step));
        ChainShare share = new(ExampleShare.Core, ExampleShare.Work with { Extranonce = new byte[12] });
        Assert.Equal(ShareFault.Payout, ShareCoinbase.Check(share, ChainId, Payees)?.Step);
    }

    private static JobRequest RequestOf(CoinSpec coin, ShareCore core, Hash256 chain) => new()
    {
        Template = new Template
        {
            Family = coin.Family,
            Algorithm = coin.Algorithm,
            Height = (int)core.CoinHeight,
            Version = 0x20000000,
            PreviousHash = Hash256.Zero,
            Time = 1_767_235_700,
            TimeMin = 0,
            Bits = coin.PowLimitBits,
            CoinbaseValue = new Amount((long)core.CoinValue),
            WitnessCommitment = core.WitnessCommitment.IsZero ? default : Coinbase.CommitmentScript(core.WitnessCommitment),
            Transactions = [],
        },
        Split = new PayoutSplit
        {
            Reward = new Amount((long)core.CoinValue),
            Outputs = ShareCoinbase.Outputs(core, Payees),
            Commitment = ShareCoinbase.CommitmentScript(core.Commitment(chain)),
            Form = ShareCoinbase.Form,
        },
        Id = 0x01020304,
        Generation = 1,
        Clean = true,
        Time = 1_767_235_700,
        ShareTarget = Target.Max,
        ExtranonceLength = ShareWork.ExtranonceLength,
        Class = CoinbaseClass.Epic,
        SolutionLength = coin.Equihash?.SolutionLength ?? 0,
    };
}
