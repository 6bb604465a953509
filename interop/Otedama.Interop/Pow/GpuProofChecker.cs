using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// Checks proofs of one algorithm on graphics cards where they are faster for a batch of that size, and everything
/// else, and whenever no card is ready, on the processor. Which is faster is measured on the batches themselves, by
/// checking some on both. Thread-safe; a card serves one thread at a time.
/// </summary>
public sealed class GpuProofChecker : IProofChecker, IDisposable
{
    private readonly Algorithm _algorithm;
    private readonly IProofChecker _processor;
    private readonly CheckingCard[] _cards;
    private int _turn;
    private long _byProcessor;

    /// <summary>Begins to compile for the cards, in the background.</summary>
    /// <param name="processor">Checks what no card does, and is what cards are compared with.</param>
    /// <param name="datasets">Of the cards.</param>
    /// <param name="blockTime">As DeviceDatasets.Open.</param>
    public GpuProofChecker(
        IReadOnlyList<GpuInfo> gpus,
        Algorithm algorithm,
        PowParameters parameters,
        IProofChecker processor,
        DeviceDatasets datasets,
        TimeSpan blockTime,
        GpuCheckOptions? options = null)
    {
        (_algorithm, _processor) = (algorithm, processor);
        _cards =
        [
            .. gpus.Select(gpu => new CheckingCard(
                gpu, algorithm, parameters, processor, LeaseOf(gpu), options ?? new GpuCheckOptions())),
        ];

        DeviceDatasetLease? LeaseOf(GpuInfo gpu) =>
            algorithm.Facts.NeedsDataset ? datasets.Open(gpu, algorithm, blockTime, checksOnly: true) : null;
    }

    /// <summary>Proofs the processor alone gave a verdict on.</summary>
    public long CheckedByProcessor => Volatile.Read(ref _byProcessor);

    public IReadOnlyList<GpuCheckState> Snapshot() => [.. _cards.Select(static card => card.State())];

    public void Check(Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data,
        Span<ProofResult> results)
    {
        if (algorithm == _algorithm && items.Length > 0 && results.Length >= items.Length
            && OnCard(items, data, results))
        {
            return;
        }
        _processor.Check(algorithm, items, data, results);
        Interlocked.Add(ref _byProcessor, items.Length);
    }

    public byte[] Prove(Algorithm algorithm, in ProofItem item, ReadOnlySpan<byte> data) =>
        _processor.Prove(algorithm, item, data);

    public void Dispose()
    {
        foreach (CheckingCard card in _cards)
        {
            card.Dispose();
        }
    }

    /// <summary>For tests: done when no engine is being made.</summary>
    internal Task Opening => Task.WhenAll(_cards.Select(static card => card.Opening));

    /// <summary>Each batch begins with another card.</summary>
    private bool OnCard(ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results)
    {
        uint first = (uint)Interlocked.Increment(ref _turn);
        for (uint i = 0; i < _cards.Length; i++)
        {
            if (_cards[(first + i) % (uint)_cards.Length].TryCheck(items, data, results))
            {
                return true;
            }
        }
        return false;
    }
}
