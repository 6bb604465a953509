using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Coins;

/// <summary>Real blocks: headers, and one built from its Stratum parts.</summary>
public class BlockVectorTests
{
    private static readonly ILookup<string, string> s_block = CoinVectors.Lines("block-881423.txt").ToLookup(line => line[0], line => line[1]);

    [Fact]
    public void Real_headers_parse_to_their_id_and_meet_their_target()
    {
        int count = 0;
        foreach (string[] line in CoinVectors.Lines("headers.txt"))
        {
            byte[] bytes = Hex.Decode(line[0]);
            BlockHeader header = BlockHeader.Parse(bytes);
            Assert.Equal(line[2], header.Id.ToString());
            Assert.Equal(Convert.ToUInt32(line[1], 16), header.Bits);
            Assert.Equal(bytes, header.ToArray());
            Assert.True(Target.FromCompact(header.Bits).IsMetBy(header.Id));
            Assert.False(Target.FromCompact(header.Bits).IsMetBy((header with { Nonce = header.Nonce ^ 1 }).Id));
            count++;
        }
        Assert.Equal(4, count);
    }

    [Fact]
    public void Genesis_transaction_gives_the_genesis_root_and_block()
    {
        string text = "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000";
        Transaction coinbase = Transaction.Parse(Hex.Decode(text));
        BlockHeader header = BlockHeader.Parse(Hex.Decode(CoinVectors.Lines("headers.txt").First()[0]));
        Assert.Equal(header.MerkleRoot, coinbase.TxId);
        Assert.True(coinbase.IsCoinbase);
        Assert.Equal(CoinCatalogue.Bitcoin.Genesis, header.Id);
        Block block = Block.Parse(new Block(header, [coinbase]).ToArray());
        Assert.Equal(text, Hex.Encode(block.Transactions[0].ToArray()));
        Assert.Equal(4 * 285, block.Weight); // 285 bytes on disk, no witness
    }

    [Fact]
    public void Block_881423_follows_from_its_stratum_parts()
    {
        byte[] stripped = Hex.Decode(One("coinb1") + One("en1") + One("en2") + One("coinb2"));
        Assert.Equal(190, stripped.Length);
        Assert.Equal(Hex.Decode(One("txid_internal")), Sha256d.Hash(stripped).ToArray());
        Hash256[] branch = [.. s_block["branch"].Select(hex => new Hash256(Hex.Decode(hex)))];
        Assert.Equal(11, branch.Length);
        Hash256 root = MerkleTests.Fold(Sha256d.Hash(stripped), branch);
        Assert.Equal(Hex.Decode(One("root_internal")), root.ToArray());
        BlockHeader header = BlockHeader.Parse(Hex.Decode(One("header")));
        Assert.Equal(root, header.MerkleRoot);
        Assert.Equal(0x2e596000u, header.Version);
        Assert.Equal(One("id"), header.Id.ToString());
    }

    [Fact]
    public void Its_coinbase_carries_height_commitment_and_weight()
    {
        Transaction stripped = Transaction.Parse(Hex.Decode(One("coinb1") + One("en1") + One("en2") + One("coinb2")));
        Assert.True(Coinbase.HasHeight(stripped.Inputs[0].Script.Span, 881423));
        Assert.False(Coinbase.HasHeight(stripped.Inputs[0].Script.Span, 881424));
        Assert.Equal(1, Coinbase.CommitmentIndex(stripped));
        TxInput input = stripped.Inputs[0] with { Witness = Coinbase.ReservedWitness };
        Transaction coinbase = new(stripped.Version, [input], stripped.Outputs, stripped.LockTime);
        Assert.Equal((226, 190, (190 * 3) + 226), (coinbase.Size, coinbase.StrippedSize, coinbase.Weight));
        Assert.Equal(stripped.TxId, coinbase.TxId);
        Assert.NotEqual(coinbase.TxId, coinbase.WTxId);
    }

    private static string One(string key) => s_block[key].Single();
}
