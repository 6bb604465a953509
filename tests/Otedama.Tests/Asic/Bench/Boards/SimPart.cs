namespace Otedama.Tests.Asic;

/// <summary>A part on a simulated I2C bus: a pointer that the first byte of a write sets, and registers behind it.</summary>
internal abstract class SimPart(byte address)
{
    public byte Address { get; } = address;

    /// <summary>It does not acknowledge, as a part that was pulled off or lost its power.</summary>
    public bool IsDead { get; set; }

    protected byte Pointer { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0)
        {
            Pointer = bytes[0];
            OnWrite(bytes[0], bytes[1..]);
        }
    }

    public byte[] Read(int count) => OnRead(Pointer, count);

    protected abstract void OnWrite(byte register, ReadOnlySpan<byte> data);

    protected abstract byte[] OnRead(byte register, int count);
}

/// <summary>Registers of a byte each; the pointer moves on.</summary>
internal abstract class SimByteRegisters(byte address) : SimPart(address)
{
    protected byte[] Registers { get; } = new byte[256];

    public byte this[byte register] => Registers[register];

    protected override void OnWrite(byte register, ReadOnlySpan<byte> data)
    {
        for (int i = 0; i < data.Length; i++)
        {
            Registers[Bits.Byte(register + i)] = data[i];
        }
    }

    protected override byte[] OnRead(byte register, int count)
    {
        byte[] data = new byte[count];
        for (int i = 0; i < count; i++)
        {
            data[i] = Value(Bits.Byte(register + i));
        }
        return data;
    }

    protected virtual byte Value(byte register) => Registers[register];
}

/// <summary>EMC2101: internal sensor, one diode, one fan of up to 5,000 turns a minute.</summary>
internal sealed class SimEmc2101(Func<double> diode, Func<double>? inner = null) : SimByteRegisters(0x4C)
{
    private byte _latched;

    public byte Product { get; set; } = 0x16;

    public bool FanStands { get; set; }

    public int FanPercent => (int)Math.Round(Registers[0x4C] * 100 / 63.0);

    protected override byte Value(byte register)
    {
        switch (register)
        {
            case 0x00:
                return Bits.Byte((int)Math.Floor((inner ?? diode)()));
            case 0x01:
                return Bits.Byte(Code() >> 8);
            case 0x10:
                return Bits.Byte(Code());
            case 0x46:
                int rpm = Registers[0x4C] * 5000 / 63;
                int count = FanStands || rpm == 0 || (Registers[0x03] & 4) == 0 ? 0xFFFF : 5_400_000 / rpm;
                _latched = Bits.Byte(count >> 8);
                return Bits.Byte(count);
            case 0x47:
                return _latched;
            case 0xFD:
                return Product;
            case 0xFE:
                return 0x5D;
            default:
                return Registers[register];
        }
    }

    private int Code() => (int)Math.Round(diode() * 8) << 5;
}

/// <summary>A fan of up to 6,000 turns a minute, as the EMC2103 and EMC2302 count it.</summary>
internal static class SimTach
{
    /// <summary>What a fan's configuration register holds after reset: at least 1,000 turns a minute are counted, two poles.</summary>
    public const byte Reset = 0x2B;

    /// <summary>Both bytes of the count. The lowest speed that is told apart, 500 to 4,000, stands in two bits of the configuration.</summary>
    public static int Count(byte setting, byte configuration, bool stands = false)
    {
        int pulses = 3_932_160 << (configuration >> 5 & 3);
        int count = stands || setting == 0 ? 0x1FFF : pulses / (setting * 6000 / 255);
        return Math.Min(0x1FFF, count) << 3;
    }
}

/// <summary>EMC2103: two diodes, one fan.</summary>
internal sealed class SimEmc2103 : SimByteRegisters
{
    private readonly Func<double> _first, _second;

    public SimEmc2103(Func<double> first, Func<double> second)
        : base(0x2E)
    {
        (_first, _second) = (first, second);
        Registers[0x42] = SimTach.Reset;
    }

    protected override byte Value(byte register) => register switch
    {
        0x02 => Bits.Byte(Code(_first) >> 8),
        0x03 => Bits.Byte(Code(_first)),
        0x04 => Bits.Byte(Code(_second) >> 8),
        0x05 => Bits.Byte(Code(_second)),
        0x4E => Bits.Byte(Tach() >> 8),
        0x4F => Bits.Byte(Tach()),
        0xFD => 0x24,
        0xFE => 0x5D,
        _ => Registers[register],
    };

    private int Tach() => SimTach.Count(Registers[0x40], Registers[0x42]);

    private static int Code(Func<double> celsius) => double.IsNaN(celsius()) ? 0x8000 : (int)Math.Round(celsius() * 8) << 5;
}

/// <summary>EMC2302: two fans.</summary>
internal sealed class SimEmc2302 : SimByteRegisters
{
    public SimEmc2302()
        : base(0x2F) => Registers[0x32] = Registers[0x42] = SimTach.Reset;

    public bool SecondStands { get; set; }

    protected override byte Value(byte register) => register switch
    {
        0x3E => Bits.Byte(Tach(0x30, false) >> 8),
        0x3F => Bits.Byte(Tach(0x30, false)),
        0x4E => Bits.Byte(Tach(0x40, SecondStands) >> 8),
        0x4F => Bits.Byte(Tach(0x40, SecondStands)),
        0xFD => 0x36,
        0xFE => 0x5D,
        _ => Registers[register],
    };

    private int Tach(byte setting, bool stands) => SimTach.Count(Registers[setting], Registers[setting + 2], stands);
}

/// <summary>Registers of a word each, most significant byte first.</summary>
internal sealed class SimWords(byte address, Func<byte, ushort> value) : SimPart(address)
{
    public static SimWords Tmp1075(Func<double> celsius, byte address = 0x4A) => new(address, register =>
        register == 0 ? Bits.Word((int)Math.Round(celsius() * 16) << 4) : (ushort)0x7500);

    public static SimWords Ina260(Func<double> volts, Func<double> amps) => new(0x40, register => register switch
    {
        1 => Bits.Word((int)Math.Round(amps() / 1.25e-3)),
        2 => (ushort)Math.Round(volts() / 1.25e-3),
        3 => (ushort)Math.Round(volts() * amps() / 10e-3),
        0xFE => 0x5449,
        _ => 0,
    });

    protected override void OnWrite(byte register, ReadOnlySpan<byte> data)
    {
    }

    protected override byte[] OnRead(byte register, int count)
    {
        ushort word = value(register);
        byte[] data = new byte[count];
        for (int i = 0; i < count; i++)
        {
            data[i] = i switch { 0 => Bits.Byte(word >> 8), 1 => Bits.Byte(word), _ => (byte)0xFF };
        }
        return data;
    }
}

/// <summary>DS4432U: two outputs.</summary>
internal sealed class SimDs4432u() : SimByteRegisters(0x48)
{
    public byte Output0 => Registers[0xF8];
}
