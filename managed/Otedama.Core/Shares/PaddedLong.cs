using System.Runtime.InteropServices;

namespace Otedama.Core;

/// <summary>
/// A counter alone on its cache lines: 64 bytes before and after, so that the prefetcher's pairs of lines do not make
/// two threads' counters neighbours.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct PaddedLong
{
    [FieldOffset(64)]
    public long Value;
}
