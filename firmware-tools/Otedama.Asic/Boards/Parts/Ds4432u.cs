namespace Otedama.Asic;

/// <summary>
/// Maxim DS4432U: a current into the feedback of a regulator (TPS40305 on Bitaxe boards), which so makes another
/// voltage. The regulator itself has no switch here: it is on while the board has power, and the chips' reset is the
/// only safe state. An INA260 measures what goes in. Source: data sheet, the boards' resistors, ESP-Miner's use of it.
/// </summary>
public sealed class Ds4432u(II2c bus, Ina260? meter, byte address = Ds4432u.Address) : IRegulator
{
    public const byte Address = 0x48;

    private const byte RegOutput0 = 0xF8;

    /// <summary>Feedback voltage of the regulator, and the resistors that divide its output. Volts, ohms.</summary>
    private const double Feedback = 0.6;
    private const double UpperOhms = 4750;
    private const double LowerOhms = 3320;

    /// <summary>Amperes of the converter's whole range, and how many steps it has.</summary>
    private const double FullScale = 98.921e-6;
    private const int Steps = 127;

    /// <summary>Bit 7: the current flows out of the part, which lifts the feedback and lowers the voltage.</summary>
    private const byte Source = 0x80;

    /// <summary>What the parts can make with all steps in one direction or the other, volts; narrower than boards
    /// should be given.</summary>
    public const double VoltsMin = 0.99;
    public const double VoltsMax = 1.92;

    private const double VoltsOff = 1.0;

    /// <summary>At which no current flows, volts.</summary>
    public const double VoltsNominal = 1.451;

    private double? _wanted; // volts, also while it is off

    public (double Min, double Max) Range => (VoltsMin, VoltsMax);

    public void SetUp() => _ = bus.ReadByte(address, RegOutput0);

    /// <summary>Register value; throws BoardException for what the parts cannot make.</summary>
    public static byte CodeOf(double volts)
    {
        if (volts is not (>= VoltsMin and <= VoltsMax))
        {
            throw new BoardException(
                BoardFault.OutOfRange,
                FormattableString.Invariant(
                    $"{volts:0.###} V: this board's regulator makes {VoltsMin} to {VoltsMax} V"));
        }
        double change = Math.Abs((Feedback / LowerOhms) - ((volts - Feedback) / UpperOhms));
        byte code = (byte)Math.Ceiling(change / FullScale * Steps);
        return volts < VoltsNominal ? (byte)(code | Source) : code;
    }

    /// <summary>What a register value makes, volts.</summary>
    public static double VoltsOf(byte code)
    {
        double change = (code & 0x7F) * FullScale / Steps;
        double current = (code & Source) != 0 ? (Feedback / LowerOhms) - change : (Feedback / LowerOhms) + change;
        return Feedback + (current * UpperOhms);
    }

    public void SetVolts(double volts)
    {
        Write(volts);
        _wanted = volts;
    }

    /// <summary>It has no switch; off is a voltage which a chip in reset stands for ever.</summary>
    public void Enable(bool on)
    {
        if (!on || _wanted is not null)
        {
            Write(on ? _wanted!.Value : VoltsOff);
        }
    }

    public PowerReading Read() => meter is null
        ? new PowerReading(null, null, VoltsOf(bus.ReadByte(address, RegOutput0)), null, null, null)
        : new PowerReading(
        meter.Volts(), meter.Amps(), VoltsOf(bus.ReadByte(address, RegOutput0)), null, meter.Watts(), null);

    public string Faults() => "";

    private void Write(double volts)
    {
        byte code = CodeOf(volts);
        bus.WriteByte(address, RegOutput0, code);
        byte now = bus.ReadByte(address, RegOutput0);
        if (now != code)
        {
            throw new BoardException(
                BoardFault.Fault,
                $"the DS4432U was given {code:x2} and holds {now:x2}: its bus is disturbed or the part is broken");
        }
    }
}
