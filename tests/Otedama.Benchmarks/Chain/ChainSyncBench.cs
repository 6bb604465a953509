using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Benchmarks;

/// <summary>
/// A node that knows nothing meets one that has a chain: from its start until the tip is the other's and nothing closes the
/// gate for miners. Real nodes, keys, disks, TLS and TCP in one process; how fast 127.0.0.1 is, tc says (docs/benchmarks/p2p.md).
/// Then the same node starts again with what it kept.
/// </summary>
internal sealed class ChainSyncBench : IBlockTimes
{
    private const int Rounds = 5;

    private readonly ChainParameters _parameters;
    private readonly List<ChainShare> _shares = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("otedama-sync").FullName;
    private readonly PoolWorld _world = new()
    {
        Time = TimeProvider.System,
        Random = new SystemRandomness(),
        Transport = null!, // nobody mines
        Files = new DiskFiles(),
        Nodes = null!,
        Loggers = NullLoggerFactory.Instance,
        Peers = static (identity, inbound, door) => new SocketPeerNetwork(
            identity, TimeProvider.System, inbound, door, static () => BitConverter.ToUInt128(RandomNumberGenerator.GetBytes(16))),
    };

    private ChainSyncBench(string path)
    {
        string[] lines = File.ReadAllLines(path);
        _parameters = ChainParameters.Parse(lines[0]);
        ChainCoin coin = ChainCoin.Of(_parameters);
        foreach (string line in lines.Skip(1))
        {
            _shares.Add(ChainShare.Decode(Convert.FromHexString(line), coin, out _)!);
        }
    }

    public static async Task<int> RunAsync(string path)
    {
        ChainSyncBench bench = new(path);
        try
        {
            await bench.RunAsync();
        }
        finally
        {
            Directory.Delete(bench._folder, recursive: true);
        }
        return 0;
    }

    ValueTask<ICoinBlocks?> IBlockTimes.LookAsync(IEnumerable<Hash256> blocks, CancellationToken stop) => new((ICoinBlocks?)null);

    private async Task RunAsync()
    {
        long bytes = _shares.Sum(static share => (long)share.Bytes.Length);
        Say($"{_shares.Count} shares, {bytes / 1e6:f2} MB");
        using ShareDesk had = Open("had");
        if (had.TakeHistory(_shares, peer: 1, default) is { } fault)
        {
            throw new InvalidOperationException(fault.ToString());
        }
        double[] cold = new double[Rounds], warm = new double[Rounds], memory = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            cold[round] = await SyncAsync(had, $"new{round}");
            long before = GC.GetTotalMemory(forceFullCollection: true);
            long began = Stopwatch.GetTimestamp();
            using ShareDesk kept = Open($"new{round}");
            bool canPay = kept.Look(static chain => chain.SplitFor(2, FreeShares.CoinValue, default)) is not null;
            warm[round] = Stopwatch.GetElapsedTime(began).TotalSeconds;
            memory[round] = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1048576.0;
            if (!canPay || kept.Tip.Id != had.Tip.Id)
            {
                throw new InvalidOperationException("what was kept is another chain");
            }
        }
        Say($"cold start to the tip with an open gate: {Words(cold)} s");
        Say($"started again from the disk to the first split: {Words(warm)} s");
        Say($"memory of the chain: {Words(memory)} MiB");
    }

    private async Task<double> SyncAsync(ShareDesk had, string name)
    {
        using PeerNode other = new(Options($"{name}-other", []), had, this, null, _world);
        other.Listen();
        await using Loops otherLoops = new(other.Steps);
        long began = Stopwatch.GetTimestamp();
        using ShareDesk desk = Open(name);
        if (!PeerAddress.TryParse($"otp2p://{other.Id}@{other.Endpoints[0]}", out PeerAddress? place, out string? problem))
        {
            throw new InvalidOperationException(problem);
        }
        using PeerNode node = new(Options($"{name}-node", [place]), desk, this, null, _world);
        node.Listen();
        await using Loops loops = new([.. node.Steps, desk, desk.Keeper]);
        while (desk.Tip.Id != had.Tip.Id || node.Chain.Sync.Progress is not null)
        {
            await Task.Delay(5);
        }
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        node.Drain();
        return seconds;
    }

    private ShareDesk Open(string name) => new(_parameters, new NoProofs(), _world, Path.Combine(_folder, name));

    private PeerNodeOptions Options(string name, IReadOnlyList<PeerAddress> bootstrap) => new()
    {
        ChainId = _parameters.Id,
        Folder = Path.Combine(_folder, name),
        Listen = [new IPEndPoint(IPAddress.Loopback, 0)],
        Bootstrap = bootstrap,
        Allowed = [IPNetwork.Parse("127.0.0.0/8")],
        IsPrivate = bootstrap.Count > 0, // who is called cannot name who calls
    };

    private static string Words(double[] numbers)
    {
        Array.Sort(numbers);
        return string.Create(CultureInfo.InvariantCulture, $"median {numbers[Rounds / 2]:f2}, least {numbers[0]:f2}, most {numbers[^1]:f2}");
    }

    private static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));

    private sealed class Loops : IAsyncDisposable
    {
        private readonly StepLoop[] _loops;

        public Loops(IEnumerable<IStep> steps)
        {
            _loops = [.. steps.Select(static step => new StepLoop(step, NullLogger.Instance))];
            Array.ForEach(_loops, static loop => loop.Start());
        }

        public async ValueTask DisposeAsync()
        {
            foreach (StepLoop loop in _loops)
            {
                await loop.DisposeAsync();
            }
        }
    }
}
