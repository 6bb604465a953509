using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>
/// What a card scans with. The engines are the test's, and small Verthash files of the processor stand in for
/// KawPow's datasets,
/// graph n for epoch n - 1.
/// </summary>
public sealed class GpuScanEngineTests : IDisposable
{
    private const int EpochBlocks = 7_500;

    private static readonly FlavourInfo[] s_two = [new(1, "group 64", true, true, 1), new(2, "group 128", true, false, 1)];

    private readonly HeldClock _time = new();
    private readonly DatasetStore _store;
    private readonly DeviceDatasets _datasets;
    private readonly ManualResetEventSlim _finish = new(true);
    private readonly List<FakeEngine> _engines = [];
    private readonly LineLog _log = new();
    private readonly GpuInfo _card = new(0, new DeviceInfo(1, DeviceBackend.OpenCl, 1, 1 << 30, "a card", []), null);
    private readonly PowHit[] _hits = new PowHit[1];
    private Func<FlavourInfo, Exception?> _refusal = static _ => null;
    private bool _isCrowded;

    public GpuScanEngineTests()
    {
        _store = new DatasetStore(new DatasetStoreOptions
        {
            Clock = _time,
            Make = (_, _, epoch, _, _, _, stop) =>
            PowDataset.Create(Algorithm.Verthash, DatasetKind.Full, epoch + 1, cancellation: stop)
        });
        _datasets = new DeviceDatasets(_store, new DeviceDatasetOptions
        {
            Clock = _time,
            Make = (_, _, source, _, stop) =>
        {
            _finish.Wait(Patience.Limit, stop);
            return _isCrowded && source.Epoch > 1 && _engines.Exists(static engine => !engine.IsDisposed)
                ? throw new NativeException("build", "OTD_E_MEMORY", "needs more than there is", "")
                : PowDataset.Create(source.Algorithm, DatasetKind.Full, source.Epoch, cancellation: stop);
        }
        });
    }

    public void Dispose()
    {
        _finish.Set();
        _datasets.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void Without_a_dataset_there_is_an_engine_before_there_is_work_and_a_refusal_shows_at_once()
    {
        using GpuScanEngine engine = Make(Algorithm.Sha256d);
        Assert.Single(_engines);
        _refusal = static _ => new NativeException("create", "OTD_E_DRIVER", "the compiler is broken", "");
        NativeException said = Assert.Throws<NativeException>(() => Make(Algorithm.Sha256d));
        Assert.Contains("the compiler is broken", said.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_scans_nothing_until_its_dataset_is_made_and_says_how_long_a_change_of_epoch_took()
    {
        _finish.Reset();
        using GpuScanEngine engine = Make(Algorithm.KawPow);
        Assert.Empty(_engines);
        Assert.Equal(0UL, Scan(engine, 1));
        Assert.Equal("waiting for the dataset of its card", engine.Waiting);
        _finish.Set();
        Patience.Until(() => Scan(engine, 1) > 0);
        Assert.Null(engine.Waiting);
        Assert.Empty(_log.Lines); // the first one is no gap
        _finish.Reset();
        Assert.Equal(0UL, Scan(engine, EpochBlocks));
        Assert.False(_engines[0].IsDisposed); // both fit, so nothing is given up first
        _time.Advance(4.5);
        _finish.Set();
        Patience.Until(() => Scan(engine, EpochBlocks) > 0);
        Assert.True(_engines[0].IsDisposed);
        Assert.Equal([0u, 1u], _engines.Select(static each => each.Epoch));
        Assert.Equal("gpu0 was 4.5 s without hashes, until the dataset of epoch 1 was made", Assert.Single(_log.Lines));
    }

    [Fact]
    public void Where_two_datasets_do_not_fit_its_engine_is_given_up_for_the_new_one()
    {
        _isCrowded = true;
        using GpuScanEngine engine = Make(Algorithm.KawPow);
        Patience.Until(() => Scan(engine, 1) > 0);
        Patience.Until(() => Scan(engine, EpochBlocks) > 0);
        Assert.Equal([0u, 1u], _engines.Select(static each => each.Epoch));
    }

    [Fact]
    public void It_mines_with_each_geometry_in_turn_and_stays_with_the_fastest()
    {
        List<GpuTried> decided = [];
        GpuTrial trial = new(s_two, null, decided.Add);
        using GpuScanEngine engine = Make(Algorithm.Sha256d, trial);
        for (int i = 0; i < 60; i++)
        {
            Assert.True(Scan(engine, 1) > 0); // nothing is lost to the trial
        }
        Assert.Equal("group 128", Assert.Single(decided).Flavour); // of whose hashes the engines here make twice as many
        Assert.Equal(("group 128", 2), (engine.Flavour, _engines.Count));
        Assert.All(_engines.SkipLast(1), static each => Assert.True(each.IsDisposed));
    }

    [Fact]
    public void A_lost_card_loses_its_dataset_too()
    {
        GpuScanEngine engine = Make(Algorithm.KawPow);
        Patience.Until(() => Scan(engine, 1) > 0);
        _engines[0].Problem = new NativeException("scan", "OTD_E_DEVICE_LOST", "it fell off the bus", "");
        Assert.True(Assert.Throws<NativeException>(() => Scan(engine, 1)).IsDeviceLost);
        Assert.Empty(_datasets.Snapshot());
        engine.Dispose();
        using GpuScanEngine next = Make(Algorithm.KawPow);
        Patience.Until(() => Scan(next, 1) > 0);
        Assert.Single(_datasets.Snapshot());
    }

    private GpuScanEngine Make(Algorithm algorithm, GpuTrial? trial = null) => new(
        "gpu0",
        trial ?? new GpuTrial([s_two[0]], null, static _ => { }),
        _datasets.Open(_card, algorithm, TimeSpan.FromMinutes(1)),
        algorithm.Facts.NeedsDataset,
        (flavour, dataset) =>
        {
            if (_refusal(flavour) is { } refusal)
            {
                throw refusal;
            }
            FakeEngine engine = new(_time, flavour, dataset);
            _engines.Add(engine);
            return engine;
        },
        _time,
        _log);

    private ulong Scan(GpuScanEngine engine, int height)
    {
        engine.Begin(new Job
        {
            Id = 1,
            Generation = 1,
            Algorithm = Algorithm.KawPow,
            Height = height,
            Recipe = new KawPowRecipe { HeaderHash = default, SeedHash = KawPow.SeedHash(height), Bits = 0x1b00ffff, Time = 0 },
            NetworkTarget = Target.Max,
            ShareTarget = Target.Max,
            Clean = true,
            TimeMin = 0,
            TimeMax = 0,
        });
        PowWork work = new() { Data = new byte[80], NonceFirst = 0, NonceCount = 1_000_000, Target = Target.Max };
        return engine.Scan(work, _hits, TimeSpan.FromMilliseconds(250)).Hashes;
    }

    /// <summary>Holds its dataset as a native engine does, and scans a quarter of a second of the held clock.</summary>
    private sealed class FakeEngine(HeldClock time, FlavourInfo flavour, PowDataset? dataset) : IScanEngine
    {
        private readonly PowEngine? _holds = dataset is null ? null : PowEngine.Create(Algorithm.Verthash, dataset: dataset);

        public uint? Epoch { get; } = dataset?.Epoch - 1;

        public bool IsDisposed { get; private set; }

        public Exception? Problem { get; set; }

        public PowScan Scan(in PowWork work, Span<PowHit> hits, TimeSpan budget)
        {
            if (Problem is { } problem)
            {
                throw problem;
            }
            time.Advance(0.25);
            return new PowScan(1000UL * flavour.Index, 0, work.NonceFirst + 1000, 0, false);
        }

        public void Cancel()
        {
        }

        public void Dispose()
        {
            IsDisposed = true;
            _holds?.Dispose();
        }
    }
}
