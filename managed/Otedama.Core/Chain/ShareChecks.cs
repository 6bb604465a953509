namespace Otedama.Core;

/// <summary>
/// What a share shows about itself, without the chain: steps 4, 7 and 8, and 9 where the proof is dear. Each returns
/// the first fault or null; cheap checks come first, so that a stranger's nonsense costs little.
/// </summary>
public static class ShareChecks
{
    /// <summary>More than any block needs: a branch of 16 is a block of 65,536 transactions.</summary>
    private const int BranchMax = 16;

    private const int FeeBasisPointsMax = 1_000;

    /// <summary>How far the time of the header may be from the share's, ms: three hours.</summary>
    private const ulong HeaderTimeOff = 10_800_000;

    /// <summary>Shares that are checked in the time of one or two.</summary>
    public const int AtOnce = Sha256Lanes.Lanes;

    /// <summary>Steps 4, 7 and 8.</summary>
    public static ShareFault? Stateless(ChainShare share, ChainParameters parameters, ChainCoin coin) =>
        Fields(share, parameters, coin) ?? Link(share, parameters) ?? CheapProof(share, coin);

    /// <summary>As Stateless for each of several shares, AtOnce at most: the fault at the place of its share.</summary>
    public static void Stateless(
        ReadOnlySpan<ChainShare> shares, ChainParameters parameters, ChainCoin coin, Span<ShareFault?> faults)
    {
        bool areGood = !shares.IsEmpty;
        for (int i = 0; i < shares.Length; i++)
        {
            faults[i] = Fields(shares[i], parameters, coin);
            areGood &= faults[i] is null;
        }
        Span<Hash256> roots = stackalloc Hash256[AtOnce], proofs = stackalloc Hash256[AtOnce];
        if (areGood) // else it is not worth it
        {
            ShareLanes.Roots(shares, parameters.Id, roots);
        }
        bool areFieldsAll = areGood && coin.HasCheapProof && shares[0].Work.Header.Proof is null;
        if (areFieldsAll)
        {
            ShareLanes.HeaderHashes(shares, proofs);
        }
        for (int i = 0; i < shares.Length; i++)
        {
            faults[i] ??= areGood ? Link(shares[i], roots[i]) : Link(shares[i], parameters);
            faults[i] ??= areFieldsAll ? CheapProof(shares[i], proofs[i]) : CheapProof(shares[i], coin);
        }
    }

    /// <summary>Step 4.</summary>
    public static ShareFault? Fields(ChainShare share, ChainParameters parameters, ChainCoin coin)
    {
        string? problem = CoreProblem(share.Core, parameters) ?? CoinProblem(share.Core, coin)
            ?? FixedProblem(share.Core.FixedOutputs) ?? WorkProblem(share, coin);
        return problem is null ? null : new ShareFault(ShareFault.Fields, problem);
    }

    /// <summary>Step 7.</summary>
    public static ShareFault? Link(ChainShare share, ChainParameters parameters)
    {
        Hash256 node = share.Work.Link.TransactionId(ShareCoinbase.Tail(share.Core, parameters.Id));
        foreach (Hash256 sibling in share.Work.Branch)
        {
            node = Sha256d.Pair(node, sibling);
        }
        return Link(share, node);
    }

    private static ShareFault? Link(ChainShare share, Hash256 root) =>
        root == share.Work.Header.MerkleRoot ? null
            : new ShareFault(ShareFault.Link, "tail link and branch do not lead to the header's merkle root");

    /// <summary>Step 8. Without fault where a hash is dear, and left to step 9.</summary>
    public static ShareFault? CheapProof(ChainShare share, ChainCoin coin) =>
        coin.HasCheapProof ? CheapProof(share, share.Work.Header.Id) : null;

    private static ShareFault? CheapProof(ChainShare share, Hash256 hash)
    {
        share.NoteProof(hash);
        Target target = RequiredTarget(share.Core);
        return target.IsMetBy(hash) ? null
            : new ShareFault(ShareFault.CheapProof, $"hash {hash} is above the target {target}");
    }

    /// <summary>Step 9, where step 8 did not say everything. checker: of the coin's algorithm.</summary>
    public static ShareFault? FullProof(ChainShare share, ChainCoin coin, IProofChecker checker)
    {
        if (coin.IsCheapProofAll)
        {
            return null;
        }
        ProofResult result =
            Prove(share.Work.Header, share.Core.CoinHeight, RequiredTarget(share.Core), coin, checker);
        if (result.Verdict == ProofVerdict.Valid && !coin.HasCheapProof)
        {
            share.NoteProof(result.Hash);
        }
        return result.Verdict == ProofVerdict.Valid ? null
            : new ShareFault(ShareFault.FullProof, $"the proof of work is {Words(result.Verdict)}");
    }

    private static ProofResult Prove(
        BlockHeader header, uint height, Target target, ChainCoin coin, IProofChecker checker)
    {
        byte[] data = header.ProofData();
        ProofItem item = new(0, data.Length, (int)height, target);
        Span<ProofResult> results = stackalloc ProofResult[1];
        checker.Check(coin.Spec.Algorithm, [item], data, results);
        return results[0];
    }

    /// <summary>
    /// Whether a header is a coin block at this height, by its own bits, which have to be a target. checker: of the
    /// coin's algorithm.
    /// </summary>
    public static bool IsCoinBlock(BlockHeader header, uint height, ChainCoin coin, IProofChecker checker)
    {
        Target target = Target.FromCompact(header.Bits);
        if (coin.HasCheapProof && !target.IsMetBy(header.Id))
        {
            return false;
        }
        return coin.IsCheapProofAll || Prove(header, height, target, coin, checker).Verdict == ProofVerdict.Valid;
    }

    /// <summary>What the hash of a share must meet; its bits have to be a target.</summary>
    private static Target RequiredTarget(ShareCore core) => Target.FromCompact(core.Bits); // flags are zero

    private static string? CoreProblem(ShareCore core, ChainParameters parameters)
    {
        if (core.Flags != 0)
        {
            return $"flags {core.Flags:x4}; 0 is allowed";
        }
        if (core.Height == 0)
        {
            return "height 0, which only the virtual genesis has";
        }
        if (core.CapClass >= parameters.Caps.Count)
        {
            return $"cap class {core.CapClass}; there are {parameters.Caps.Count}";
        }
        if (core.FeeBasisPoints > FeeBasisPointsMax || core.FeePayout.IsNone != (core.FeeBasisPoints == 0))
        {
            return $"a fee of {core.FeeBasisPoints} for payout type {core.FeePayout.Type}; "
                + $"0 for type 0, else 1 to {FeeBasisPointsMax}";
        }
        if (!Target.TryFromCompact(core.Bits, out Target target) || target > parameters.Limit)
        {
            return $"bits {core.Bits:x8} are no target up to {parameters.LimitBits:x8}";
        }
        return UnclesProblem(core.Uncles, parameters.UnclesMax);
    }

    private static string? UnclesProblem(IReadOnlyList<Hash256> uncles, int most)
    {
        if (uncles.Count > most)
        {
            return $"{uncles.Count} uncles; at most {most} are allowed";
        }
        for (int i = 1; i < uncles.Count; i++)
        {
            if (ChainShare.CompareIds(uncles[i - 1], uncles[i]) >= 0)
            {
                return $"uncle {i + 1} does not come after the one before it";
            }
        }
        return null;
    }

    private static string? CoinProblem(ShareCore core, ChainCoin coin)
    {
        if (core.CoinHeight is < ChainCoin.HeightMin or > ChainCoin.HeightMax)
        {
            return $"coin height {core.CoinHeight}; {ChainCoin.HeightMin} to {ChainCoin.HeightMax} are allowed";
        }
        (ulong least, ulong most) = coin.ValueAt(core.CoinHeight);
        return core.CoinValue < least || core.CoinValue > most
            ? $"coin value {core.CoinValue}; {least} to {most} are allowed at height {core.CoinHeight}"
            : null;
    }

    private static string? FixedProblem(IReadOnlyList<FixedOutput> outputs)
    {
        if (outputs.Count > FixedOutput.CountMax)
        {
            return $"{outputs.Count} fixed outputs; at most {FixedOutput.CountMax} are allowed";
        }
        foreach (FixedOutput output in outputs)
        {
            if (output.Script.Length is < FixedOutput.ScriptBytesMin or > FixedOutput.ScriptBytesMax)
            {
                return $"a fixed output's script of {output.Script.Length} bytes; "
                    + $"{FixedOutput.ScriptBytesMin} to {FixedOutput.ScriptBytesMax} are allowed";
            }
            if (output.Value != 0) // no coin whose coinbase is rebuilt demands an output that is worth something
            {
                return $"a fixed output of {output.Value}; this coin demands none that is worth something";
            }
        }
        return null;
    }

    private static string? WorkProblem(ChainShare share, ChainCoin coin)
    {
        BlockHeader header = share.Work.Header;
        if (share.Work.Branch.Count > BranchMax)
        {
            return $"a branch of {share.Work.Branch.Count}; at most {BranchMax} are allowed";
        }
        if (!Target.TryFromCompact(header.Bits, out Target target) || target > coin.Limit)
        {
            return $"header bits {header.Bits:x8} are no target of {coin.Spec.DisplayName}";
        }
        ulong time = header.Time * 1_000UL;
        ulong off = time > share.Core.TimeMs ? time - share.Core.TimeMs : share.Core.TimeMs - time;
        if (off > HeaderTimeOff)
        {
            return $"header time and share time are {off} ms apart; at most {HeaderTimeOff} are allowed";
        }
        // A header that says its height is hashed by it; two heights in one share would be two proofs of work.
        return header.ClaimedHeight is { } height && height != (int)share.Core.CoinHeight
            ? $"header of height {height}, coin height {share.Core.CoinHeight}"
            : null;
    }

    private static string Words(ProofVerdict verdict) => verdict switch
    {
        ProofVerdict.AboveTarget => "above the target",
        ProofVerdict.Malformed => "malformed",
        _ => "not what it claims",
    };
}
