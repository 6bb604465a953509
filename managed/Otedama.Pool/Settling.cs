using Microsoft.Extensions.Logging;

namespace Otedama.Pool;

/// <summary>Follows our blocks to maturity.</summary>
internal sealed class Settling(Ledger ledger, IChainView chain, TimeProvider time, ILogger logger) : IStep
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(30);

    public Signal Wake { get; } = new(time);

    public async ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        try
        {
            await ledger.SettleAsync(chain, stop);
        }
        catch (Exception e) when (e is not OutOfMemoryException && !stop.IsCancellationRequested) // blocks have to be followed whatever one round meets
        {
            StratumLog.SettlingFailed(logger, e.Message);
        }
        return s_every;
    }
}
