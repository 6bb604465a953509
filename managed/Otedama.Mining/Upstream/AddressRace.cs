using System.Net;
using System.Net.Sockets;

namespace Otedama.Mining;

/// <summary>
/// Connects to whichever address of a name answers first (RFC 8305): both families in turn, a new one every quarter of a
/// second or as soon as one fails, and each with its own time, so that an address that drops packets costs nothing.
/// </summary>
/// <param name="connect">Opens a stream to one address or throws SocketException.</param>
/// <param name="wait">Of each address.</param>
/// <param name="stagger">Between two starts.</param>
internal sealed class AddressRace(
    Func<IPAddress, CancellationToken, Task<Stream>> connect, TimeSpan wait, TimeSpan stagger, TimeProvider clock)
{
    /// <summary>More addresses than any pool's name has; the rest are not tried.</summary>
    public const int AddressesMax = 16;

    /// <summary>Throws SocketException or TimeoutException of the last address when none answers.</summary>
    public async Task<Stream> RunAsync(IEnumerable<IPAddress> addresses, CancellationToken cancellation)
    {
        using CancellationTokenSource lost = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        List<Task<Stream>> running = [];
        Exception problem = new SocketException((int)SocketError.HostNotFound);
        Queue<IPAddress> waiting = new(addresses.Take(AddressesMax));
        try
        {
            while (waiting.Count > 0 || running.Count > 0)
            {
                if (waiting.TryDequeue(out IPAddress? next))
                {
                    running.Add(TryAsync(next, lost.Token));
                }
                Task<Stream>? ended = await FirstAsync(running, waiting.Count > 0, cancellation);
                if (ended is null)
                {
                    continue;
                }
                running.Remove(ended);
                if (ended.IsCompletedSuccessfully)
                {
                    return await ended;
                }
                problem = ended.Exception?.InnerException ?? problem;
            }
        }
        finally
        {
            await lost.CancelAsync();
            await Task.WhenAll(running.Select(DiscardAsync));
        }
        cancellation.ThrowIfCancellationRequested();
        throw problem;
    }

    /// <summary>
    /// IPv6 first, then in turn; within a family as the resolver sorted them. last is the address behind which nothing
    /// answered: whoever takes connections there would win every race.
    /// </summary>
    public static IReadOnlyList<IPAddress> Order(IReadOnlyList<IPAddress> addresses, IPAddress? last)
    {
        IPAddress[] six = [.. addresses.Where(static a => a.AddressFamily == AddressFamily.InterNetworkV6)];
        IPAddress[] four = [.. addresses.Where(static a => a.AddressFamily == AddressFamily.InterNetwork)];
        List<IPAddress> order = [];
        for (int i = 0; i < Math.Max(six.Length, four.Length); i++)
        {
            order.AddRange(six.Skip(i).Take(1));
            order.AddRange(four.Skip(i).Take(1));
        }
        return [.. order.OrderBy(address => address.Equals(last))];
    }

    /// <summary>The first attempt that ended; null when it is time for the next address.</summary>
    private async Task<Task<Stream>?> FirstAsync(List<Task<Stream>> running, bool more, CancellationToken cancellation)
    {
        Task<Task<Stream>> first = Task.WhenAny(running);
        if (!more)
        {
            return await first;
        }
        using CancellationTokenSource awake = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task pause = Task.Delay(stagger, clock, awake.Token);
        bool ended = await Task.WhenAny(first, pause) == first;
        await awake.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        return ended ? await first : null;
    }

    private async Task<Stream> TryAsync(IPAddress address, CancellationToken cancellation)
    {
        using CancellationTokenSource deadline = new(wait, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            return await connect(address, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"{address} did not answer within {wait.TotalSeconds:F0} s");
        }
    }

    private static async Task DiscardAsync(Task<Stream> late)
    {
        try
        {
            await (await late).DisposeAsync();
        }
        catch (Exception e) when (e is SocketException or TimeoutException or OperationCanceledException or IOException)
        {
            // It lost the race.
        }
    }
}
