using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Benchmarks;

/// <summary>
/// A whole pool on a share chain of Bitcoin regtest with nobody else on it: its parts, disk, sockets and loops as the program
/// has them, and a coin node of ours.
/// </summary>
internal sealed class LoadPool : IAsyncDisposable
{
    private readonly SharePathLoops _shares;
    private readonly PacerLoop _pacer;
    private readonly StepLoop[] _steps;
    private readonly string _folder;

    /// <param name="change">What of the world is looked at on its way.</param>
    public LoadPool(ChainParameters parameters, LoadCoin coin, Func<PoolWorld, PoolWorld> change)
    {
        _folder = Directory.CreateTempSubdirectory("otedama-load-pool").FullName;
        _ = Address.TryEncode([Script.Op0, 20, .. new byte[20]], CoinCatalogue.BitcoinRegtest, out string address);
        PoolOptions options = new()
        {
            Coin = CoinCatalogue.BitcoinRegtest,
            Nodes = [new PoolNode(coin.Uri) { User = "load", Password = "load" }],
            DataDirectory = _folder,
            OperatorAddress = address,
            Listen = [new IPEndPoint(IPAddress.Loopback, 0)],
            Vardiff = new VardiffOptions { Fixed = 1e-9 },
            Chain = parameters,
        };
        PoolWorld world = change(new PoolWorld
        {
            Time = TimeProvider.System,
            Random = new SystemRandomness(),
            Transport = new SocketEngine(),
            Files = new DiskFiles(),
            Nodes = new SocketNodeLinks(TimeProvider.System),
            Loggers = NullLoggerFactory.Instance,
        });
        Parts = new PoolParts(options, new NativeProofChecker(), world);
        _shares = new SharePathLoops(Parts.Shares, world.Time, NullLogger.Instance);
        _pacer = new PacerLoop(Parts.Stratum, NullLogger.Instance);
        _steps = [.. Parts.Upkeep.Select(static step => new StepLoop(step, NullLogger.Instance))];
    }

    public PoolParts Parts { get; }

    public ShareDesk Desk => Parts.Chain!.Desk;

    public IPEndPoint Endpoint => Parts.Stratum.Endpoints[0];

    /// <summary>Ends when there is work for miners.</summary>
    public async Task StartAsync()
    {
        _shares.Start();
        Array.ForEach(_steps, static loop => loop.Start());
        Parts.Listen();
        _pacer.Start();
        Parts.Source.Start();
        await Parts.Source.FirstJobAsync(TimeSpan.FromSeconds(30), default);
    }

    public async ValueTask DisposeAsync()
    {
        Parts.Stratum.StopListening();
        _shares.Stop(TimeSpan.FromSeconds(5));
        _pacer.Dispose();
        Parts.Stratum.Dispose();
        await Task.WhenAll(_steps.Select(static loop => loop.DisposeAsync().AsTask()));
        await Parts.Source.DisposeAsync();
        Parts.Close();
        Directory.Delete(_folder, recursive: true);
    }
}
