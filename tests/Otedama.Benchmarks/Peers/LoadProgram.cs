using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Otedama.Wire;

namespace Otedama.Benchmarks;

/// <summary>otedama as it is shipped, on its embedded chain with one mining thread, unless the settings say otherwise, and a share chain; another process.</summary>
internal sealed partial class LoadProgram : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("otedama-peers").FullName;
    private readonly Process _process;
    private readonly TaskCompletionSource<NodeId> _id = new();
    private long _most; // kB resident, since MostAgain

    public LoadProgram(string path, params string[] settings)
    {
        int[] ports = [.. Enumerable.Range(0, 5).Select(static _ => FreePort())];
        To = new IPEndPoint(IPAddress.Loopback, ports[4]);
        List<string> arguments =
        [
            "--data-dir", _folder, "--set", "p2p.enabled=true", "--set", "p2p.listen=127.0.0.1", "--set", "dht.mode=off",
            "--set", "p2p.nat=off", "--set", "mining.workers.cpu_threads=1", "--set", "api.enabled=false",
        ];
        string[] keys = ["pool.port", "node.port", "metrics.port", "api.port", "p2p.port"];
        foreach (string setting in keys.Zip(ports, static (key, port) => $"{key}={port}").Concat(settings))
        {
            arguments.AddRange(["--set", setting]);
        }
        _process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public IPEndPoint To { get; }

    /// <summary>Its id, when it listens.</summary>
    public Task<NodeId> Id => _id.Task.WaitAsync(TimeSpan.FromSeconds(60));

    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Resident now, MB of a million bytes.</summary>
    public double Resident => Kilobytes() * 1024 / 1e6;

    /// <summary>The most that was resident at any of the looks since the last call.</summary>
    public double TakeMost() => Interlocked.Exchange(ref _most, 0) * 1024 / 1e6;

    /// <summary>Looks ten times a second.</summary>
    public async Task WatchAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            _most = Math.Max(_most, Kilobytes());
            await Task.Delay(100, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private long Kilobytes() => File.ReadLines($"/proc/{_process.Id}/status")
        .Where(static line => line.StartsWith("VmRSS", StringComparison.Ordinal))
        .Select(static line => long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
        .FirstOrDefault();

    private void Read(string? line)
    {
        if (line is not null && IsMe().Match(line) is { Success: true } match && NodeId.TryParse(match.Groups[1].Value, out NodeId id))
        {
            _id.TrySetResult(id);
        }
    }

    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("this node is otp2p://([0-9a-f]{64})@")]
    private static partial Regex IsMe();
}
