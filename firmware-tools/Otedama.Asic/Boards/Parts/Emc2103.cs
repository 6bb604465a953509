namespace Otedama.Asic;

/// <summary>
/// Microchip EMC2103: a fan and two diodes. Source: data sheet and ESP-Miner's use of it.
/// </summary>
/// <param name="offset">Degrees Celsius that the chips are hotter than their diodes say.</param>
public sealed class Emc2103(II2c bus, double offset = 0, byte address = Emc2103.Address) : IHeatSensor, IFan
{
    public const byte Address = 0x2E;

    private const byte RegDiode1 = 0x02;
    private const byte RegDiode2 = 0x04;
    private const byte RegIdeality1 = 0x11;
    private const byte RegIdeality2 = 0x12;
    private const byte RegBeta1 = 0x14;
    private const byte RegBeta2 = 0x15;
    private const byte RegConfig = 0x20;
    private const byte RegPwmConfig = 0x2A;
    private const byte RegPwmBase = 0x2B;
    private const byte RegFan = 0x40;
    private const byte RegFanConfig = 0x42;
    private const byte RegTachHigh = 0x4E;
    private const byte RegTachLow = 0x4F;
    private const byte RegProduct = 0xFD;
    private const byte RegMaker = 0xFE;
    private const byte MakerId = 0x5D;

    /// <summary>Throws BoardException (WrongPart) when something else answers.</summary>
    public void SetUp(byte? ideality = null, byte? beta = null)
    {
        byte product = bus.ReadByte(address, RegProduct);
        byte maker = bus.ReadByte(address, RegMaker);
        if (product is not (0x24 or 0x26) || maker != MakerId)
        {
            throw new BoardException(
                BoardFault.WrongPart,
                $"the part at I2C address {address:x2} names itself {product:x2}/{maker:x2}, and an EMC2103 is 24 or "
                    + "26/5d: "
                + "another board than was configured? Give the version that is printed on it.");
        }
        bus.WriteByte(address, RegConfig, 0);
        bus.WriteByte(address, RegPwmConfig, 0);
        bus.WriteByte(address, RegPwmBase, 0);
        if (ideality is byte given)
        {
            bus.WriteByte(address, RegIdeality1, given);
            bus.WriteByte(address, RegIdeality2, given);
        }
        if (beta is byte compensation)
        {
            bus.WriteByte(address, RegBeta1, compensation);
            bus.WriteByte(address, RegBeta2, compensation);
        }
    }

    /// <summary>The hotter of both; a diode that fails fails the reading, since it may be the hotter one.</summary>
    public SensorReading Read()
    {
        SensorReading first = Diode(RegDiode1, 1);
        SensorReading second = Diode(RegDiode2, 2);
        return first.Celsius is not double a ? first
            : second.Celsius is not double b ? second
            : a >= b ? first : second;
    }

    public void Set(int percent) =>
        bus.WriteByte(address, RegFan, (byte)Math.Round(Math.Clamp(percent, 0, 100) * 255 / 100.0));

    public double? Rpm() => FanTach.Rpm(bus, address, RegFanConfig, RegTachHigh, RegTachLow);

    private SensorReading Diode(byte register, int number)
    {
        byte high = bus.ReadByte(address, register);
        byte low = bus.ReadByte(address, (byte)(register + 1));
        return SensorReading.Of(DiodeCode.Celsius(high, low), offset, $"diode {number} at the EMC2103");
    }
}

/// <summary>The tachometer of the EMC2103 and EMC2302: thirteen bits in the upper bits of two bytes.</summary>
internal static class FanTach
{
    /// <summary>With two poles, while 500 turns a minute are the fewest that are told apart.</summary>
    private const int Pulses = 3_932_160;

    /// <summary>
    /// configuration: a register of which two bits say how often 500 doubles. It keeps what another firmware wrote,
    /// since these parts have no reset but their power.
    /// </summary>
    public static double Rpm(II2c bus, byte address, byte configuration, byte high, byte low)
    {
        int pulses = Pulses << (bus.ReadByte(address, configuration) >> 5 & 3);
        int lower = bus.ReadByte(address, low);
        int count = ((bus.ReadByte(address, high) << 8) | lower) >> 3;
        return DiodeCode.Rpm(pulses, count, 0x1FFF);
    }
}
