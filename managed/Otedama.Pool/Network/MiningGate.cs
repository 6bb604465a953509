using System.Globalization;

namespace Otedama.Pool;

/// <summary>
/// Why miners are not let in: alone, this node might be on a branch that nobody else pays; behind, it certainly is. A
/// tip that is old does not close it, or a chain that once stood still could never go on.
/// </summary>
/// <param name="soloOk">By the operator's word nothing closes it.</param>
internal sealed class MiningGate(ShareDesk desk, PeerNode peers, PartitionWatch partition, bool soloOk)
{
    /// <summary>Null while they are let in.</summary>
    public Closure? Why
    {
        get
        {
            if (soloOk)
            {
                return null;
            }
            // To tell of a heavier chain costs nothing: who has a chain goes on until shares of the other one are here,
            // and who was level once does not stop for it at all.
            if (peers.Chain.Sync is { Progress: { } fetch } sync
                && (desk.Look(static chain => chain.Count) == 0 || (fetch.Had > 0 && !sync.WasLevel)))
            {
                return new Closure(
                    $"the share chain is being fetched: {fetch.Had} of about {fetch.Of} shares; try again soon", false);
            }
            if (peers.Chain.Count == 0)
            {
                return new Closure(
                    peers.OfOtherChains is { } others ? $"no other node of the share chain is connected; {others}"
                        : "no other node of the share chain is connected, so that what is mined might pay nobody; see "
                            + "p2p.bootstrap_nodes, or set p2p.solo_ok to begin a chain alone",
                    SendsAway: true);
            }
            return peers.Chain.CoinSight is { IsSure: true } sight
                ? new Closure($"the coin node is {sight.Blocks} blocks behind what {sight.Peers} peers see", true)
                : partition.Alarm is { } cut ? new Closure(WordsOf(cut), SendsAway: false) : null;
        }
    }

    /// <summary>A guess, so that those who mine may go on: if everybody stopped, nobody could begin again.</summary>
    public static string WordsOf(Partition cut) => string.Create(CultureInfo.InvariantCulture,
        $"{cut.Came} shares of other nodes came in ten minutes where {cut.Expected:0} are usual: this node may be ")
        + "cut off from the others; see its clock and otedama node peers";
}
