using Otedama.Core;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Interop;

public sealed class DatasetStoreTests : IDisposable
{
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
    public async Task The_next_epoch_is_prepared_ahead_and_only_two_are_kept()
    {
        using DatasetStore store = new();
        int late = (int)(0.96 * DatasetStore.KawPowEpochBlocks);
        PowDataset current = store.Get(Algorithm.KawPow, late);
        Assert.Equal(0u, current.Epoch);
        Assert.Equal([0u, 1u], store.Snapshot().Select(state => state.Epoch).Order());
        PowDataset next = store.Get(Algorithm.KawPow, DatasetStore.KawPowEpochBlocks);
        Assert.Equal(1u, next.Epoch);
        Assert.Same(current, store.TryGet(Algorithm.KawPow, 0));
        Assert.Null(store.TryGet(Algorithm.KawPow, 2 * DatasetStore.KawPowEpochBlocks)); // being made; pushes epoch 1 out
        Assert.Equal([0u, 2u], store.Snapshot().Select(state => state.Epoch).Order());
        await Task.Delay(10);
        Assert.Equal(0u, store.Get(Algorithm.KawPow, 100).Epoch);
    }

    [Fact]
    public void Early_in_an_epoch_nothing_is_prepared()
    {
        using DatasetStore store = new();
        store.TryGet(Algorithm.KawPow, (int)(0.94 * DatasetStore.KawPowEpochBlocks));
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
