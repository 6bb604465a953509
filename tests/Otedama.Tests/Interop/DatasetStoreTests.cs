using System.Collections.Concurrent;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Tests.Mining;
using Xunit;

namespace Otedama.Tests.Interop;

public sealed class DatasetStoreTests : IDisposable
{
    private static T Wait<T>(Func<T?> look)
        where T : class
    {
        T? found = null;
        Assert.True(SpinWait.SpinUntil(() => (found = look()) is not null, Patience.Limit));
        return found!;
    }

    private readonly string _folder = Directory.CreateTempSubdirectory("otedama-datasets-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_dataset_is_made_once_shared_and_kept_on_disk()
    {
        DatasetStoreOptions options = new() { Folder = _folder, VerthashGraph = 6 };
        using DatasetStore store = new(options);
        PowDataset first = store.Get(Algorithm.Verthash, 10);
        Assert.Same(first, store.Get(Algorithm.Verthash, 2_000_000));
        Assert.Same(first, store.TryGet(Algorithm.Verthash, 10));
        Assert.True(File.Exists(Path.Combine(_folder, "verthash-6.dat")));
        DatasetState state = Assert.Single(store.Snapshot());
        Assert.Equal((Algorithm.Verthash, 6u, 1.0, ""), (state.Algorithm, state.Epoch, state.Done, state.Problem));
        Assert.Equal(first.Bytes, state.Bytes);
    }

    [Fact]
    public void The_next_epoch_is_prepared_ahead_and_only_two_are_kept()
    {
        using DatasetStore store = new();
        int late = (int)(0.96 * KawPow.EpochBlocks);
        PowDataset current = store.Get(Algorithm.KawPow, late);
        Assert.Equal(0u, current.Epoch);
        Assert.Equal([0u, 1u], store.Snapshot().Select(state => state.Epoch).Order());
        PowDataset next = store.Get(Algorithm.KawPow, KawPow.EpochBlocks);
        Assert.Equal(1u, next.Epoch);
        Assert.Same(current, store.TryGet(Algorithm.KawPow, 0));
        Assert.Null(store.TryGet(Algorithm.KawPow, 2 * KawPow.EpochBlocks)); // being made; pushes epoch 1 out
        Assert.Equal([0u, 2u], store.Snapshot().Select(state => state.Epoch).Order());
        Assert.Equal(0u, store.Get(Algorithm.KawPow, 100).Epoch);
    }

    [Fact]
    public void Early_in_an_epoch_nothing_is_prepared()
    {
        using DatasetStore store = new();
        store.TryGet(Algorithm.KawPow, (int)(0.94 * KawPow.EpochBlocks));
        Assert.Equal(0u, Assert.Single(store.Snapshot()).Epoch);
    }

    [Fact]
    public void What_cannot_be_made_is_said_and_tried_again()
    {
        string path = Path.Combine(_folder, "verthash-6.dat");
        File.WriteAllBytes(path, [1, 2, 3]);
        using DatasetStore store = new(new DatasetStoreOptions { Folder = _folder, VerthashGraph = 6 });
        NativeException error = Assert.Throws<NativeException>(() => store.Get(Algorithm.Verthash, 1));
        Assert.Contains("verthash-6.dat", error.Message, StringComparison.Ordinal);
        File.Delete(path);
        Assert.Equal(6u, store.Get(Algorithm.Verthash, 1).Epoch);
    }

    /// <summary>Light caches stand in for whole datasets, which take minutes.</summary>
    [Fact]
    public void A_whole_dataset_is_made_on_request_and_the_next_epoch_replaces_it()
    {
        ConcurrentQueue<DatasetState> finished = new();
        List<(DatasetKind Kind, uint Epoch, int Threads)> made = [];
        using DatasetStore store = new(new DatasetStoreOptions
        {
            Finished = finished.Enqueue,
            Make = (algorithm, kind, epoch, _, threads, progress, stop) =>
            {
                made.Add((kind, epoch, threads));
                progress.Report(1, 4);
                return PowDataset.Create(algorithm, DatasetKind.Light, epoch, threads: 1, cancellation: stop);
            },
        });
        Assert.Null(store.TryGetFull(Algorithm.KawPow, 1, 3, out Exception? problem));
        Assert.Null(problem);
        PowDataset first = Wait(() => store.TryGetFull(Algorithm.KawPow, 7_499, 3, out _));
        DatasetState state = Assert.Single(store.Snapshot());
        Assert.Equal((DatasetKind.Full, 0u, 1.0, ""), (state.Kind, state.Epoch, state.Done, state.Problem));
        Assert.Equal(PowDataset.SizeOf(Algorithm.KawPow, DatasetKind.Full, 0), state.Bytes);
        Assert.Null(store.TryGetFull(Algorithm.KawPow, 7_500, 3, out _));
        PowDataset second = Wait(() => store.TryGetFull(Algorithm.KawPow, 7_500, 3, out _));
        Assert.Equal((0u, 1u), (first.Epoch, second.Epoch));
        Assert.Equal(1u, Assert.Single(store.Snapshot()).Epoch); // and the first is released:
        Assert.Throws<ObjectDisposedException>(() => PowEngine.Create(Algorithm.KawPow, dataset: first));
        Assert.Equal([(DatasetKind.Full, 0u, 3), (DatasetKind.Full, 1u, 3)], made);
        Assert.True(SpinWait.SpinUntil(() => finished.Count == 2, Patience.Limit));
        Assert.Equal([0u, 1u], finished.Select(each => each.Epoch));
        Assert.Equal("KawPow dataset of epoch 1", finished.Last().Name);
    }

    [Fact]
    public void A_whole_dataset_that_cannot_be_made_is_tried_again_after_a_while()
    {
        HeldClock clock = new();
        ConcurrentQueue<DatasetState> finished = new();
        int attempts = 0;
        using DatasetStore store = new(new DatasetStoreOptions
        {
            Clock = clock,
            Finished = finished.Enqueue,
            Make = (algorithm, _, epoch, _, _, _, stop) => ++attempts == 1
                ? throw new NativeException("build", "OTD_E_MEMORY", "needs 5 bytes, 4 are available", "Free memory.")
                : PowDataset.Create(algorithm, DatasetKind.Light, epoch, threads: 1, cancellation: stop),
        });
        Assert.Null(store.TryGetFull(Algorithm.KawPow, 1, 0, out _));
        Wait(() => store.TryGetFull(Algorithm.KawPow, 1, 0, out Exception? problem) is null ? problem : null);
        Assert.Contains("needs 5 bytes", Assert.Single(store.Snapshot()).Problem, StringComparison.Ordinal);
        Assert.Equal(1, attempts);
        clock.Advance(61);
        Assert.Null(store.TryGetFull(Algorithm.KawPow, 1, 0, out Exception? none));
        Assert.Null(none);
        Wait(() => store.TryGetFull(Algorithm.KawPow, 1, 0, out _));
        Assert.Equal(2, attempts);
        Assert.True(SpinWait.SpinUntil(() => finished.Count == 2, Patience.Limit));
        Assert.Equal("", finished.Last().Problem);
    }

    [Fact]
    public void An_epoch_no_dataset_exists_for_is_refused_with_its_number()
    {
        using DatasetStore store = new();
        NativeException error = Assert.Throws<NativeException>(() => store.Get(Algorithm.KawPow, KawPow.HeightMax + 1));
        Assert.Contains("kawpow epoch 32001; allowed 0..32000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checker_of_all_algorithms_finds_the_dataset_itself()
    {
        using DatasetStore store = new();
        DatasetProofChecker checker = new(store);
        byte[] data = new byte[72];
        ProofResult[] results = new ProofResult[3];
        ProofItem light = new(0, 40, 1, Target.Max);
        ProofItem claimed = new(0, 72, 1, Target.Max);
        checker.Check(Algorithm.KawPow, [light, claimed, light with { DataLength = 41 }], data, results);
        Assert.Equal([ProofVerdict.Valid, ProofVerdict.BadProof, ProofVerdict.Malformed], results.Select(result => result.Verdict));
        Assert.Equal("e601a7257a70dc48fccc97a7330d704d776047623b92883d77111fb36870f3d1", results[0].Hash.ToString());
        checker.Check(Algorithm.Sha256d, [new ProofItem(0, 72, 0, Target.Max)], data, results.AsSpan(0, 1));
        Assert.Equal(ProofVerdict.Malformed, results[0].Verdict);
    }
}
