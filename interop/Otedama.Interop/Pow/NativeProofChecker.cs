using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// Recomputes proofs of work in native code, a batch per call. Thread-safe; allocates nothing. A checker of an
/// algorithm with a dataset keeps it alive until disposed.
/// </summary>
public sealed unsafe class NativeProofChecker : IProofChecker
{
    /// <summary>Items per native call: 48 + 40 bytes each on the stack.</summary>
    private const int Batch = 256;

    /// <summary>In the 40 bytes of a KawPow item, after the header hash (otedama_algo.h).</summary>
    private const int KawPowNonceOffset = 32;

    /// <summary>A thousand times what one evaluation takes.</summary>
    private static readonly TimeSpan s_proveBudget = TimeSpan.FromSeconds(2);

    private readonly otd_algo_params _parameters;
    private readonly PowDataset? _dataset;
    private readonly uint _flavour;

    /// <summary>dataset must belong to the algorithm that will be checked, when that one needs one.</summary>
    public NativeProofChecker(PowParameters parameters = default, PowDataset? dataset = null, uint flavour = 0)
    {
        Native.Open();
        _parameters = parameters.ToNative();
        _dataset = dataset;
        _flavour = flavour;
    }

    /// <summary>
    /// Checks every item; one of the wrong length is Malformed. Throws NativeException when an item points outside data
    /// or the algorithm is not in this build.
    /// </summary>
    public void Check(Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data,
        Span<ProofResult> results)
    {
        if (results.Length < items.Length)
        {
            throw new ArgumentException($"{items.Length} items need as many results, got {results.Length}",
                nameof(results));
        }
        bool added = false;
        _dataset?.Handle.DangerousAddRef(ref added);
        try
        {
            nint dataset = _dataset?.Handle.DangerousGetHandle() ?? 0;
            for (int first = 0; first < items.Length; first += Batch)
            {
                int count = Math.Min(Batch, items.Length - first);
                CheckBatch(algorithm, dataset, items.Slice(first, count), data, results.Slice(first, count));
            }
        }
        finally
        {
            if (added)
            {
                _dataset!.Handle.DangerousRelease();
            }
        }
    }

    /// <summary>
    /// The mix of one KawPow item, found by a search of its nonce alone. Throws NotSupportedException for other algorithms,
    /// NativeException when the dataset is not that of the height.
    /// </summary>
    public byte[] Prove(Algorithm algorithm, in ProofItem item, ReadOnlySpan<byte> data)
    {
        if (!algorithm.Facts.HasMix)
        {
            throw new NotSupportedException($"a {algorithm} share carries its whole proof");
        }
        byte[] header = data.Slice(item.DataOffset, item.DataLength).ToArray();
        using PowEngine engine = PowEngine.Create(algorithm, default, _dataset, _flavour);
        PowHit[] hits = new PowHit[1];
        PowWork work = new()
        {
            Data = header,
            NonceFirst = BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(KawPowNonceOffset)),
            NonceCount = 1,
            Height = (uint)item.Height,
            Target = Target.Max,
        };
        PowScan scan = engine.Scan([work], hits, s_proveBudget);
        return scan.HitCount == 1
            ? hits[0].Proof
            : throw new NativeException("mix of a KawPow share", "OTD_E_CANCELLED", "the search ended early", "Report this message.");
    }

    private void CheckBatch(Algorithm algorithm, nint dataset, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data,
        Span<ProofResult> results)
    {
        otd_verify_item* native = stackalloc otd_verify_item[items.Length];
        otd_verdict* verdicts = stackalloc otd_verdict[items.Length];
        NativeItems.Write(items, native);
        otd_algo_params parameters = _parameters;
        fixed (byte* bytes = &MemoryMarshal.GetReference(data))
        {
            byte none = 0;
            int status = Otd.otd_verify((uint)algorithm, _flavour, &parameters, dataset, verdicts, native,
                (uint)items.Length, bytes == null ? &none : bytes, (uint)data.Length);
            NativeException.ThrowIfFailed(status, $"check of {items.Length} {algorithm} proofs");
        }
        NativeItems.Read(verdicts, results[..items.Length]);
    }
}
