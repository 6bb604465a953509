using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Node;

/// <summary>
/// A coin node inside this process: a chain of its own and the mining JSON-RPC of Bitcoin Core, so that a pool has
/// something to mine with nothing else installed.
/// </summary>
public sealed class EmbeddedNode : IAsyncDisposable
{
    /// <summary>A block in hex has at most 8 MB; with the envelope it stays below this.</summary>
    private const long BodyBytesMax = 9_000_000;

    private const int ConnectionsMax = 64;

    private readonly NodeDirectory _directory;
    private readonly EmbeddedChain _chain;
    private readonly RpcServer _server;
    private readonly TaskCompletionSource _stopRequested;
    private readonly EmbeddedNodeOptions _options;
    private int _disposed;

    private EmbeddedNode(NodeDirectory directory, EmbeddedChain chain, RpcServer server, TaskCompletionSource stopRequested, EmbeddedNodeOptions options)
    {
        (_directory, _chain, _server, _stopRequested, _options) = (directory, chain, server, stopRequested, options);
        MiningAddress = Address.TryEncode(chain.WalletScript.Span, options.Coin, out string address) ? address : "";
    }

    /// <summary>Where JSON-RPC answers, for example http://127.0.0.1:18555/.</summary>
    public Uri RpcUri => _server.Uri;

    /// <summary>File with user:password of this run, readable by the owner only.</summary>
    public string CookiePath => _directory.File(".cookie");

    public CoinSpec Coin => _options.Coin;

    /// <summary>Address of the node's own key: a payout address for runs without configuration.</summary>
    public string MiningAddress { get; }

    /// <summary>Completes when a client calls the stop method; the owner decides what to do.</summary>
    public Task StopRequested => _stopRequested.Task;

    /// <summary>
    /// Opens the data directory, replays its blocks and listens. Throws IOException when the directory or port is in
    /// use, InvalidDataException when the directory is of a newer format, another chain or damaged, and
    /// ArgumentException for settings that make no sense.
    /// </summary>
    public static async Task<EmbeddedNode> StartAsync(
        EmbeddedNodeOptions options,
        IProofChecker proofs,
        ILoggerFactory loggers,
        TimeProvider time,
        CancellationToken cancellation)
    {
        Check(options);
        ILogger logger = loggers.CreateLogger(LogCategory.Node);
        NodeDirectory directory = NodeDirectory.Open(options.DataDirectory);
        EmbeddedChain? chain = null;
        try
        {
            chain = new EmbeddedChain(directory, options, proofs, time, logger);
            TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
            NodeRpc rpc = new(chain, options, time, () => stop.TrySetResult());
            RpcServer server = await ListenAsync(options, directory, rpc, loggers, time, cancellation);
            EmbeddedNode node = new(directory, chain, server, stop, options);
            ChainEntry tip = chain.Tip;
            NodeLog.Started(logger, tip.Height, server.Uri.ToString());
            return node;
        }
        catch
        {
            chain?.Dispose();
            directory.Dispose();
            throw;
        }
    }

    public NodeSnapshot Snapshot() => _chain.Read((store, pool) => new NodeSnapshot
    {
        Height = store.Tip.Height,
        Tip = store.Tip.Id,
        TipTime = store.Tip.Header.Time,
        Difficulty = Target.FromCompact(store.Tip.Header.Bits).ToDifficulty(Target.BitcoinOne),
        MempoolCount = pool.Count,
        UnspentOutputs = store.Coins.Count,
    });

    /// <summary>Mature, unspent coins of the node's own key.</summary>
    public Amount Balance() => _chain.Balance();

    /// <summary>Stops listening, ends long polls, closes the files. Blocks are on disk already.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        await _server.DisposeAsync();
        _chain.Dispose();
        File.Delete(CookiePath);
        _directory.Dispose();
    }

    private static async Task<RpcServer> ListenAsync(
        EmbeddedNodeOptions options, NodeDirectory directory, NodeRpc rpc, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellation)
    {
        RpcCredentials credentials = new RpcCredentials().AddCookie(directory.File(".cookie"));
        if (options.RpcUser is not null && options.RpcPassword is not null)
        {
            credentials.Add(options.RpcUser, options.RpcPassword);
        }
        HttpHostOptions host = new()
        {
            Name = "node rpc",
            Address = options.RpcAddress,
            Port = options.RpcPort,
            BodyBytesMax = BodyBytesMax,
            ConnectionsMax = ConnectionsMax,
        };
        RpcDispatcher dispatcher = new(rpc.Methods(), loggers.CreateLogger(LogCategory.NodeRpc));
        return await RpcServer.StartAsync(host, dispatcher, credentials, loggers, time, cancellation);
    }

    private static void Check(EmbeddedNodeOptions options)
    {
        if (!options.Coin.HasSegwit)
        {
            throw new ArgumentException($"coin {options.Coin.DisplayName}: the embedded chain runs segwit coins only. Use btc regtest or otedama.");
        }
        if (options.BlockSeconds is < 1 or > 3600)
        {
            throw new ArgumentException($"block seconds {options.BlockSeconds}: outside 1 to 3600");
        }
        if ((options.RpcUser is null) != (options.RpcPassword is null))
        {
            throw new ArgumentException("rpc user and rpc password: give both or neither");
        }
    }
}
