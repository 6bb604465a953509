namespace Otedama;

/// <summary>What the rigs and pools of a status add up to, for a line that has room for one number.</summary>
/// <param name="RigHashrateHs">Null where no rig runs.</param>
/// <param name="PoolHashrateHs">Null where no pool runs.</param>
/// <param name="Accepted">By the pools; where none runs, by the upstreams of the rigs. Rejected likewise.</param>
internal sealed record StatusTotals(double? RigHashrateHs, double? PoolHashrateHs, long Accepted, long Rejected, long Blocks, int Miners)
{
    public static StatusTotals Of(StatusView status)
    {
        bool pool = status.Pools.Count > 0;
        return new StatusTotals(
            status.Rigs.Count > 0 ? status.Rigs.Sum(static rig => rig.HashrateHs) : null,
            pool ? status.Pools.Sum(static p => p.HashrateHs) : null,
            pool ? status.Pools.Sum(static p => p.Accepted) : status.Rigs.Sum(static rig => rig.Accepted),
            pool ? status.Pools.Sum(static p => p.Rejected) : status.Rigs.Sum(static rig => rig.Rejected),
            status.Pools.Sum(static p => p.Blocks),
            status.Pools.Sum(static p => p.Miners));
    }
}
