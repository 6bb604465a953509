using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Otedama.Benchmarks;

/// <summary>
/// Closed-loop load on a Stratum server: stratum-load HOST:PORT USER CONNECTIONS OUTSTANDING SECONDS [SERVER_PID].
/// OUTSTANDING 0 only logs in and stays idle. The server has to hand out difficulty 1e-9 or below.
/// </summary>
internal static class StratumLoad
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        IPEndPoint endpoint = IPEndPoint.Parse(arguments[0]);
        int connections = Number(arguments[2]), outstanding = Number(arguments[3]), seconds = Number(arguments[4]);
        int pid = arguments.Length > 5 ? Number(arguments[5]) : 0;
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(60 + seconds));
        LoadMiner[] miners = [.. Enumerable.Range(0, connections).Select(i => new LoadMiner(endpoint, $"{arguments[1]}.w{i}", outstanding))];
        long began = Stopwatch.GetTimestamp();
        int failed = await LoginAsync(miners, stop.Token);
        Console.WriteLine($"{connections} logins at once in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.00} s, {failed} failed");
        if (outstanding == 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds));
            Console.WriteLine(Memory(pid));
            return failed == 0 ? 0 : 1;
        }
        double cpuBefore = CpuSeconds(pid);
        began = Stopwatch.GetTimestamp();
        stop.CancelAfter(TimeSpan.FromSeconds(seconds));
        await Task.WhenAll(miners.Select(miner => Task.Run(() => miner.RunAsync(stop.Token))));
        Report(miners, Stopwatch.GetElapsedTime(began).TotalSeconds, CpuSeconds(pid) - cpuBefore);
        Console.WriteLine(Memory(pid));
        return 0;
    }

    private static async Task<int> LoginAsync(LoadMiner[] miners, CancellationToken stop)
    {
        int failed = 0;
        await Task.WhenAll(miners.Select(async miner =>
        {
            try
            {
                await miner.LoginAsync(stop);
            }
            catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException or OperationCanceledException)
            {
                Interlocked.Increment(ref failed);
            }
        }));
        return failed;
    }

    private static void Report(LoadMiner[] miners, double seconds, double cpu)
    {
        long accepted = miners.Sum(miner => (long)miner.Accepted), rejected = miners.Sum(miner => (long)miner.Rejected);
        double[] latency = [.. miners.SelectMany(miner => miner.LatencyMs).Order()];
        string error = miners.Select(miner => miner.FirstError).FirstOrDefault(text => text.Length > 0) ?? "none";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{accepted / seconds:0} shares/s, {accepted} accepted, {rejected} rejected (first error: {error})"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"reply p50 {At(latency, 0.5):0.00} ms, p99 {At(latency, 0.99):0.00} ms, server CPU {cpu / Math.Max(1, accepted) * 1e6:0.0} us per share"));
    }

    private static double At(double[] sorted, double part) =>
        sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))];

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>User and system time of a process, from fields 14 and 15 of its stat file, in 1/100 s.</summary>
    private static double CpuSeconds(int pid)
    {
        if (pid == 0)
        {
            return 0;
        }
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[11]) + Number(fields[12])) / 100.0;
    }

    internal static string Memory(int pid) => pid == 0 ? "" : string.Join(", ", File.ReadLines($"/proc/{pid}/status")
        .Where(line => line.StartsWith("VmRSS", StringComparison.Ordinal) || line.StartsWith("RssAnon", StringComparison.Ordinal))
        .Select(line => string.Join(' ', line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
}
