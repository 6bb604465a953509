namespace Otedama.Asic;

/// <summary>
/// Microchip EMC2101: a fan, its own temperature and that of a diode in the chip. Source: data sheet and ESP-Miner's
/// use of it.
/// </summary>
/// <param name="readsInternal">Boards without a wired diode measure the part itself, beside the chip.</param>
/// <param name="offset">Degrees Celsius that the chip is hotter than where it measures.</param>
public sealed class Emc2101(II2c bus, bool readsInternal = false, double offset = 0, byte address = Emc2101.Address)
    : IHeatSensor, IFan
{
    public const byte Address = 0x4C;

    private const byte RegInternal = 0x00;
    private const byte RegDiodeHigh = 0x01;
    private const byte RegConfig = 0x03;
    private const byte RegDiodeLow = 0x10;
    private const byte RegIdeality = 0x17;
    private const byte RegBeta = 0x18;
    private const byte RegTachLow = 0x46;
    private const byte RegTachHigh = 0x47;
    private const byte RegFanConfig = 0x4A;
    private const byte RegFanDuty = 0x4C;
    private const byte RegProduct = 0xFD;
    private const byte RegMaker = 0xFE;
    private const byte MakerId = 0x5D;
    private const int DutyMax = 63;

    /// <summary>Throws BoardException (WrongPart) when something else answers.</summary>
    /// <param name="ideality">Register value for the chip's diode; null = as it is.</param>
    /// <param name="beta">The same.</param>
    public void SetUp(byte? ideality = null, byte? beta = null)
    {
        byte product = bus.ReadByte(address, RegProduct);
        byte maker = bus.ReadByte(address, RegMaker);
        if (product is not (0x16 or 0x28) || maker != MakerId)
        {
            throw new BoardException(
                BoardFault.WrongPart,
                $"the part at I2C address {address:x2} names itself {product:x2}/{maker:x2}, and an EMC2101 is 16 or "
                    + "28/5d: "
                + "another board than was configured? Give the version that is printed on it.");
        }
        bus.WriteByte(address, RegConfig, 0x04);    // the alert pin takes the tachometer
        bus.WriteByte(address, RegFanConfig, 0x23); // duty by hand
        if (ideality is byte given)
        {
            bus.WriteByte(address, RegIdeality, given);
        }
        if (beta is byte compensation)
        {
            bus.WriteByte(address, RegBeta, compensation);
        }
    }

    public SensorReading Read() => readsInternal ? Internal() : Diode();

    public SensorReading Internal() =>
        SensorReading.Of(unchecked((sbyte)bus.ReadByte(address, RegInternal)), offset, "the EMC2101");

    public SensorReading Diode()
    {
        byte high = bus.ReadByte(address, RegDiodeHigh);
        byte low = bus.ReadByte(address, RegDiodeLow);
        return SensorReading.Of(DiodeCode.Celsius(high, low), offset, "the diode at the EMC2101");
    }

    public void Set(int percent) =>
        bus.WriteByte(address, RegFanDuty, (byte)Math.Round(Math.Clamp(percent, 0, 100) * DutyMax / 100.0));

    public double? Rpm()
    {
        byte low = bus.ReadByte(address, RegTachLow); // this latches the high byte
        return DiodeCode.Rpm(5_400_000, low | (bus.ReadByte(address, RegTachHigh) << 8), 0xFFFF);
    }
}
