using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>What a rig searches KawPow with. Light caches stand in for whole datasets, which take minutes.</summary>
public sealed class KawPowDatasetsTests : IDisposable
{
    private const int NextEpoch = 7_500;

    private readonly HeldClock _time = new();
    private readonly List<uint> _wholes = [];
    private readonly DatasetStore _store;
    private readonly ManualResetEventSlim _finish = new();
    private string? _refusal;

    public KawPowDatasetsTests() => _store = new DatasetStore(new DatasetStoreOptions
    {
        Clock = _time,
        Make = (algorithm, kind, epoch, _, _, _, stop) =>
        {
            if (kind == DatasetKind.Full)
            {
                _wholes.Add(epoch);
                _finish.Wait(Patience.Limit, stop);
                if (_refusal is { } refusal)
                {
                    throw new NativeException("build", "OTD_E_MEMORY", refusal, "Free memory.");
                }
            }
            return PowDataset.Create(algorithm, DatasetKind.Light, epoch, threads: 1, cancellation: stop);
        },
    });

    public void Dispose()
    {
        _finish.Set();
        _store.Dispose();
    }

    [Fact]
    public void Automatic_searches_from_the_light_cache_and_moves_to_the_whole_dataset_by_itself()
    {
        KawPowDatasets choice = Make(KawPowDatasetMode.Auto);
        Job job = JobAt(1);
        PowDataset light = Wait(() => choice.For(job));
        Assert.Empty(_wholes);
        _time.Advance(21);
        Assert.Same(light, choice.For(job)); // while the whole one is being made
        _finish.Set();
        PowDataset whole = Wait(() => choice.For(job) is { } now && now != light ? now : null);
        Assert.Equal([0u], _wholes);
        Assert.Same(whole, choice.For(job));

        PowDataset next = Wait(() => choice.For(JobAt(NextEpoch))); // the next epoch begins from its light cache
        Assert.Equal([0u], _wholes);
        _time.Advance(21);
        Wait(() => choice.For(JobAt(NextEpoch)) is { } now && now != next ? now : null);
        Assert.Equal([0u, 1u], _wholes);
    }

    [Fact]
    public void Automatic_makes_none_for_a_test_chain()
    {
        KawPowDatasets choice = Make(KawPowDatasetMode.Auto);
        Job job = JobAt(1, 0x2007ffff);
        Wait(() => choice.For(job));
        _time.Advance(3600);
        Wait(() => choice.For(job));
        Assert.Empty(_wholes);
    }

    [Fact]
    public void Automatic_goes_on_from_the_light_cache_when_memory_does_not_suffice()
    {
        _refusal = "kawpow dataset of epoch 0 needs 5 bytes";
        _finish.Set();
        KawPowDatasets choice = Make(KawPowDatasetMode.Auto);
        PowDataset light = Wait(() => choice.For(JobAt(1)));
        _time.Advance(21);
        Assert.Same(light, choice.For(JobAt(1)));
        Wait(() => _store.Snapshot().FirstOrDefault(state => state.Problem.Length > 0));
        Assert.Same(light, choice.For(JobAt(1)));
    }

    [Fact]
    public void Full_begins_at_once_searches_with_nothing_else_and_says_why_it_cannot()
    {
        KawPowDatasets choice = Make(KawPowDatasetMode.Full);
        Assert.Null(choice.For(JobAt(1, 0x2007ffff)));
        Wait(() => _wholes.Count > 0 ? _wholes : null);
        Assert.Equal(DatasetKind.Full, Assert.Single(_store.Snapshot()).Kind);
        _refusal = "kawpow dataset of epoch 0 needs 5 bytes";
        _finish.Set();
        Exception? said = Wait(() => Record.Exception(() => choice.For(JobAt(1))));
        Assert.Contains("epoch 0 needs 5 bytes", said.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Light_never_makes_another()
    {
        KawPowDatasets choice = Make(KawPowDatasetMode.Light);
        Wait(() => choice.For(JobAt(1)));
        _time.Advance(3600);
        Wait(() => choice.For(JobAt(1)));
        Assert.Empty(_wholes);
    }

    [Fact]
    public void A_worker_takes_the_dataset_up_within_a_range()
    {
        PowDataset first = PowDataset.Create(Algorithm.KawPow, DatasetKind.Light, 0);
        PowDataset? now = null;
        Job job = JobAt(1);
        using DatasetScanEngine engine = new(Algorithm.KawPow, 0, _ => now);
        engine.Begin(job);
        PowWork work = new() { Data = new byte[KawPow.DataSize], NonceFirst = 0, NonceCount = 1_000_000, Height = 1, Target = Target.Max };
        PowHit[] hits = new PowHit[1];
        Assert.Equal(0UL, engine.Scan(work, hits, TimeSpan.FromMilliseconds(1)).Hashes);
        now = first;
        Assert.Equal(1, engine.Scan(work, hits, Patience.Limit).HitCount);
        byte[] mix = hits[0].Proof;
        using PowDataset second = PowDataset.Create(Algorithm.KawPow, DatasetKind.Light, 0);
        now = second;
        first.Dispose();
        Assert.Equal(1, engine.Scan(work, hits, Patience.Limit).HitCount);
        Assert.Equal(mix, hits[0].Proof);
    }

    private KawPowDatasets Make(KawPowDatasetMode mode) => new(_store, mode, 2, _time);

    private static Job JobAt(int height, uint bits = 0x1b00ffff) => new()
    {
        Id = 1,
        Generation = 1,
        Algorithm = Algorithm.KawPow,
        Height = height,
        Recipe = new KawPowRecipe { HeaderHash = default, SeedHash = KawPow.SeedHash(height), Bits = bits, Time = 0 },
        NetworkTarget = Target.FromCompact(bits),
        ShareTarget = Target.Max,
        Clean = true,
        TimeMin = 0,
        TimeMax = 0,
    };

    private static T Wait<T>(Func<T?> look)
        where T : class
    {
        T? found = null;
        Assert.True(SpinWait.SpinUntil(() => (found = look()) is not null, Patience.Limit));
        return found!;
    }
}
