namespace Otedama.Core;

/// <summary>
/// Whether a chain that shares nothing with ours may replace it (share chain rules, 8.6): work alone does not decide
/// between histories that nobody here saw, so the coin's blocks bear witness to when its shares were made.
/// </summary>
public static class ForeignChain
{
    /// <summary>How far a share's time may be from that of the block it builds on, ms: three hours.</summary>
    private const ulong BlockDistanceMaxMs = 10_800_000;

    /// <summary>Windows that the oldest block may be behind the newest known.</summary>
    private const ulong WindowsOld = 4;

    /// <summary>
    /// One share in so many may build on a block we do not know: coin blocks lose races, but what nobody can look up
    /// proves nothing.
    /// </summary>
    private const int UnknownOneIn = 10;

    /// <summary>
    /// Null when the candidate may replace the current chain; else why not. Looks at the newest N shares of both.
    /// </summary>
    public static string? Refuse(ShareChain candidate, ShareChain current, ChainParameters parameters, ICoinBlocks coin)
    {
        int count = parameters.WindowShares;
        UInt128 work = candidate.RecentWork(count), ours = current.RecentWork(count);
        if (work <= ours)
        {
            return $"its newest {count} shares have work {work}; ours have {ours}";
        }
        List<ChainShare> shares = [.. candidate.Newest().Take(count)];
        List<(ChainShare Share, ulong BlockTimeMs)> known = Known(shares, coin);
        if (known.Count == 0 || (shares.Count - known.Count) * UnknownOneIn > shares.Count)
        {
            int unknown = shares.Count - known.Count;
            return $"{unknown} of {shares.Count} shares build on coin blocks that are not known here";
        }
        return Age(known, parameters, coin) ?? Blocks(known, current, count, coin) ?? Times(known) ?? Span(known);
    }

    private static string? Age(
        List<(ChainShare Share, ulong BlockTimeMs)> known, ChainParameters parameters, ICoinBlocks coin)
    {
        ulong oldest = known.Min(static each => each.BlockTimeMs);
        ulong most = WindowsOld * (ulong)parameters.WindowShares * (ulong)parameters.SpacingMs;
        return coin.TipTimeMs > oldest && coin.TipTimeMs - oldest > most
            ? $"its oldest share builds on a coin block {coin.TipTimeMs - oldest} ms before the newest; "
                + $"at most {most} are allowed"
            : null;
    }

    private static string? Blocks(
        List<(ChainShare Share, ulong BlockTimeMs)> known, ShareChain current, int count, ICoinBlocks coin)
    {
        int theirs = Distinct(known), ours = Distinct(Known(current.Newest().Take(count), coin));
        return 2 * theirs < ours
            ? $"it builds on {theirs} known coin blocks; ours on {ours}, and half of that is the least"
            : null;
    }

    private static string? Times(List<(ChainShare Share, ulong BlockTimeMs)> known)
    {
        foreach ((ChainShare share, ulong block) in known)
        {
            ulong time = share.Core.TimeMs;
            ulong off = time > block ? time - block : block - time;
            if (off > BlockDistanceMaxMs)
            {
                return $"share {share} is {off} ms from its coin block; at most {BlockDistanceMaxMs} are allowed";
            }
        }
        return null;
    }

    /// <summary>Whoever made the chain afterwards and quickly has many shares on few blocks, or few on many.</summary>
    private static string? Span(List<(ChainShare Share, ulong BlockTimeMs)> known)
    {
        UInt128 shares = MiddleOf(known.Select(static each => each.Share.Core.TimeMs));
        UInt128 blocks = MiddleOf(known.Select(static each => each.BlockTimeMs));
        return 3 * shares < 2 * blocks || 3 * shares > 4 * blocks
            ? $"nine tenths less a tenth of its shares take {shares} ms, their coin blocks {blocks}; "
                + "two thirds to four thirds are allowed"
            : null;
    }

    /// <summary>From the time that a tenth lies before to the one that a tenth lies behind.</summary>
    private static UInt128 MiddleOf(IEnumerable<ulong> times)
    {
        ulong[] sorted = [.. times.Order()];
        return sorted[sorted.Length * 9 / 10] - sorted[sorted.Length / 10];
    }

    private static List<(ChainShare Share, ulong BlockTimeMs)> Known(IEnumerable<ChainShare> shares, ICoinBlocks coin)
    {
        List<(ChainShare, ulong)> known = [];
        foreach (ChainShare share in shares)
        {
            if (coin.TimeMsOf(share.Work.Header.PreviousHash) is { } time)
            {
                known.Add((share, time));
            }
        }
        return known;
    }

    private static int Distinct(List<(ChainShare Share, ulong BlockTimeMs)> known) =>
        known.Select(static each => each.Share.Work.Header.PreviousHash).Distinct().Count();
}
