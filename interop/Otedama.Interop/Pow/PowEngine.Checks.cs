using System.Buffers;
using System.Runtime.InteropServices;
using Otedama.Core;

namespace Otedama.Interop;

public sealed unsafe partial class PowEngine
{
    /// <summary>Items of one call of Check: OTD_BATCH_MAX.</summary>
    public const int ChecksMax = 65_536;

    /// <summary>One item, as below.</summary>
    public ProofResult Check(in ProofItem item, ReadOnlySpan<byte> data)
    {
        ProofResult[] result = new ProofResult[1];
        Check([item], data, result);
        return result[0];
    }

    /// <summary>
    /// Checks proofs on the engine's device, as NativeProofChecker does on the processor and with the same
    /// verdicts. Throws NativeException: then no verdict counts, and the engine is of no use any more.
    /// </summary>
    public void Check(ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results)
    {
        if (items.Length is 0 or > ChecksMax || results.Length < items.Length)
        {
            throw new ArgumentException(
                $"{items.Length} items and room for {results.Length} results; 1 to {ChecksMax} items and room "
                    + "for all are needed",
                nameof(items));
        }
        otd_verify_item[] native = ArrayPool<otd_verify_item>.Shared.Rent(items.Length);
        otd_verdict[] verdicts = ArrayPool<otd_verdict>.Shared.Rent(items.Length);
        bool added = false;
        try
        {
            _handle.DangerousAddRef(ref added);
            fixed (otd_verify_item* item = native)
            fixed (otd_verdict* verdict = verdicts)
            fixed (byte* bytes = &MemoryMarshal.GetReference(data))
            {
                byte none = 0;
                NativeItems.Write(items, item);
                int status = Otd.otd_engine_verify(_handle.DangerousGetHandle(), verdict, item, (uint)items.Length,
                    bytes == null ? &none : bytes, (uint)data.Length);
                NativeException.ThrowIfFailed(status, $"check of {items.Length} {Info.Name} proofs on a device");
                NativeItems.Read(verdict, results[..items.Length]);
            }
        }
        finally
        {
            if (added)
            {
                _handle.DangerousRelease();
            }
            ArrayPool<otd_verify_item>.Shared.Return(native);
            ArrayPool<otd_verdict>.Shared.Return(verdicts);
        }
    }
}
