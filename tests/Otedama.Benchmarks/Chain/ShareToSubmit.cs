using System.Diagnostics;
using System.Globalization;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Benchmarks;

/// <summary>
/// How long a coin block takes through a pool on a share chain: from the miner's bytes of a share that is one to the first byte of
/// submitblock at the coin node, and where the time goes. The block is safe on the disk before it is sent; what the disk takes is
/// a row of its own. Sockets, share path, disk and RPC as in the program; blocks of 2,000 transactions.
/// </summary>
internal sealed class ShareToSubmit : IFiles, INodeLinks
{
    private const string Folder = "blocks-found", Method = "submitblock";

    private const int RoundsMax = 140; // from height 1 on; at 150 the subsidy is another

    private const uint EveryOtherHash = 0x207fffff;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly DiskFiles _files = new();
    private readonly SocketNodeLinks _links = new(TimeProvider.System);
    private long _diskAt, _keptAt, _calledAt;
    private volatile TaskCompletionSource<long> _arrived = new();

    public static async Task<int> RunAsync(string roundsText, bool isJson)
    {
        int rounds = int.Parse(roundsText, CultureInfo.InvariantCulture);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rounds, RoundsMax);
        ChainParameters parameters = ChainSets.For(ChainSets.Standard, CoinCatalogue.BitcoinRegtest);
        using LoadCoin coin = new(transactions: 2_000, EveryOtherHash, height: 1);
        ShareToSubmit watch = new();
        coin.OnBlock = at => watch._arrived.TrySetResult(at);
        await using LoadPool pool = new(parameters, coin, world => world with { Files = watch, Nodes = watch });
        await pool.StartAsync();
        using LoadMiner miner = new(pool.Endpoint, $"{pool.Parts.Options.OperatorAddress}.w", outstanding: 0);
        await miner.LoginAsync(default);
        double[][] parts = [.. Enumerable.Range(0, rounds).Select(_ => new double[6])];
        for (int i = 0; i < rounds; i++)
        {
            Hash256 tip = Sha256d.Hash(BitConverter.GetBytes(i));
            coin.Move(tip, isHigher: true);
            await miner.WaitForAsync(tip, default).WaitAsync(s_patience);
            parts[i] = await watch.MeasureAsync(miner);
            Console.Error.Write(i % 20 == 0 ? $"block {i}\n" : "");
        }
        BenchRows rows = new($"a share that is a block, to {Method} leaving, {rounds} blocks");
        string[] names = ["socket, checks, assembly", "the disk", "disk to RPC client", "RPC client to the node's socket", "all of it", "all but the disk"];
        for (int part = 0; part < names.Length; part++)
        {
            rows.Add(names[part], "ms", parts.Select(each => each[part]));
        }
        rows.Print(isJson);
        return 0;
    }

    private async Task<double[]> MeasureAsync(LoadMiner miner)
    {
        (_diskAt, _keptAt, _calledAt) = (0, 0, 0);
        _arrived = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        long began = miner.SendOne();
        long arrived = await _arrived.Task.WaitAsync(s_patience);
        double[] parts =
        [
            Between(began, _diskAt), Between(_diskAt, _keptAt), Between(_keptAt, _calledAt), Between(_calledAt, arrived),
            Between(began, arrived), 0,
        ];
        parts[^1] = parts[4] - parts[1];
        return parts;
    }

    private static double Between(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;

    IRpcLink INodeLinks.Open(RpcEndpoint endpoint) => new Link(this, _links.Open(endpoint));

    Task<IBlockFeed> INodeLinks.SubscribeAsync(Uri address, CancellationToken stop) => _links.SubscribeAsync(address, stop);

    void IFiles.CreateFolder(string path)
    {
        if (path.EndsWith(Folder, StringComparison.Ordinal))
        {
            Interlocked.CompareExchange(ref _diskAt, Stopwatch.GetTimestamp(), 0);
        }
        _files.CreateFolder(path);
    }

    void IFiles.SyncFolder(string folder)
    {
        _files.SyncFolder(folder);
        if (folder.EndsWith(Folder, StringComparison.Ordinal))
        {
            Interlocked.CompareExchange(ref _keptAt, Stopwatch.GetTimestamp(), 0);
        }
    }

    IDisposable IFiles.Lock(string path) => _files.Lock(path);

    void IFiles.Create(string path, long length) => _files.Create(path, length);

    IFile IFiles.Open(string path, bool forWriting) => _files.Open(path, forWriting);

    bool IFiles.Exists(string path) => _files.Exists(path);

    bool IFiles.IsPrivate(string path) => _files.IsPrivate(path);

    IReadOnlyList<string> IFiles.List(string folder) => _files.List(folder);

    void IFiles.Rename(string from, string to) => _files.Rename(from, to);

    void IFiles.Delete(string path) => _files.Delete(path);

    private sealed class Link(ShareToSubmit watch, IRpcLink link) : IRpcLink
    {
        public string Name => link.Name;

        public Task<RpcAnswer> CallAsync(RpcRequest request, TimeSpan timeout, CancellationToken stop)
        {
            if (request.Method == Method)
            {
                Interlocked.CompareExchange(ref watch._calledAt, Stopwatch.GetTimestamp(), 0);
            }
            return link.CallAsync(request, timeout, stop);
        }

        public void Dispose() => link.Dispose();
    }
}
