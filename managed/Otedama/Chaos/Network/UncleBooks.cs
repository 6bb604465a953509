using Otedama.Core;

namespace Otedama;

/// <summary>
/// Section 5 of the share chain rules, read from shares alone: which of them a chain may list as uncles, and that none
/// of them counts twice.
/// </summary>
internal static class UncleBooks
{
    /// <summary>What a chain lists that it may not; null when all is well. shares: at least those it has.</summary>
    public static string? Wrong(
        Hash256 tip, IReadOnlyDictionary<Hash256, ChainShare> shares, ChainParameters parameters)
    {
        Dictionary<Hash256, ChainShare> main = [];
        for (Hash256 at = tip; shares.TryGetValue(at, out ChainShare? share); at = share.Core.Parent)
        {
            main.Add(at, share);
        }
        HashSet<Hash256> listed = [];
        foreach (ChainShare share in main.Values)
        {
            foreach (Hash256 id in share.Core.Uncles)
            {
                string? problem = main.ContainsKey(id) ? "is in the chain itself"
                    : !listed.Add(id) ? "is listed twice"
                    : shares.TryGetValue(id, out ChainShare? uncle) ? Place(share, uncle, main, shares, parameters)
                    : "was never made";
                if (problem is not null)
                {
                    return $"share {share} at height {share.Core.Height} lists uncle {Hex.Encode(id.ToArray())}, "
                        + $"which {problem}";
                }
            }
        }
        return null;
    }

    private static string? Place(
        ChainShare share, ChainShare uncle, Dictionary<Hash256, ChainShare> main,
        IReadOnlyDictionary<Hash256, ChainShare> shares, ChainParameters parameters)
    {
        long lowest = share.Core.Height - (long)parameters.UncleDepth;
        if (uncle.Core.Height < lowest || uncle.Core.Height >= share.Core.Height)
        {
            return $"is at height {uncle.Core.Height}";
        }
        Hash256 at = uncle.Core.Parent;
        while (!main.ContainsKey(at) && shares.TryGetValue(at, out ChainShare? before))
        {
            at = before.Core.Parent;
        }
        long meets = main.TryGetValue(at, out ChainShare? last) ? last.Core.Height : 0;
        return meets < lowest - 1 ? $"leaves the chain at height {meets}" : null;
    }
}
