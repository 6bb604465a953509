using Microsoft.Extensions.Logging;

namespace Otedama;

/// <summary>Steps the fleet until it is stopped; a mistake in one round does not end the watch.</summary>
internal static class FleetLoop
{
    private static readonly TimeSpan s_afterMistake = TimeSpan.FromSeconds(1);

    public static Task RunAsync(FleetHost fleet, ILogger logger, CancellationToken stop) => Task.Run(async () =>
    {
        while (!stop.IsCancellationRequested)
        {
            TimeSpan pause = s_afterMistake;
            try
            {
                pause = fleet.Step();
            }
            catch (Exception e)
            {
                FleetLog.WatchStumbled(logger, e);
            }
            await fleet.WaitAsync(pause, stop);
        }
    }, stop);
}
