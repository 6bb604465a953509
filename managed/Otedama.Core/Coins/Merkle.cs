namespace Otedama.Core;

/// <summary>Merkle trees as Bitcoin builds them: an odd level repeats its last node.</summary>
public static class Merkle
{
    /// <summary>
    /// The root over leaves in chain order; zero for none. duplicated tells that two equal nodes met at a level's
    /// pair, which lets a block with repeated transactions share the root of an honest one (CVE-2012-2459).
    /// </summary>
    public static Hash256 Root(ReadOnlySpan<Hash256> leaves, out bool duplicated)
    {
        duplicated = false;
        if (leaves.IsEmpty)
        {
            return Hash256.Zero;
        }
        Hash256[] level = leaves.ToArray();
        int count = level.Length;
        while (count > 1)
        {
            int parents = (count + 1) / 2;
            for (int i = 0; i < parents; i++)
            {
                Hash256 left = level[2 * i];
                bool paired = (2 * i) + 1 < count;
                Hash256 right = paired ? level[(2 * i) + 1] : left;
                duplicated |= paired && left == right;
                level[i] = Sha256d.Pair(left, right);
            }
            count = parents;
        }
        return level[0];
    }

    public static Hash256 Root(ReadOnlySpan<Hash256> leaves) => Root(leaves, out _);

    /// <summary>
    /// Siblings of the coinbase, deepest first, from the txids that follow it: what mining.notify carries.
    /// At each level that is element 1; an odd level repeats its last.
    /// </summary>
    public static Hash256[] CoinbaseBranch(ReadOnlySpan<Hash256> others)
    {
        List<Hash256> branch = [];
        Hash256[] level = new Hash256[others.Length + 1]; // element 0 stands for the coinbase's own path and is never used
        others.CopyTo(level.AsSpan(1));
        int count = level.Length;
        while (count > 1)
        {
            branch.Add(level[1]);
            int parents = (count + 1) / 2;
            for (int i = 1; i < parents; i++)
            {
                Hash256 right = (2 * i) + 1 < count ? level[(2 * i) + 1] : level[2 * i];
                level[i] = Sha256d.Pair(level[2 * i], right);
            }
            count = parents;
        }
        return [.. branch];
    }
}
