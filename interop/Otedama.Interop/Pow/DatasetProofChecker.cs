using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// Checks proofs of every algorithm, with the datasets of a store where one is needed. The first check of an epoch
/// waits until its dataset is made. Thread-safe.
/// </summary>
/// <param name="parameters">Of the chain whose proofs are checked.</param>
public sealed class DatasetProofChecker(DatasetStore datasets, PowParameters parameters = default) : IProofChecker
{
    private readonly NativeProofChecker _plain = new(parameters);

    public void Check(Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results)
    {
        if (!algorithm.Facts.NeedsDataset)
        {
            _plain.Check(algorithm, items, data, results);
            return;
        }
        for (int first = 0; first < items.Length;)
        {
            uint epoch = datasets.EpochOf(algorithm, items[first].Height);
            int end = first + 1;
            while (end < items.Length && datasets.EpochOf(algorithm, items[end].Height) == epoch)
            {
                end++;
            }
            CheckEpoch(algorithm, items[first..end], data, results[first..end]);
            first = end;
        }
    }

    public byte[] Prove(Algorithm algorithm, in ProofItem item, ReadOnlySpan<byte> data)
    {
        while (true)
        {
            NativeProofChecker checker = CheckerOf(algorithm, item.Height);
            try
            {
                return checker.Prove(algorithm, item, data);
            }
            catch (ObjectDisposedException)
            {
                // As below.
            }
        }
    }

    private void CheckEpoch(Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results)
    {
        while (true)
        {
            NativeProofChecker checker = CheckerOf(algorithm, items[0].Height);
            try
            {
                checker.Check(algorithm, items, data, results);
                return;
            }
            catch (ObjectDisposedException)
            {
                // Two newer epochs pushed it out between the two lines; the store makes it again, or says that it is closed.
            }
        }
    }

    private NativeProofChecker CheckerOf(Algorithm algorithm, int height) => new(default, datasets.Get(algorithm, height));
}
