using System.Globalization;

namespace Otedama.Asic;

/// <summary>Limits of a board for its TPS546; volts and amperes at the regulator's output.</summary>
/// <param name="Domains">Chips in series: the output is so many times a chip's voltage.</param>
/// <param name="ScaleLoop">Divider of the feedback.</param>
/// <param name="Phases">Regulators in parallel.</param>
public sealed record Tps546Limits(
    double VinOn,
    double VinOff,
    double VinMax,
    double ScaleLoop,
    double VoutMin,
    double VoutMax,
    double AmpsWarn,
    double AmpsMax,
    int Domains = 1,
    int Phases = 1)
{
    /// <summary>Boards at 5 V with one chip, or several in parallel.</summary>
    public static Tps546Limits FiveVolts { get; } = new(4.8, 4.5, 6.5, 0.25, 1, 2, 25, 30);

    /// <summary>Boards at 12 V with three chips in series.</summary>
    public static Tps546Limits TwelveVoltsThreeDomains { get; } =
        new(11.5, 11, 14.8, 0.125, 2.5, 4.5, 25, 30, Domains: 3);

    /// <summary>The board at 12 V with two regulators in parallel.</summary>
    public static Tps546Limits TwelveVoltsTwoPhases { get; } = new(11, 10.5, 14.8, 0.25, 1, 3, 50, 55, Phases: 2);
}

/// <summary>
/// Texas Instruments TPS546D24: a regulator that speaks PMBus. Words are least significant byte first. Everything is
/// written at each start and never stored in the part. Source: data sheet; the boards' limits from ESP-Miner.
/// </summary>
public sealed class Tps546(II2c bus, Tps546Limits limits, byte address = Tps546.Address) : IRegulator
{
    public const byte Address = 0x24;

    private const byte Operation = 0x01;
    private const byte OnOffConfig = 0x02;
    private const byte ClearFaults = 0x03;
    private const byte Phase = 0x04;
    private const byte VoutMode = 0x20;
    private const byte VoutCommand = 0x21;
    private const byte VoutMax = 0x24;
    private const byte VoutScaleLoop = 0x29;
    private const byte VoutMin = 0x2B;
    private const byte Frequency = 0x33;
    private const byte VinOn = 0x35;
    private const byte VinOff = 0x36;
    private const byte IoutFault = 0x46;
    private const byte IoutWarn = 0x4A;
    private const byte HeatFault = 0x4F;
    private const byte HeatWarn = 0x51;
    private const byte VinFault = 0x55;
    private const byte StatusWord = 0x79;
    private const byte ReadVin = 0x88;
    private const byte ReadVout = 0x8B;
    private const byte ReadIout = 0x8C;
    private const byte ReadHeat = 0x8D;
    private const byte DeviceId = 0xAD;
    private const byte SyncConfig = 0xE4;
    private const byte StackConfig = 0xEC;

    private const byte OperationOn = 0x80;
    private const byte OperationOff = 0x00;

    /// <summary>Follows OPERATION alone; the enable pin does not count.</summary>
    private const byte ByCommand = 0x1B;
    private const byte AllPhases = 0xFF;

    // SLINEAR11 with exponent 0, the only one the part takes for these.
    private const ushort KiloHertz = 650;
    private const ushort HeatWarnC = 105;
    private const ushort HeatFaultC = 145;

    private static readonly (int Bit, string Words)[] s_faults =
    [
        (15, "output voltage"), (14, "output current or power"), (13, "input"), (12, "manufacturer specific"),
        (5, "overvoltage at the output"), (4, "overcurrent at the output"), (3, "undervoltage at the input"),
        (2, "temperature"), (1, "communication"),
    ];

    private int? _exponent;

    public (double Min, double Max) Range => (limits.VoutMin / limits.Domains, limits.VoutMax / limits.Domains);

    public void SetUp()
    {
        CheckPart();
        bus.WriteByte(address, Operation, OperationOff);
        bus.WriteByte(address, OnOffConfig, ByCommand);
        bus.WriteSmWord(address, StackConfig, (ushort)(limits.Phases - 1));
        bus.WriteByte(address, SyncConfig, (byte)(limits.Phases > 1 ? 0xD0 : 0x10));
        bus.WriteByte(address, Phase, AllPhases);
        _exponent = PmBus.ExponentOf(bus.ReadByte(address, VoutMode))
            ?? throw new BoardException(
            BoardFault.WrongPart, "the TPS546 gives voltages in another form than ULINEAR16");
        bus.WriteSmWord(address, Frequency, KiloHertz);
        bus.WriteSmWord(address, VinOn, PmBus.ToLinear11(limits.VinOn));
        bus.WriteSmWord(address, VinOff, PmBus.ToLinear11(limits.VinOff));
        bus.WriteSmWord(address, VinFault, PmBus.ToLinear11(limits.VinMax));
        bus.WriteSmWord(address, VoutScaleLoop, PmBus.ToLinear11(limits.ScaleLoop));
        bus.WriteSmWord(address, VoutMax, PmBus.ToLinear16(limits.VoutMax, _exponent.Value));
        bus.WriteSmWord(address, VoutMin, PmBus.ToLinear16(limits.VoutMin, _exponent.Value));
        bus.WriteSmWord(address, IoutWarn, PmBus.ToLinear11(limits.AmpsWarn));
        bus.WriteSmWord(address, IoutFault, PmBus.ToLinear11(limits.AmpsMax));
        bus.WriteSmWord(address, HeatWarn, HeatWarnC);
        bus.WriteSmWord(address, HeatFault, HeatFaultC);
        bus.Write(address, [ClearFaults]);
    }

    public void SetVolts(double volts)
    {
        if (!(volts >= Range.Min && volts <= Range.Max))
        {
            throw new BoardException(
                BoardFault.OutOfRange,
                FormattableString.Invariant(
                    $"{volts:0.###} V: this board's regulator makes {Range.Min:0.###} to {Range.Max:0.###} V a chip"));
        }
        bus.WriteSmWord(address, VoutCommand, PmBus.ToLinear16(volts * limits.Domains, Exponent()));
        ThrowOnFault();
    }

    public void Enable(bool on)
    {
        bus.WriteByte(address, Operation, on ? OperationOn : OperationOff);
        if (on)
        {
            ThrowOnFault();
        }
    }

    public PowerReading Read()
    {
        double volts = PmBus.FromLinear16(bus.ReadSmWord(address, ReadVout), Exponent());
        double amps = PmBus.FromLinear11(bus.ReadSmWord(address, ReadIout));
        return new PowerReading(
            PmBus.FromLinear11(bus.ReadSmWord(address, ReadVin)),
            null,
            volts / limits.Domains,
            amps,
            volts * amps,
            PmBus.FromLinear11(bus.ReadSmWord(address, ReadHeat)));
    }

    public string Faults()
    {
        ushort status = bus.ReadSmWord(address, StatusWord);
        return string.Join(
            ", ", s_faults.Where(fault => (status >> fault.Bit & 1) != 0).Select(static fault => fault.Words));
    }

    private void CheckPart()
    {
        Span<byte> id = stackalloc byte[7]; // its length first
        bus.WriteRead(address, [DeviceId], id);
        bool fits = id[0] == 6 && id[1..4].SequenceEqual("TIT"u8) && id[5] == 0x24
            && (id[4], id[6]) is (0x6B, 0x41) or (0x6D, 0x41) or (0x6D, 0x62);
        if (!fits)
        {
            throw new BoardException(
                BoardFault.WrongPart,
                $"the part at I2C address {address:x2} names itself {Convert.ToHexStringLower(id[1..])}, which is no "
                    + "TPS546D24: "
                + "another board than was configured? Give the version that is printed on it.");
        }
    }

    private int Exponent() => _exponent ??= PmBus.ExponentOf(bus.ReadByte(address, VoutMode)) ?? 0;

    private void ThrowOnFault()
    {
        if (Faults() is { Length: > 0 } faults)
        {
            throw new BoardException(
                BoardFault.Fault,
                string.Create(CultureInfo.InvariantCulture,
                $"the regulator reports a fault: {faults}; the board's output stays off"));
        }
    }
}
