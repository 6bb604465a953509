namespace Otedama.Core;

/// <summary>Coins of the Zcash header whose proof is an Equihash solution; nodes offer the coinbase.</summary>
internal sealed class ZcashFamily() : HeaderFamily("zcash")
{
    public override uint BlockVersion => 4;

    public override int HeaderBytesMax => ZcashProof.MinedBytesMax;

    public override int ProofLength(EquihashRule? equihash) => equihash?.SolutionLength ?? 0;

    public override bool TakesNodeCoinbase => true;

    public override IReadOnlyList<(string Name, string Text)> TemplateFields(Hash256 genesis) =>
        [("finalsaplingroothash", Hash256.Zero.ToString())];

    public override BlockHeader Unproven(BlockHeader fields) => fields with { Proof = ZcashProof.Empty };

    public override string? Refuses(BlockHeader fields) => ZcashProof.Refuses(fields, BlockVersion);

    internal override BlockHeader ReadHeader(ref ByteReader reader) => ZcashProof.ReadHeader(ref reader);

    internal override HeaderRecipe Recipe(JobRequest request, uint time)
    {
        byte[] coinbase = JobBuilder.WholeCoinbase(request);
        return new ZcashBlockRecipe
        {
            Version = request.Template.Version,
            PreviousHash = request.Template.PreviousHash,
            MerkleRoot = JobBuilder.RootOf(request, coinbase),
            Reserved = request.Template.Reserved,
            Bits = request.Template.Bits,
            Time = time,
            SolutionLength = request.SolutionLength,
            WholeCoinbase = coinbase,
        };
    }

    internal override ShareForm Shares(IMerkleRoots roots, int extranonceLength) => new ZcashShareForm();
}
