using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>
/// Bitcoin Gold: the Zcash header over a block that is Bitcoin's otherwise, coinbase and witness included. Where Zcash has its
/// commitments the header says its height.
/// </summary>
internal sealed class GoldFamily() : HeaderFamily("gold")
{
    public override int HeaderBytesMax => ZcashProof.MinedBytesMax;

    public override int ProofLength(EquihashRule? equihash) => Zcash.ProofLength(equihash);

    public override BlockHeader Unproven(BlockHeader fields) => fields with { Proof = new GoldProof(ZcashProof.Empty) };

    internal override BlockHeader ReadHeader(ref ByteReader reader)
    {
        BlockHeader header = ZcashProof.ReadHeader(ref reader);
        return header with { Proof = new GoldProof((ZcashProof)header.Proof!) };
    }

    internal override HeaderRecipe Recipe(JobRequest request, uint time)
    {
        byte[] coinbase = JobBuilder.WholeCoinbase(request);
        return new ZcashBlockRecipe
        {
            Version = request.Template.Version,
            PreviousHash = request.Template.PreviousHash,
            MerkleRoot = JobBuilder.RootOf(request, coinbase),
            Reserved = HeightField(request.Template.Height),
            Bits = request.Template.Bits,
            Time = time,
            SolutionLength = request.SolutionLength,
            WholeCoinbase = coinbase,
        };
    }

    internal override ShareForm Shares(IMerkleRoots roots, int extranonceLength) => Zcash.Shares(roots, extranonceLength);

    /// <summary>The height in four bytes, the lowest first, and zeros.</summary>
    private static Hash256 HeightField(int height)
    {
        Span<byte> field = stackalloc byte[Hash256.Size];
        field.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(field, height);
        return new Hash256(field);
    }
}
