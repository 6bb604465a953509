namespace Otedama.Asic;

/// <summary>What a serial link also has: an even parity bit after eight data bits, which the ROM of STM32
/// wants.</summary>
public interface ILinkParity
{
    /// <summary>
    /// False where the hardware or system does not keep it (pseudo terminals drop it silently, so it is read back).
    /// Throws LinkException.
    /// </summary>
    bool SetEvenParity(bool on);
}
