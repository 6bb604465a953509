using Otedama.Core;

namespace Otedama.Node;

/// <summary>Parses blocks of one chain and gives them their ids, which in the Verus family only the proof checker knows.</summary>
internal sealed class BlockReader(ChainRules rules, IProofChecker proofs)
{
    /// <summary>Throws FormatException.</summary>
    public Block Read(ReadOnlySpan<byte> data)
    {
        Block block = Block.Parse(data, rules.Coin.Family);
        return rules.Coin.Family == HeaderFamily.Verus ? block with { Header = WithId(block.Header) } : block;
    }

    private BlockHeader WithId(BlockHeader header)
    {
        byte[] data = header.ProofData();
        Span<ProofResult> result = new ProofResult[1];
        proofs.Check(rules.Coin.Algorithm, [new ProofItem(0, data.Length, 0, Target.Max)], data, result);
        return result[0].Verdict == ProofVerdict.Valid
            ? header with { Zcash = header.Zcash! with { VerusId = result[0].Hash } }
            : throw new FormatException($"a solution of {header.Zcash!.Solution.Length} bytes is none of VerusHash; {Verus.SolutionLength} are needed");
    }
}
