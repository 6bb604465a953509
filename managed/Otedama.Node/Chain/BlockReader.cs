using Otedama.Core;

namespace Otedama.Node;

/// <summary>
/// Parses blocks of one chain and gives them their ids, which in some families only the proof checker knows.
/// </summary>
internal sealed class BlockReader(ChainRules rules, IProofChecker proofs)
{
    /// <summary>Throws FormatException.</summary>
    public Block Read(ReadOnlySpan<byte> data)
    {
        Block block = Block.Parse(data, rules.Coin.Family);
        return rules.Coin.Family.IsNamedByProof ? block with { Header = WithId(block.Header) } : block;
    }

    private BlockHeader WithId(BlockHeader header)
    {
        byte[] data = header.ProofData();
        Span<ProofResult> result = new ProofResult[1];
        proofs.Check(rules.Coin.Algorithm, [new ProofItem(0, data.Length, 0, Target.Max)], data, result);
        return result[0].Verdict == ProofVerdict.Valid
            ? rules.Coin.Family.WithProofHash(header, result[0].Hash)
            : throw new FormatException($"a header of {header.Length} bytes is none of {rules.Coin.Algorithm}; {rules.Coin.Family.HeaderBytesMax} are needed");
    }
}
