using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;
using Otedama.Node;
using Otedama.Pool;
using Otedama.Tests.Pool;

namespace Otedama.Tests.Families;

/// <summary>Embedded chain and pool of one algorithm in this process, and rigs that mine on it over Stratum.</summary>
internal sealed class MiningRun : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("otedama-family-").FullName;

    /// <summary>The datasets of all runs that ask for nothing special: each is made once for the process.</summary>
    private static readonly DatasetStore s_shared = new();

    private MiningRun(CoinSpec coin, DatasetStore datasets) => (Coin, Datasets) = (coin, datasets);

    public CoinSpec Coin { get; }

    public DatasetStore Datasets { get; }

    public EmbeddedNode Node { get; private set; } = null!;

    public PoolServer Pool { get; private set; } = null!;

    /// <summary>Equihash gets parameters that are solved in milliseconds.</summary>
    public static CoinSpec CoinOf(Algorithm algorithm, uint bits, EquihashRule? equihash = null) =>
        CoinCatalogue.OtedamaWith(algorithm, equihash ?? new EquihashRule(48, 5, "ZcashPoW", Twist: false)) with { PowLimitBits = bits };

    public static async Task<MiningRun> StartAsync(CoinSpec coin, DatasetStoreOptions? datasets = null)
    {
        MiningRun run = new(coin, datasets is null ? s_shared : new DatasetStore(datasets));
        DatasetProofChecker checker = new(run.Datasets, PowParameters.Of(coin));
        run.Node = await EmbeddedNode.StartAsync(
            new EmbeddedNodeOptions
            {
                DataDirectory = Path.Combine(run._folder, "chain"),
                Coin = coin,
                Retarget = RetargetMode.Off,
                SyncToDisk = false,
            },
            checker, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        run.Pool = await PoolServer.StartAsync(
            new PoolOptions
            {
                Coin = coin,
                Nodes = [new PoolNode(run.Node.RpcUri) { CookiePath = run.Node.CookiePath }],
                DataDirectory = Path.Combine(run._folder, "pool"),
                OperatorAddress = run.Node.MiningAddress,
                Listen = [new IPEndPoint(IPAddress.Loopback, 0)],
            },
            checker, TestWorld.Make(), CancellationToken.None);
        return run;
    }

    public Task<Rig> StartRigAsync(string worker = "rig") => Rig.StartAsync(
        new RigOptions
        {
            Pools = [new PoolEndpoint(PoolUrl.Parse($"stratum+tcp://{Pool.Endpoints[0]}"), $"{Node.MiningAddress}.{worker}")],
            Algorithm = Coin.Algorithm,
            Equihash = Coin.Equihash,
            Datasets = Datasets,
            CpuThreads = 2,
        },
        NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync();
        await Node.DisposeAsync();
        if (Datasets != s_shared)
        {
            Datasets.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }
}
