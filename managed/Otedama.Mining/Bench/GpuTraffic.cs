using Otedama.Core;

namespace Otedama.Mining;

/// <summary>What a hash moves between a card and its memory, from which the bandwidth of a measured rate follows.</summary>
internal static class GpuTraffic
{
    private const int KawPowReads = 64;           // of 256 bytes from the dataset, one a round
    private const int VerthashReads = 4096;       // of 32 bytes at a multiple of 16, so that
    private const int VerthashReadBytes = 48;     // half of them touch two sectors of 32
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
}
