using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>What is remembered of cards from one run to the next. Any thread.</summary>
public interface IGpuTuning
{
    /// <summary>
    /// The geometry that was fastest for this very card, driver, algorithm and program; null = not measured.
    /// </summary>
    /// <param name="algorithm">As configurations name it, such as kawpow or equihash:125,4.</param>
    string? Find(GpuInfo gpu, string algorithm);

    /// <summary>Must not throw: what cannot be remembered is measured again.</summary>
    /// <param name="rate">Hashes per second.</param>
    void Remember(GpuInfo gpu, string algorithm, string flavour, double rate);
}
