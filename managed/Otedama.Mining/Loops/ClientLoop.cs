namespace Otedama.Mining;

/// <summary>Visits one pool after the other until it is stopped.</summary>
internal static class ClientLoop
{
    /// <param name="visit">Visits a pool by its number; returns the next one and the pause before it.</param>
    /// <param name="end">Called last, with what broke the loop; null when it was stopped.</param>
    public static Task Start(
        Func<int, Task<(int Next, TimeSpan Pause)>> visit, Func<Exception?, Task> end, TimeProvider time, CancellationToken stop) =>
        Task.Run(() => RunAsync(visit, end, time, stop), CancellationToken.None);

    private static async Task RunAsync(
        Func<int, Task<(int Next, TimeSpan Pause)>> visit, Func<Exception?, Task> end, TimeProvider time, CancellationToken stop)
    {
        Exception? problem = null;
        try
        {
            int index = 0;
            while (!stop.IsCancellationRequested)
            {
                (index, TimeSpan pause) = await visit(index);
                await Task.Delay(pause, time, stop);
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
        await end(problem);
    }
}
