namespace Otedama.Asic;

/// <summary>
/// A link whose adapter has pins of its own beside the serial ones, with which boards reset their chips: CBUS on FTDI,
/// the latch on CP210x. Bit n is pin n.
/// </summary>
public interface IAdapterPins : ILink
{
    /// <summary>
    /// Drives the pins of mask to those levels and leaves the others. On FTDI the pins outside mask become inputs,
    /// which is what its request can say; mask and levels have four bits there. Throws LinkException.
    /// </summary>
    void SetPins(byte mask, byte levels);

    /// <summary>What all pins read. Throws LinkException.</summary>
    byte ReadPins();
}
