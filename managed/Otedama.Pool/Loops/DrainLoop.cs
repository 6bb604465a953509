using Microsoft.Extensions.Logging;

namespace Otedama.Pool;

/// <summary>Waits at the end of a server until all submits it took are answered.</summary>
internal static class DrainLoop
{
    private static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(5);

    /// <summary>False when the time ran out first, which the log then says.</summary>
    public static async Task<bool> RunAsync(StratumServer server, TimeSpan timeout, TimeProvider time, ILogger logger)
    {
        server.TakeNoMore();
        long began = time.GetTimestamp();
        while (server.PendingSubmits is long pending && pending > 0)
        {
            if (time.GetElapsedTime(began) > timeout)
            {
                StratumLog.DrainIncomplete(logger, pending, timeout);
                return false;
            }
            await Task.Delay(s_every, time);
        }
        return true;
    }
}
