using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Otedama.Benchmarks;

/// <summary>
/// What an honest miner notices of a flood. The pool runs apart, with pool.proxy_sources: [127.0.0.1] and its default limits;
/// every connection here says in a PROXY header which address it comes from, so that the limits apply. Each flood runs a few
/// seconds between two calm stretches; printed are the honest miner's round trips and the time a new one needs to log in.
/// </summary>
internal static class Flood
{
    private const int HalfOpen = 5_000;

    private static readonly byte[] s_ping = "{\"id\":7,\"method\":\"mining.ping\"}\n"u8.ToArray();

    private static int s_next;

    public static async Task<int> RunAsync(string[] arguments)
    {
        IPEndPoint pool = IPEndPoint.Parse(arguments[0]);
        string user = arguments[1];
        TimeSpan time = TimeSpan.FromSeconds(double.Parse(arguments[2], CultureInfo.InvariantCulture));
        (string Name, Func<IPEndPoint, CancellationToken, Task> Run)[] floods =
        [
            ("calm", static (_, stop) => WaitAsync(stop)),
            ("connects of one /24", static (pool, stop) => RepeatAsync(8, stop, () => ConnectOnceAsync(pool, $"203.0.113.{Random.Shared.Next(1, 255)}", stop))),
            ("connects of everywhere", static (pool, stop) => RepeatAsync(8, stop, () => ConnectOnceAsync(pool, Anywhere(), stop))),
            ("5,000 that never log in", static (pool, stop) => HoldAsync(pool, HalfOpen, i => Header($"100.{64 + (i / 2_000)}.{i / 8 % 250}.{1 + (i % 8)}"), stop)),
            ("5,000 that say nothing", static (pool, stop) => HoldAsync(pool, HalfOpen, static _ => [], stop)),
            ("bytes without a line", static (pool, stop) => HoldAsync(pool, 500, static i => [.. Header($"100.65.{i / 8}.{1 + (i % 8)}"), .. "{\"id\":1,"u8], stop)),
            ("lines that are no JSON", static (pool, stop) => RepeatAsync(8, stop, () => SendAsync(pool, "garbage\n"u8.ToArray(), 2_000, stop))),
            ("asks and never reads", static (pool, stop) => RepeatAsync(8, stop, () => SendAsync(pool, s_ping, 20_000, stop))),
        ];
        Console.Out.WriteLine($"{"flood",-26} {"connections",12} {"ping p50 ms",12} {"ping p99 ms",12} {"login p50 ms",13} {"login p99 ms",13} {"logins",7} {"failed",7}");
        foreach ((string name, Func<IPEndPoint, CancellationToken, Task> run) in floods)
        {
            using CancellationTokenSource stop = new(time);
            s_next = 0;
            Task flood = Task.Run(() => run(pool, stop.Token));
            Task<List<double>> pings = PingAsync(pool, user, stop.Token);
            (List<double> logins, int failed) = await LoginsAsync(pool, user, stop.Token);
            List<double> trips = await pings;
            await flood.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-26} {Volatile.Read(ref s_next),12} {At(trips, 0.5),12:0.00} {At(trips, 0.99),12:0.00} {At(logins, 0.5),13:0.00} {At(logins, 0.99),13:0.00} {logins.Count,7} {failed,7}"));
            await Task.Delay(2_000);
        }
        return 0;
    }

    private static byte[] Header(string address) => Encoding.ASCII.GetBytes($"PROXY TCP4 {address} 10.0.0.1 4000 3333\r\n");

    private static string Anywhere() => new IPAddress(Random.Shared.Next(1 << 24, int.MaxValue)).ToString();

    private static double At(List<double> values, double quantile) =>
        values.Count == 0 ? double.NaN : values.Order().ElementAt((int)Math.Min(values.Count - 1, quantile * values.Count));

    private static async Task WaitAsync(CancellationToken stop) => await Task.Delay(Timeout.Infinite, stop);

    private static Task RepeatAsync(int tasks, CancellationToken stop, Func<Task> once) => Task.WhenAll(Enumerable.Range(0, tasks).Select(_ => Task.Run(async () =>
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await once();
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
            {
                // Refused or closed: that is what limits are for.
            }
        }
    })));

    private static async Task<Socket> OpenAsync(IPEndPoint pool, ReadOnlyMemory<byte> first, CancellationToken stop)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(pool, stop);
            Interlocked.Increment(ref s_next);
            if (!first.IsEmpty)
            {
                await socket.SendAsync(first, stop);
            }
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task ConnectOnceAsync(IPEndPoint pool, string address, CancellationToken stop)
    {
        using Socket socket = await OpenAsync(pool, Header(address), stop);
    }

    private static async Task HoldAsync(IPEndPoint pool, int count, Func<int, byte[]> first, CancellationToken stop)
    {
        List<Socket> open = [];
        try
        {
            for (int i = 0; i < count && !stop.IsCancellationRequested; i++)
            {
                open.Add(await OpenAsync(pool, first(i), stop));
            }
            await WaitAsync(stop);
        }
        finally
        {
            open.ForEach(static socket => socket.Dispose());
        }
    }

    /// <summary>Sends and reads nothing until the pool closes, or the lines are through and ten seconds over.</summary>
    private static async Task SendAsync(IPEndPoint pool, byte[] line, int times, CancellationToken stop)
    {
        using Socket socket = await OpenAsync(pool, Header(Anywhere()), stop);
        byte[] lines = [.. Enumerable.Repeat(line, 100).SelectMany(static one => one)];
        for (int i = 0; i < times / 100; i++)
        {
            await socket.SendAsync(lines, stop);
        }
        await Task.Delay(10_000, stop);
    }

    private static async Task<List<double>> PingAsync(IPEndPoint pool, string user, CancellationToken stop)
    {
        List<double> trips = [];
        try
        {
            using Socket socket = await OpenAsync(pool, Header("198.51.100.1"), stop);
            using StreamReader reader = new(new NetworkStream(socket));
            await LogInAsync(socket, reader, user, stop);
            while (true)
            {
                long began = Stopwatch.GetTimestamp();
                await socket.SendAsync(s_ping, stop);
                while (await reader.ReadLineAsync(stop) is { } line && !line.Contains("pong", StringComparison.Ordinal))
                {
                }
                trips.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                await Task.Delay(10, stop);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            return trips;
        }
    }

    /// <summary>New honest miners, about five a second, each from a network of its own.</summary>
    private static async Task<(List<double> Logins, int Failed)> LoginsAsync(IPEndPoint pool, string user, CancellationToken stop)
    {
        List<double> logins = [];
        int failed = 0;
        for (int i = 0; !stop.IsCancellationRequested; i++)
        {
            long began = Stopwatch.GetTimestamp();
            try
            {
                using Socket socket = await OpenAsync(pool, Header($"192.{i / 250}.{i % 250}.1"), stop);
                using StreamReader reader = new(new NetworkStream(socket));
                await LogInAsync(socket, reader, user, stop);
                logins.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                await Task.Delay(200, stop);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                failed++;
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
        return (logins, failed);
    }

    private static async Task LogInAsync(Socket socket, StreamReader reader, string user, CancellationToken stop)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"{{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"bench/1\"]}}\n{{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"{user}\",\"x\"]}}\n"), stop);
        while (true)
        {
            string line = await reader.ReadLineAsync(stop) ?? throw new IOException("closed");
            if (line.StartsWith("{\"id\":2,", StringComparison.Ordinal))
            {
                return;
            }
        }
    }
}
