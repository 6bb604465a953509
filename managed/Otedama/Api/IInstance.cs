namespace Otedama;

/// <summary>A running instance as the local API sees it. Every member is safe to call from any thread.</summary>
internal interface IInstance
{
    StatusView Status();

    /// <summary>Names of the pools that run, in the order of the configuration.</summary>
    IReadOnlyList<string> PoolNames { get; }

    /// <summary>Names of the rigs that run, in the order of the configuration.</summary>
    IReadOnlyList<string> RigNames { get; }

    /// <summary>pool is one of PoolNames, here and below.</summary>
    MinersAnswer Miners(string pool);

    BlocksAnswer Blocks(string pool);

    PayoutsAnswer Payouts(string pool);

    /// <summary>The newest so many shares of the pool's share chain, and those beside it.</summary>
    ChainSharesAnswer ChainShares(string pool, int count);

    PeersAnswer Peers(string pool);

    HistoryView History();

    /// <summary>Null where no fleet is watched.</summary>
    IFleetView? Fleet => null;

    /// <summary>Reads the configuration again and takes over what may change while running.</summary>
    Task<ReloadAnswer> ReloadAsync(CancellationToken stop);

    /// <summary>
    /// Starts or stops the workers of a rig, of all where none is named. Returns what could not be done, or null.
    /// </summary>
    Task<string?> SetMiningAsync(bool mining, string? rig, CancellationToken stop);

    /// <summary>Turns a rig that runs to another algorithm until the next reload or restart.</summary>
    Task<SwitchAnswer> SwitchMiningAsync(MiningSwitch wanted, CancellationToken stop);
}
