using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama.Benchmarks;

/// <summary>
/// warm-start PATH RUNS: how long the program takes from its start to a miner's login, on its embedded chain with a share chain of
/// two full windows on the disk. A start does not look at a kept share's work again, so these have none; all else is as it is
/// kept. The share chain is said to begin here (p2p.solo_ok), because nobody else is there.
/// </summary>
internal sealed class WarmStart : IDisposable
{
    private const int Payees = 1_000;

    /// <summary>A coin block of many shares, so that the window is as long as it may be.</summary>
    private const uint Hard = 0x1b00ffff;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _program;
    private readonly string _folder = Directory.CreateTempSubdirectory("otedama-warm").FullName;
    private readonly ChainParameters _parameters = ChainSets.For(ChainSets.Standard, CoinCatalogue.Otedama);
    private readonly string _user;

    private WarmStart(string program)
    {
        _program = program;
        _ = Address.TryEncode(FreeShares.Payee(0).ToScript(), CoinCatalogue.Otedama, out string address);
        _user = $"{address}.w";
    }

    public static async Task<int> RunAsync(string program, string runsText, bool isJson)
    {
        int runs = int.Parse(runsText, CultureInfo.InvariantCulture);
        using WarmStart bench = new(program);
        Console.Error.WriteLine("a first start makes the folders");
        (double first, _) = await bench.StartAsync();
        int shares = bench.Fill();
        List<double> times = [];
        for (int i = 0; i < runs; i++)
        {
            (double seconds, string log) = await bench.StartAsync();
            if (!log.Contains($"{shares} shares", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"the program does not say that it has the {shares} shares:\n{log}");
            }
            Console.Error.WriteLine($"start {i + 1}: {seconds.ToString("0.000", CultureInfo.InvariantCulture)} s");
            times.Add(seconds);
        }
        BenchRows rows = new($"start of the program to a miner's login, {shares} shares and {Payees} payees on the disk");
        rows.Add("first start, nothing on the disk", "s", [first]);
        rows.Add("warm start", "s", times);
        rows.Print(isJson);
        return 0;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Starts it, logs in as a miner, ends it. Seconds, and what it had said by then.</summary>
    private async Task<(double Seconds, string Log)> StartAsync()
    {
        int[] ports = [.. Enumerable.Range(0, 4).Select(static _ => LoadProgram.FreePort())];
        List<string> arguments = ["--data-dir", _folder];
        string[] settings =
        [
            "p2p.enabled=true", "p2p.listen=127.0.0.1", "p2p.solo_ok=true", "dht.mode=off", "p2p.nat=off", "mining.enabled=false",
            "api.enabled=false", $"pool.port={ports[0]}", $"node.port={ports[1]}", $"metrics.port={ports[2]}", $"p2p.port={ports[3]}",
        ];
        arguments.AddRange(settings.SelectMany(static setting => (string[])["--set", setting]));
        StringBuilder log = new();
        long began = Stopwatch.GetTimestamp();
        using Process process = Process.Start(
            new ProcessStartInfo(_program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        DataReceivedEventHandler hear = (_, line) =>
        {
            lock (log)
            {
                log.AppendLine(line.Data);
            }
        };
        process.OutputDataReceived += hear;
        process.ErrorDataReceived += hear;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await LoginAsync(ports[0]).WaitAsync(s_patience);
            double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            await Task.Delay(500); // its log
            lock (log)
            {
                return (seconds, log.ToString());
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>Ends when the pool has said yes to a login.</summary>
    private async Task LoginAsync(int port)
    {
        byte[] login = Encoding.ASCII.GetBytes(
            "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"load/1\"]}\n"
            + $"{{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"{_user}\",\"x\"]}}\n");
        while (true)
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                await socket.SendAsync(login);
                byte[] buffer = new byte[65_536];
                int length = 0;
                while (await socket.ReceiveAsync(buffer.AsMemory(length)) is int count and > 0)
                {
                    length += count;
                    string heard = Encoding.ASCII.GetString(buffer, 0, length);
                    if (heard.Split('\n').Any(static line => line.Contains("\"id\":2", StringComparison.Ordinal)
                        && line.Contains("\"result\":true", StringComparison.Ordinal)))
                    {
                        return;
                    }
                }
            }
            catch (SocketException)
            {
                // Not listening yet.
            }
            await Task.Delay(2);
        }
    }

    /// <summary>Two windows and a little, as a node keeps them; how many shares.</summary>
    private int Fill()
    {
        string folder = Directory.GetDirectories(_folder, "chain-*", SearchOption.AllDirectories).Single();
        int count = 2 * _parameters.WindowShares;
        using ShareStore store = ShareStore.Open(new DiskFiles(), folder, 64 << 20, NullLogger.Instance, static _ => null);
        ulong now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        ulong spacing = (ulong)_parameters.SpacingMs, began = now - ((ulong)count * spacing);
        Hash256[] branch = [.. Enumerable.Range(0, ChainMaker.Branch).Select(static level => Sha256d.Hash(BitConverter.GetBytes(level)))];
        ShareChain chain = new(_parameters, new NativeSeedHashes());
        for (int i = 0; i < count; i++)
        {
            PayoutKey payout = FreeShares.Payee(i % 3 == 0 ? i % 97 : i % Payees);
            ShareCore core = FreeShares.Core(chain.Next(), payout, began + ((ulong)i * spacing)) with { CoinHeight = 1 };
            ChainShare bare = FreeShares.Seal(core, _parameters, (ulong)i, Hard, payees: null);
            ChainShare share = new(core, bare.Work with { Branch = branch });
            if (chain.Restore(share) is { } fault)
            {
                throw new InvalidOperationException($"share {i} was refused: {fault}");
            }
            store.Append(share);
        }
        store.Flush();
        return count;
    }
}
