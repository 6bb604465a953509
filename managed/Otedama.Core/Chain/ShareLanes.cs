using System.Runtime.Intrinsics;

namespace Otedama.Core;

/// <summary>The hashes that many shares ask for in the same way, as many shares at a time as there are lanes.</summary>
internal static class ShareLanes
{
    private const int HeaderWords = BlockHeader.Size / sizeof(uint);

    /// <summary>Where each share's coinbase and branch lead. shares: one or more, Lanes at most.</summary>
    public static void Roots(ReadOnlySpan<ChainShare> shares, Hash256 chainId, Span<Hash256> roots)
    {
        Sha256Lanes.State nodes = default;
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        int levels = 0;
        for (int lane = 0; lane < shares.Length; lane++)
        {
            ShareWork work = shares[lane].Work;
            work.Link.InnerHash(ShareCoinbase.Tail(shares[lane].Core, chainId)).CopyTo(bytes);
            Sha256Lanes.Put(nodes, 0, lane, bytes);
            levels = Math.Max(levels, work.Branch.Count);
        }
        Sha256Lanes.HashAgain(ref nodes);
        for (int level = 0; level <= levels; level++)
        {
            Sha256Lanes.State siblings = default;
            for (int lane = 0; lane < shares.Length; lane++)
            {
                IReadOnlyList<Hash256> branch = shares[lane].Work.Branch;
                if (level == branch.Count)
                {
                    roots[lane] = Sha256Lanes.Take(nodes, lane); // the lane goes on with nothing
                }
                else if (level < branch.Count)
                {
                    branch[level].CopyTo(bytes);
                    Sha256Lanes.Put(siblings, 0, lane, bytes);
                }
            }
            if (level < levels)
            {
                Sha256Lanes.Pair(ref nodes, ref siblings);
            }
        }
    }

    /// <summary>SHA-256d of the fields of each share's header. shares: as above.</summary>
    public static void HeaderHashes(ReadOnlySpan<ChainShare> shares, Span<Hash256> hashes)
    {
        Sha256Lanes.Block first = default, second = default;
        Span<byte> bytes = stackalloc byte[BlockHeader.Size];
        for (int lane = 0; lane < shares.Length; lane++)
        {
            shares[lane].Work.Header.CopyFieldsTo(bytes);
            Sha256Lanes.Put(first, 0, lane, bytes[..64]);
            Sha256Lanes.Put(second, 0, lane, bytes[64..]);
        }
        second[HeaderWords - 16] = Vector128.Create(0x8000_0000u);
        second[15] = Vector128.Create(8u * BlockHeader.Size);
        Sha256Lanes.State state = default;
        Sha256Lanes.Begin(ref state);
        Sha256Lanes.Compress(ref state, ref first);
        Sha256Lanes.Compress(ref state, ref second);
        Sha256Lanes.HashAgain(ref state);
        for (int lane = 0; lane < shares.Length; lane++)
        {
            hashes[lane] = Sha256Lanes.Take(state, lane);
        }
    }
}
