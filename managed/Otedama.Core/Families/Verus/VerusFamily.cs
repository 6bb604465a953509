namespace Otedama.Core;

/// <summary>Verus and its chains: the node gives coinbase, time and solution; a miner varies 15 bytes of the latter.</summary>
internal sealed class VerusFamily() : HeaderFamily("verus")
{
    public override uint BlockVersion => Core.Verus.HeaderVersion;

    public override int HeaderBytesMax => ZcashProof.MinedBytesMax;

    public override int ProofLength(EquihashRule? equihash) => Core.Verus.NonceLength;

    public override bool TakesNodeCoinbase => true;

    public override bool KeepsNodeCoinbase => true;

    public override bool NeedsSolution => true;

    /// <summary>Serves the chains that are mined along as well.</summary>
    public override string SubmitMethod => "submitmergedblock";

    public override bool IsNamedByProof => true;

    /// <summary>The coinbase is the pool's there, so the entry's hash, which covers the merkle root, is filled in by the pool.</summary>
    public override IReadOnlyList<(string Name, string Text)> TemplateFields(Hash256 genesis) =>
    [
        ("finalsaplingroothash", Hash256.Zero.ToString()),
        ("solution", Hex.Encode(Core.Verus.NewSolution(genesis.ToArray()))),
        ("nonce", Hash256.Zero.ToString()),
    ];

    public override BlockHeader Unproven(BlockHeader fields) => fields with { Proof = ZcashProof.Empty };

    public override BlockHeader WithProofHash(BlockHeader header, Hash256 hash) =>
        header with { Proof = (ZcashProof)header.Proof! with { VerusId = hash } };

    public override string? Refuses(BlockHeader fields) => ZcashProof.Refuses(fields, BlockVersion);

    internal override BlockHeader ReadHeader(ref ByteReader reader) => ZcashProof.ReadHeader(ref reader);

    /// <summary>
    /// A coinbase of the node's is taken as it is, because the solution commits to it; over one of our own the first entry
    /// is filled in here.
    /// </summary>
    internal override HeaderRecipe Recipe(JobRequest request, uint time)
    {
        Template template = request.Template;
        byte[] coinbase = template.IsFixed ? template.GivenCoinbase.ToArray() : JobBuilder.WholeCoinbase(request);
        Hash256 root = JobBuilder.RootOf(request, coinbase);
        byte[] solution = template.Solution.ToArray();
        if (!template.IsFixed && Core.Verus.Binds(solution))
        {
            Core.Verus.Bind(solution, template.PreviousHash, root, template.Reserved, template.HeaderNonce, template.Bits);
        }
        return new VerusBlockRecipe
        {
            Version = template.Version,
            PreviousHash = template.PreviousHash,
            MerkleRoot = root,
            Reserved = template.Reserved,
            Bits = template.Bits,
            Time = time,
            Solution = solution,
            Nonce = template.HeaderNonce,
            WholeCoinbase = coinbase,
        };
    }

    internal override ShareForm Shares(IMerkleRoots roots, int extranonceLength) => new VerusShareForm();
}
