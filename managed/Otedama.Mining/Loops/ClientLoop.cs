namespace Otedama.Mining;

/// <summary>Visits one pool after the other until it is stopped.</summary>
internal static class ClientLoop
{
    public static Task Start(StratumClient client, TimeProvider time, CancellationToken stop) =>
        Task.Run(() => RunAsync(client, time, stop), CancellationToken.None);

    private static async Task RunAsync(StratumClient client, TimeProvider time, CancellationToken stop)
    {
        Exception? problem = null;
        try
        {
            int index = 0;
            while (!stop.IsCancellationRequested)
            {
                (index, TimeSpan pause) = await client.VisitAsync(index).ConfigureAwait(false);
                await Task.Delay(pause, time, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            problem = e;
        }
        await client.EndAsync(problem).ConfigureAwait(false);
    }
}
