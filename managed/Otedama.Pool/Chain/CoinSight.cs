namespace Otedama.Pool;

/// <summary>
/// How far our coin nodes are behind what others say that theirs have: to say so costs nothing, so that nobody is
/// believed alone.
/// </summary>
/// <param name="Blocks">That at least two of them have more; 0 = none.</param>
/// <param name="Peers">How many say so.</param>
/// <param name="IsSure">
/// Two that we dialled, and more than half of all, see so many blocks more that a node which lets itself be mined on
/// would have them.
/// </param>
public readonly record struct CoinSight(uint Blocks, int Peers, bool IsSure)
{
    /// <summary>A peer alone may lie, or be on a chain of its own.</summary>
    private const int Witnesses = 2;

    /// <summary>
    /// Blocks that a coin node may be behind its own headers and still be mined on: as NodeReport has it.
    /// </summary>
    private const int BehindMax = 6;

    /// <summary>own: height of our coin tip, 0 = no work yet. peers: those that told theirs.</summary>
    public static CoinSight Of(uint own, IReadOnlyCollection<(uint Height, bool IsOutbound)> peers)
    {
        if (own == 0)
        {
            return default;
        }
        uint blocks = Beyond(own, peers.Select(static peer => peer.Height));
        uint dialled = Beyond(own, peers.Where(static peer => peer.IsOutbound).Select(static peer => peer.Height));
        int far = peers.Count(peer => peer.Height > own + BehindMax);
        bool isSure = dialled > BehindMax && far * 2 > peers.Count;
        return new CoinSight(blocks, blocks == 0 ? 0 : peers.Count(peer => peer.Height >= own + blocks), isSure);
    }

    private static uint Beyond(uint own, IEnumerable<uint> heights)
    {
        uint seen = heights.OrderDescending().ElementAtOrDefault(Witnesses - 1);
        return seen > own ? seen - own : 0;
    }
}
