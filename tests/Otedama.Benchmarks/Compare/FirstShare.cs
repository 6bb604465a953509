using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Otedama.Benchmarks;

/// <summary>
/// first-share PATH [RUNS]: starts otedama as a newcomer does (fresh data directory; only the ports are chosen, so that
/// it disturbs nobody), and takes the time until its own metrics count an accepted share. Then resident memory, mining
/// and without the miner.
/// </summary>
internal static class FirstShare
{
    private const string Counter = "otedama_shares_accepted";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(string program, int runs)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"binary: {new FileInfo(program).Length / 1048576.0:0.0} MiB"));
        List<double> seconds = [];
        for (int i = 0; i < runs; i++)
        {
            (double first, string memory) = await OnceAsync(program, mining: true);
            seconds.Add(first);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"run {i + 1}: first share after {first:0.00} s; resident when mining {memory}"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first share, median of {runs}: {Medians.Of(seconds):0.00} s"));
        (_, string idle) = await OnceAsync(program, mining: false);
        Console.WriteLine($"idle after 5 s (chain, pool, dashboard, metrics; no miner): resident {idle}");
        return seconds.TrueForAll(double.IsFinite) ? 0 : 1;
    }

    private static async Task<(double Seconds, string Memory)> OnceAsync(string program, bool mining)
    {
        string directory = Directory.CreateTempSubdirectory("otedama-first-share").FullName;
        int[] ports = FreePorts(4);
        string[] keys = ["pool.port", "node.port", "api.port", "metrics.port"];
        List<string> arguments = ["--data-dir", directory, "--log-level", "error"];
        for (int i = 0; i < ports.Length; i++)
        {
            arguments.AddRange(["--set", string.Create(CultureInfo.InvariantCulture, $"{keys[i]}={ports[i]}")]);
        }
        if (!mining)
        {
            arguments.AddRange(["--set", "mining.enabled=false"]);
        }
        long began = Stopwatch.GetTimestamp();
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        try
        {
            double first = mining ? await WaitAsync(ports[3], began) : 0;
            await Task.Delay(mining ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(5));
            return (first, StratumLoad.Memory(process.Id));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Seconds since `began` when the counter first was above 0; infinite when it never was.</summary>
    private static async Task<double> WaitAsync(int port, long began)
    {
        using HttpClient http = new();
        Uri metrics = new($"http://127.0.0.1:{port}/metrics");
        while (Stopwatch.GetElapsedTime(began) < s_limit)
        {
            try
            {
                string text = await http.GetStringAsync(metrics);
                if (text.Split('\n').Any(line => line.StartsWith(Counter, StringComparison.Ordinal)
                    && double.TryParse(line.Split(' ')[^1], CultureInfo.InvariantCulture, out double value) && value > 0))
                {
                    return Stopwatch.GetElapsedTime(began).TotalSeconds;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            await Task.Delay(10);
        }
        return double.PositiveInfinity;
    }

    private static int[] FreePorts(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener listener in listeners)
        {
            listener.Start();
        }
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (TcpListener listener in listeners)
        {
            listener.Dispose();
        }
        return ports;
    }
}
