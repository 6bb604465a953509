using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>The three loops of one connection to a pool. Each ends with what ends the connection.</summary>
/// <param name="flush">Sends an output and empties it; one at a time.</param>
internal sealed class ConnectionLoops(IPoolLink link, Stream stream, Func<WireBuffer, Task> flush)
{
    public async Task ReadAsync(CancellationToken stop)
    {
        byte[] buffer = new byte[16 * 1024];
        while (!link.IsMoving)
        {
            int read = await stream.ReadAsync(buffer, stop);
            link.Receive(buffer.AsSpan(0, read));
            await flush(link.Outgoing);
        }
    }

    public async Task SubmitAsync(CancellationToken stop)
    {
        await link.Ready.WaitAsync(stop);
        WireBuffer output = new();
        link.Resend(output);
        await flush(output);
        while (await link.WaitForCandidateAsync(stop))
        {
            bool full = link.SubmitQueued(output);
            await flush(output);
            if (full)
            {
                await link.WhenPlaceAsync(stop);
            }
        }
        await Task.Delay(Timeout.InfiniteTimeSpan, stop); // the others end the connection
    }

    public async Task WatchAsync(TimeSpan tick, TimeProvider time, CancellationToken stop)
    {
        WireBuffer output = new();
        while (true)
        {
            await Task.Delay(tick, time, stop);
            link.Tick(output);
            await flush(output);
        }
    }
}
