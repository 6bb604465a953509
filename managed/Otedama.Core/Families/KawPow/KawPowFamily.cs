namespace Otedama.Core;

/// <summary>Coins whose miners are shown a header hash and vary a 64-bit nonce.</summary>
internal sealed class KawPowFamily() : HeaderFamily("kawPow")
{
    public override int HeaderBytesMax => Core.KawPow.HeaderSize;

    public override int ProofLength(EquihashRule? equihash) => Core.KawPow.MixSize;

    public override BlockHeader Unproven(BlockHeader fields) => fields with { Proof = new KawPowHeaderProof(default) };

    internal override BlockHeader ReadHeader(ref ByteReader reader)
    {
        BlockHeader fields = ReadFields(ref reader);
        return fields with { Proof = new KawPowHeaderProof(new KawPowProof(unchecked((ulong)reader.Int64()), reader.Hash())) };
    }

    /// <summary>No extranonce: the counter makes the coinbase, and so the header, unique; nonces do the rest.</summary>
    internal override HeaderRecipe Recipe(JobRequest request, uint time)
    {
        Template template = request.Template;
        byte[] coinbase = JobBuilder.WholeCoinbase(request);
        Hash256 root = JobBuilder.RootOf(request, coinbase);
        BlockHeader header = new(template.Version, template.PreviousHash, root, time, template.Bits, (uint)template.Height);
        return new KawPowBlockRecipe
        {
            HeaderHash = header.FieldsHash,
            SeedHash = Core.KawPow.SeedHash(template.Height),
            Bits = template.Bits,
            Time = time,
            Header = header,
            WholeCoinbase = coinbase,
        };
    }

    internal override ShareForm Shares(IMerkleRoots roots, int extranonceLength) => new KawPowShareForm();
}
