using System.Net;
using System.Net.Sockets;

namespace Otedama.Asic;

/// <summary>
/// Which of many ports take a connection. Begins with 64 attempts at once and takes 64 more every 100 ms while nothing
/// is
/// amiss; halves when this machine runs out of sockets or buffers. One attempt lasts at most a second.
/// </summary>
public sealed class PortScan(TimeProvider clock)
{
    private const int AtOnceFirst = 64, AtOnceMax = 1024;

    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_grow = TimeSpan.FromMilliseconds(100);

    /// <summary>Most attempts that ran at one time, for tests and for people who wonder.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>Calls back with each port that is open, in no order, one call at a time.</summary>
    public async Task RunAsync(IEnumerable<IPEndPoint> ports, Action<IPEndPoint> open, CancellationToken cancel)
    {
        int limit = AtOnceFirst;
        long grown = clock.GetTimestamp();
        HashSet<Task<(IPEndPoint Port, bool? IsOpen)>> running = [];
        Queue<IPEndPoint> again = [];
        using IEnumerator<IPEndPoint> next = ports.GetEnumerator();
        bool more = true;
        while (true)
        {
            while (running.Count < limit && (again.Count > 0 || (more && (more = next.MoveNext()))))
            {
                running.Add(TryAsync(again.Count > 0 ? again.Dequeue() : next.Current, cancel));
                MostAtOnce = Math.Max(MostAtOnce, running.Count);
            }
            if (running.Count == 0)
            {
                return;
            }
            Task pause = more && running.Count == limit ? Task.Delay(s_grow, clock, cancel)
                : Task.Delay(Timeout.InfiniteTimeSpan, clock, cancel);
            await Task.WhenAny(running.Cast<Task>().Append(pause));
            cancel.ThrowIfCancellationRequested();
            foreach (Task<(IPEndPoint Port, bool? IsOpen)> done in running.Where(
                static one => one.IsCompleted).ToArray())
            {
                running.Remove(done);
                (IPEndPoint port, bool? isOpen) = await done;
                if (isOpen is null)
                {
                    limit = Math.Max(1, limit / 2);
                    again.Enqueue(port);
                    grown = clock.GetTimestamp();
                    await Task.Delay(s_grow, clock, cancel);
                }
                else if (isOpen == true)
                {
                    open(port);
                }
            }
            if (clock.GetElapsedTime(grown) >= s_grow)
            {
                limit = Math.Min(AtOnceMax, limit + AtOnceFirst);
                grown = clock.GetTimestamp();
            }
        }
    }

    /// <returns>Null when this machine could not try.</returns>
    private async Task<(IPEndPoint Port, bool? IsOpen)> TryAsync(IPEndPoint port, CancellationToken cancel)
    {
        using CancellationTokenSource deadline = new(s_connect, clock);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        try
        {
            using Socket socket = new(port.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(port, both.Token);
            return (port, true);
        }
        catch (SocketException e) when (
            e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
        {
            return (port, null);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return (port, false);
        }
    }
}
