using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Pool;

namespace Otedama.Tests.Published;

/// <summary>The program as one node of a share chain. Its chain is read from its folder, as it lies on the disk.</summary>
internal sealed partial class LiveNode(string program, string folder, int number, LiveCoin coin) : IAsyncDisposable
{
    private readonly string _data = Path.Combine(folder, $"node{number}");
    private readonly ConcurrentQueue<string> _said = [];
    private Process? _process;

    public static CoinSpec Coin { get; } = CoinCatalogue.Find("ltc", "regtest")!;

    public static ChainParameters Parameters { get; } = ChainSets.For(ChainSets.Standard, Coin);

    public IPEndPoint Place { get; } = new(IPAddress.Loopback, FreePort.Next());

    public int StratumPort { get; } = FreePort.Next();

    /// <summary>Whom its blocks are worth something to; another one for each node.</summary>
    public string Address { get; } = AddressOf((byte)number);

    /// <summary>otp2p://ID@HOST:PORT, once it has said so.</summary>
    public string? Name => _said.Select(static line => IsMe().Match(line)).FirstOrDefault(static match => match.Success) is { } found
        ? $"{found.Groups[1].Value}@{Place}" : null;

    public string Said => string.Join('\n', _said);

    /// <summary>first: whom it asks first. options: "p2p" settings beside the usual ones.</summary>
    public void Start(bool mines, string first, string options)
    {
        string file = Path.Combine(folder, $"node{number}.yaml");
        File.WriteAllText(file, $$"""
            data_dir: {{_data}}
            api: {enabled: false}
            metrics: {enabled: false}
            node: {mode: external, coin: ltc, network: regtest, urls: ["{{coin.Url}}"], cookie: {{coin.Cookie}}}
            pool: {port: {{StratumPort}}, address: {{Address}}}
            p2p: {enabled: true, listen: 127.0.0.1, port: {{Place.Port}}, bootstrap_nodes: [{{first}}], allow: ["127.0.0.0/8"]{{options}}}
            mining: {enabled: {{(mines ? "true" : "false")}}, wallet: {{Address}}, workers: {cpu_threads: 1}, algorithms: [{name: scrypt, enabled: true}]}
            """);
        _process = Process.Start(new ProcessStartInfo(program, ["--config", file, "--set", "log.level=debug"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>SIGKILL: nothing is written any more.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync().WaitAsync(Patience.Limit);
        _process.Dispose();
        _process = null;
    }

    /// <summary>SIGTERM: it ends in order, says no error and leaves all that it knew on the disk.</summary>
    public async Task StopAsync()
    {
        using Process signal = Process.Start("/bin/sh", ["-c", $"kill -TERM {_process!.Id}"]);
        await _process.WaitForExitAsync().WaitAsync(Patience.Limit);
        Xunit.Assert.Equal(0, _process.ExitCode);
        _process.Dispose();
        _process = null;
    }

    /// <summary>What it knew at its last write to the disk.</summary>
    public ShareChain Chain()
    {
        KeptShares kept = new(Parameters, ChainCoin.Of(Parameters), new NativeProofChecker(), new NativeSeedHashes());
        foreach (StoredShare share in Shares())
        {
            kept.Load(share);
        }
        return kept.ToChain();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }
    }

    /// <summary>The chain's main line as `otedama sharechain verify` reads it, uncles before those that list them.</summary>
    public IEnumerable<string> Lines()
    {
        ShareChain chain = Chain();
        IEnumerable<ChainShare> oldestFirst = chain.History(chain.TipId).Reverse().OrderBy(static share => share.Core.Height);
        return [Parameters.Line, .. oldestFirst.Select(static share => Hex.Encode(share.Bytes.Span))];
    }

    private List<StoredShare> Shares()
    {
        List<StoredShare> shares = [];
        string kept = Path.Combine(_data, "pool");
        string[] files = Directory.Exists(kept) ? Directory.GetFiles(kept, "shares-*.chain", SearchOption.AllDirectories) : [];
        foreach (string path in files.Order(StringComparer.Ordinal))
        {
            byte[] bytes = ReadWhileOpen(path);
            for (int at = 0; StoreFormat.TryRead(bytes.AsSpan(at), ChainShare.LengthMax, out StoredShare share, out int length); at += length)
            {
                shares.Add(share);
            }
        }
        return shares;
    }

    private static byte[] ReadWhileOpen(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using MemoryStream bytes = new();
        file.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string AddressOf(byte number)
    {
        byte[] program = new byte[20];
        program.AsSpan().Fill(number);
        Assert(Otedama.Core.Address.TryEncode([0x00, 0x14, .. program], Coin, out string address));
        return address;
    }

    private static void Assert(bool holds) => Xunit.Assert.True(holds);

    [GeneratedRegex("this node is (otp2p://[0-9a-f]{64})@")]
    private static partial Regex IsMe();
}
