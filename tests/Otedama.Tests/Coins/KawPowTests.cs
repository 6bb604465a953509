using System.Security.Cryptography;
using System.Text;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Coins;

public class KawPowTests
{
    [Theory]
    [InlineData(0, "0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(7_499, "0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(7_500, "290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563")]
    [InlineData(15_000, "510e4e770828ddbf7f7b00ab00a9f6adaf81c0dc9cc85f1f8249c256942d61d9")]
    [InlineData(29_999, "356e5a2cc1eba076e650ac7473fccc37952b46bc2e419a200cec0c451dce2336")]
    public void Seeds_follow_the_epoch(int height, string seed) =>
        Assert.Equal(seed, Hex.Encode(KawPow.SeedHash(height).Span));

    [Fact]
    public void The_final_hash_follows_from_header_hash_nonce_and_mix()
    {
        KawPowProof proof = new(0, Hash256.FromDisplay("6e97b47b134fda0c7888802988e1a373affeb28bcd813b6e9a0fc669c935d03a"));
        Assert.Equal("e601a7257a70dc48fccc97a7330d704d776047623b92883d77111fb36870f3d1", KawPow.FinalHash(Hash256.Zero, proof).ToString());
        Assert.NotEqual("e601a7257a70dc48fccc97a7330d704d776047623b92883d77111fb36870f3d1", KawPow.FinalHash(Hash256.Zero, proof with { Nonce = 1 }).ToString());
    }

    [Fact]
    public void A_header_has_120_bytes_and_hashes_the_first_80_with_the_height()
    {
        Hash256 previous = new(SHA256.HashData(Encoding.ASCII.GetBytes("prev")));
        Hash256 root = new(SHA256.HashData(Encoding.ASCII.GetBytes("root")));
        KawPowProof proof = new(0x0102030405060708, Hash256.FromDisplay("6e97b47b134fda0c7888802988e1a373affeb28bcd813b6e9a0fc669c935d03a"));
        BlockHeader header = new(0x30000000, previous, root, 0x65f00000, 0x1b00ffff, 3_200_000) { Proof = new KawPowHeaderProof(proof) };
        Assert.Equal("4a3ded8b132c0182f1c77a28b6f6d2f396bd5f63742a5450e477e54e5d66d6ef", header.FieldsHash.ToString());
        byte[] bytes = header.ToArray();
        Assert.Equal(KawPow.HeaderSize, bytes.Length);
        Assert.Equal(
            "0000003084fd9bac333ad79154348296204fa7f8c537a96e08983e5f73b3f5aca8e8edf74813494d137e1631bba301d5acab6e7bb7aa74ce1185d456565ef51d737677b20000f065ffff001b00d43000"
            + "0807060504030201" + "3ad035c969c60f9a6e3b81cd8bb2feaf73a3e18829808878" + "0cda4f137bb4976e",
            Hex.Encode(bytes));
        Assert.Equal(header, BlockHeader.Parse(bytes, HeaderFamily.KawPow));
        Assert.Equal(proof, KawPow.ReadProof(header.ProofData()));
        Assert.StartsWith(header.FieldsHash.ToString(), Hex.Encode(header.ProofData()), StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => BlockHeader.Parse(bytes.AsSpan(0, 119), HeaderFamily.KawPow));
    }
}
