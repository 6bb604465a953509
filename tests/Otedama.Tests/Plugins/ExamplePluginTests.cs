using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;
using Otedama.Node;
using Otedama.Pool;
using Otedama.Tests.App;
using Otedama.Tests.Mining;
using Otedama.Tests.Pool;
using Xunit;

namespace Otedama.Tests.Plugins;

/// <summary>docs/plugins/sha256d.wat in every place where a native algorithm could stand.</summary>
public sealed class ExamplePluginTests : IDisposable
{
    private static readonly string s_path = Path.Combine(Repository.Root, "docs/plugins/sha256d.wat");

    private readonly TempFolder _folder = new();
    private readonly WasmPlugin _plugin = WasmPlugin.Load(s_path, WasmPlugin.DigestOf(s_path));

    public void Dispose()
    {
        _plugin.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void It_agrees_with_native_code_on_random_headers_alone_and_in_batches()
    {
        Assert.Equal("plugin:sha256d-wat", _plugin.AlgorithmName);
        Assert.True(PluginSelfTest.Run(_plugin) > 10);
        Assert.Equal(Algorithm.Sha256d, PluginTwin.Of(_plugin)!.Algorithm);
        using PluginInstance instance = _plugin.Open();
        Random random = new(7);
        byte[] headers = new byte[80 * 100];
        random.NextBytes(headers);
        byte[] together = instance.HashMany(headers, 100).ToArray();
        for (int i = 0; i < 100; i++)
        {
            byte[] header = headers[(i * 80)..((i + 1) * 80)];
            Hash256 expected = new(SHA256.HashData(SHA256.HashData(header)));
            Assert.Equal(expected, new Hash256(together.AsSpan(i * 32, 32)));
            Assert.Equal(expected, instance.HashOne(header));
        }
    }

    [Fact]
    public void Its_scan_finds_exactly_what_the_native_scan_finds()
    {
        byte[] header = new byte[80];
        new Random(3).NextBytes(header);
        PowWork work = new()
        {
            Tag = 9,
            Data = header,
            NonceFirst = 0xffff0000,
            NonceCount = 0x10000,
            Target = Target.FromCompact(0x2000ffff),
        };
        using PluginScanEngine plugin = new(_plugin);
        using NativeScanEngine native = new(PowEngine.Create(Algorithm.Sha256d));
        List<PowHit> expected = Collect(native, work);
        Assert.InRange(expected.Count, 100, 500);
        Assert.Equal(expected.Select(static hit => (hit.Tag, hit.Nonce, hit.Version, hit.Hash)),
            Collect(plugin, work).Select(static hit => (hit.Tag, hit.Nonce, hit.Version, hit.Hash)));
        plugin.Cancel();
        PowScan cancelled = plugin.Scan(work, new PowHit[8], TimeSpan.FromSeconds(10));
        Assert.True(cancelled is { Cancelled: true, Hashes: 0, WorkIndex: 0 });
    }

    [Fact]
    public void The_checker_judges_like_native_code_and_refuses_what_has_no_hash()
    {
        NativeProofChecker native = new();
        using PluginProofChecker checker = new(_plugin, native);
        byte[] data = new byte[80 * 300];
        new Random(5).NextBytes(data);
        ProofItem[] items = [.. Enumerable.Range(0, 300).Select(static i => new ProofItem(i * 80, i % 97 == 96 ? 79 : 80, 1, Target.FromCompact(0x207fffff)))];
        ProofResult[] expected = new ProofResult[300];
        ProofResult[] actual = new ProofResult[300];
        native.Check(Algorithm.Sha256d, items, data, expected);
        checker.Check(Algorithm.Plugin, items, data, actual);
        Assert.Equal(expected.Select(static r => r.Verdict), actual.Select(static r => r.Verdict));
        Assert.Equal(expected.Where(static r => r.Verdict != ProofVerdict.Malformed), actual.Where(static r => r.Verdict != ProofVerdict.Malformed));
        Assert.Contains(actual, static r => r.Verdict == ProofVerdict.Valid);
        Assert.Contains(actual, static r => r.Verdict == ProofVerdict.AboveTarget);
        checker.Check(Algorithm.Sha256d, items, data, actual);
        Assert.Equal(expected, actual);
        Assert.Throws<ArgumentException>(() => checker.Check(Algorithm.Plugin, [new ProofItem(data.Length - 79, 80, 1, Target.Max)], data, actual));
    }

    [Fact]
    public async Task A_rig_a_pool_and_a_chain_work_on_it()
    {
        CoinSpec coin = CoinCatalogue.BitcoinRegtest with { Algorithm = Algorithm.Plugin };
        using PluginProofChecker checker = new(_plugin, new NativeProofChecker());
        await using EmbeddedNode node = await EmbeddedNode.StartAsync(
            new EmbeddedNodeOptions { DataDirectory = Path.Combine(_folder.Path, "chain"), Coin = coin, Retarget = RetargetMode.Off },
            checker, NullLoggerFactory.Instance, TimeProvider.System, default);
        PoolOptions options = new()
        {
            Coin = coin,
            OwnChain = true,
            Nodes = [new PoolNode(node.RpcUri) { Name = "chain", CookiePath = node.CookiePath }],
            DataDirectory = Path.Combine(_folder.Path, "pool"),
            OperatorAddress = StratumHarness.Address(1),
            Listen = [new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0)],
            Vardiff = new VardiffOptions { Start = 1e-6, Enabled = false },
        };
        await using PoolServer pool = await PoolServer.StartAsync(options, checker, TestWorld.Make(), default);
        await using Rig rig = await Rig.StartAsync(
            new RigOptions
            {
                Pools = [new PoolEndpoint(PoolUrl.Parse($"stratum+tcp://{pool.Endpoints[0]}"), StratumHarness.Address(5) + ".rig")],
                Algorithm = Algorithm.Plugin,
                Plugin = _plugin,
                CpuThreads = 1,
            },
            NullLoggerFactory.Instance, TimeProvider.System, default);
        await Patience.UntilAsync(() => pool.Snapshot() is { Shares.Accepted: >= 5, BlocksFound: >= 3 }, "5 shares and 3 blocks");
        Assert.Equal(0, pool.Snapshot().Shares.Rejected - pool.Snapshot().Shares.Reasons.GetValueOrDefault(Rejection.Stale));
        Assert.Equal("wasm", rig.Snapshot().Workers[0].Flavour);
    }

    [Fact]
    public void The_benchmark_measures_it_beside_native_code()
    {
        BenchmarkOptions options = new()
        {
            Plugins = [_plugin],
            Algorithms = [Algorithm.Sha256d],
            Threads = [1],
            Repeats = 1,
            Repeat = TimeSpan.FromMilliseconds(50),
            WarmUp = TimeSpan.FromMilliseconds(20),
        };
        IReadOnlyList<BenchmarkResult> rows = Benchmark.Run(options, null, default).Results;
        Assert.Equal(["plugin:sha256d-wat", "sha256d"], rows.Select(static row => row.Algorithm));
        Assert.True(rows[0].Median > 0 && rows[0].Skipped is null);
    }

    private static List<PowHit> Collect(IScanEngine engine, PowWork work)
    {
        List<PowHit> found = [];
        PowHit[] hits = new PowHit[16];
        ulong end = work.NonceFirst + work.NonceCount;
        while (work.NonceFirst < end)
        {
            PowScan scan = engine.Scan(work, hits, TimeSpan.FromMilliseconds(50));
            found.AddRange(hits.AsSpan(0, scan.HitCount));
            ulong next = scan.WorkIndex > 0 ? end : scan.NonceNext;
            work = work with { NonceFirst = next, NonceCount = end - next };
        }
        return found;
    }
}
