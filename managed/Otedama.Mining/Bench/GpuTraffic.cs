using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>What a hash moves between a card and its memory, from which the bandwidth of a measured rate follows.</summary>
internal static class GpuTraffic
{
    private const int KawPowReads = 64;           // of 256 bytes from the dataset, one a round
    private const int VerthashReads = 4096;       // of 32 bytes at a multiple of 16, so that
    private const int VerthashReadBytes = 48;     // half of them touch two sectors of 32
    private const ulong ScratchpadFootprint = 1UL << 28; // beyond every cache
    private const int ScryptEntryBytes = 128;
    private const int ScryptEntries = 1024;       // written once and read once

    /// <summary>Bytes per hash; null where everything stays in registers (SHA-256d) or it depends on the solver.</summary>
    public static double? BytesPerHash(Algorithm algorithm) => algorithm switch
    {
        Algorithm.KawPow => KawPowReads * 256,
        Algorithm.Verthash => VerthashReads * VerthashReadBytes,
        Algorithm.Scrypt => 2 * ScryptEntryBytes * ScryptEntries,
        _ => null,
    };

    /// <summary>
    /// Bytes per second, counted as BytesPerHash does, that this card's memory gives at best in the algorithm's pattern; null
    /// where there is none, or the card cannot measure it.
    /// </summary>
    /// <param name="dataset">Bytes of its data; 0 = it has none.</param>
    public static double? Ceiling(GpuInfo gpu, Algorithm algorithm, ulong dataset)
    {
        (MemoryPattern Pattern, double Counted)? like = algorithm switch
        {
            Algorithm.KawPow => (MemoryPattern.Random256, 1),
            Algorithm.Verthash => (MemoryPattern.Random32, VerthashReadBytes / 32.0), // of which 32 are read
            Algorithm.Scrypt => (MemoryPattern.Copy, 1),
            _ => null,
        };
        try
        {
            return like is { } pattern
                ? pattern.Counted * Catalogue.Ceiling(gpu.Device.Index, pattern.Pattern, dataset > 0 ? dataset : ScratchpadFootprint)
                : null;
        }
        catch (NativeException)
        {
            return null;
        }
    }
}
