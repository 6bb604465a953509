namespace Otedama.Asic;

/// <summary>Texas Instruments INA260: what goes into a board. Words are most significant byte first. Source: data
/// sheet.</summary>
public sealed class Ina260(II2c bus, byte address = Ina260.Address)
{
    public const byte Address = 0x40;

    private const byte RegCurrent = 0x01;
    private const byte RegVoltage = 0x02;
    private const byte RegPower = 0x03;

    /// <summary>1.25 mA with a sign.</summary>
    public double Amps() => unchecked((short)bus.ReadWord(address, RegCurrent)) * 1.25e-3;

    /// <summary>1.25 mV.</summary>
    public double Volts() => bus.ReadWord(address, RegVoltage) * 1.25e-3;

    /// <summary>10 mW.</summary>
    public double Watts() => bus.ReadWord(address, RegPower) * 10e-3;
}
