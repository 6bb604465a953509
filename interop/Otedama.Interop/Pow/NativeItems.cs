using Otedama.Core;

namespace Otedama.Interop;

/// <summary>Proofs to check and what came of them, in the structs of otedama.h.</summary>
internal static unsafe class NativeItems
{
    /// <summary>native has room for all items.</summary>
    public static void Write(ReadOnlySpan<ProofItem> items, otd_verify_item* native)
    {
        for (int i = 0; i < items.Length; i++)
        {
            native[i].data_offset = unchecked((uint)items[i].DataOffset); // a negative one is refused as too large
            native[i].data_length = unchecked((uint)items[i].DataLength);
            native[i].height = unchecked((uint)items[i].Height);
            native[i].reserved = 0;
            items[i].Target.Value.CopyTo(native[i].target);
        }
    }

    /// <summary>verdicts holds as many as results.</summary>
    public static void Read(otd_verdict* verdicts, Span<ProofResult> results)
    {
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = new ProofResult((ProofVerdict)verdicts[i].verdict, new Hash256(verdicts[i].hash));
        }
    }
}
