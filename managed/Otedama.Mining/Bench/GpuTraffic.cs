using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>What a card's memory gives at best, to compare with what a measured rate moves.</summary>
internal static class GpuTraffic
{
    private static readonly TimeSpan s_budget = TimeSpan.FromMilliseconds(500);

    private const ulong ScratchpadFootprint = 1UL << 28; // beyond every cache

    private const double SectorsPerRead32 = 1.5; // half of 32 bytes at a multiple of 16 touch two sectors of 32

    /// <summary>
    /// Bytes per second, counted as CardBytesPerHash is; null where the algorithm has no pattern, or the card cannot
    /// measure it.
    /// </summary>
    /// <param name="dataset">Bytes of its data; 0 = it has none.</param>
    public static double? Ceiling(GpuInfo gpu, AlgorithmFacts facts, ulong dataset)
    {
        CeilingPattern pattern;
        switch (facts.CardReads)
        {
            case CardReads.InOrder:
                pattern = CeilingPattern.Copy;
                break;
            case CardReads.Random256:
                pattern = CeilingPattern.Random256;
                break;
            case CardReads.Random32:
                pattern = CeilingPattern.Random32;
                break;
            default:
                return null;
        }
        try
        {
            ulong footprint = dataset > 0 ? dataset : ScratchpadFootprint;
            double bytes = Catalogue.Ceiling(gpu.Device.Index, pattern, footprint, s_budget).PerSecond;
            return facts.CardReads == CardReads.Random32 ? SectorsPerRead32 * bytes : bytes;
        }
        catch (NativeException)
        {
            return null;
        }
    }
}
