namespace Otedama.Asic;

/// <summary>
/// Microchip EMC2302: two fans, no temperature. Source: data sheet and ESP-Miner's use of it.
/// </summary>
public sealed class Emc2302(II2c bus, byte address = Emc2302.Address) : IFan
{
    public const byte Address = 0x2F;

    private const byte RegFan1 = 0x30;
    private const byte RegConfig1 = 0x32;
    private const byte RegTach1High = 0x3E;
    private const byte RegTach1Low = 0x3F;
    private const byte RegFan2 = 0x40;
    private const byte RegConfig2 = 0x42;
    private const byte RegTach2High = 0x4E;
    private const byte RegTach2Low = 0x4F;
    private const byte RegProduct = 0xFD;
    private const byte RegMaker = 0xFE;
    private const byte MakerId = 0x5D;

    /// <summary>Throws BoardException (WrongPart) when something else answers.</summary>
    public void SetUp()
    {
        byte product = bus.ReadByte(address, RegProduct);
        byte maker = bus.ReadByte(address, RegMaker);
        if (product is not (0x36 or 0x37) || maker != MakerId)
        {
            throw new BoardException(
                BoardFault.WrongPart,
                $"the part at I2C address {address:x2} names itself {product:x2}/{maker:x2}, and an EMC2302 is 36 or "
                    + "37/5d: "
                + "another board than was configured? Give the version that is printed on it.");
        }
    }

    public void Set(int percent)
    {
        byte setting = (byte)Math.Round(Math.Clamp(percent, 0, 100) * 255 / 100.0);
        bus.WriteByte(address, RegFan1, setting);
        bus.WriteByte(address, RegFan2, setting);
    }

    /// <summary>Of the slower fan that turns: one that stands still is seen where the other is fast.</summary>
    public double? Rpm()
    {
        double first = FanTach.Rpm(bus, address, RegConfig1, RegTach1High, RegTach1Low);
        double second = FanTach.Rpm(bus, address, RegConfig2, RegTach2High, RegTach2Low);
        return first <= 0 ? second : second <= 0 ? first : Math.Min(first, second);
    }
}

/// <summary>Texas Instruments TMP1075: a temperature where it sits. Source: data sheet.</summary>
/// <param name="offset">Degrees Celsius that the chips are hotter than the board beside them.</param>
public sealed class Tmp1075(II2c bus, double offset = 0, byte address = Tmp1075.Address) : IHeatSensor
{
    public const byte Address = 0x4A;

    /// <summary>Twelve bits with a sign in the upper bits of a word, a sixteenth of a degree each.</summary>
    public SensorReading Read() =>
        SensorReading.Of(
            (unchecked((short)bus.ReadWord(address, 0x00)) >> 4) / 16.0, offset, $"the TMP1075 at {address:x2}");
}

/// <summary>Several sensors, of which the hottest counts; one that fails fails the reading.</summary>
public sealed class HottestOf(params IReadOnlyList<IHeatSensor> sensors) : IHeatSensor
{
    public SensorReading Read()
    {
        SensorReading hottest = SensorReading.Failed("the board has no sensor");
        foreach (IHeatSensor sensor in sensors)
        {
            SensorReading read = sensor.Read();
            if (read.Celsius is not double celsius)
            {
                return read;
            }
            hottest = hottest.Celsius is double before && before >= celsius ? hottest : read;
        }
        return hottest;
    }
}
