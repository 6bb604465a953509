namespace Otedama;

/// <summary>A running instance as the local API sees it. Every member is safe to call from any thread.</summary>
internal interface IInstance
{
    StatusView Status();

    MinersAnswer Miners();

    BlocksAnswer Blocks();

    PayoutsAnswer Payouts();

    HistoryView History();

    /// <summary>Reads the configuration again and takes over what may change while running.</summary>
    Task<ReloadAnswer> ReloadAsync(CancellationToken stop);

    /// <summary>Starts or stops the workers of this machine. Returns what could not be done, or null.</summary>
    Task<string?> SetMiningAsync(bool mining, CancellationToken stop);
}
