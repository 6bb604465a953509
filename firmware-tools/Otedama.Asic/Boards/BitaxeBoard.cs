namespace Otedama.Asic;

/// <summary>
/// A Bitaxe with bitaxe-raw firmware: its first serial port is the control port, its second the chips'. Reset,
/// regulator, sensors and fan are reached over the control port.
/// </summary>
public sealed class BitaxeBoard(BoardPlace place, IBoardPorts ports, TimeProvider clock, BitaxeParts parts)
    : IBoardControl
{
    /// <summary>What the parts and wires of all versions bear.</summary>
    private const int BusHertz = 100_000;

    private readonly GuardedReading _guarded = new(clock);
    private RawControl? _control;
    private IHeatSensor? _sensor;
    private IFan? _fan;
    private IRegulator? _regulator;
    private Ina260? _meter;
    private int? _fanPercent;

    public string Name => $"{place.Device?.Product ?? "Bitaxe"} {place.Device?.SerialNumber}".TrimEnd();

    public bool? IsResetHeld => Ask<bool?>(control => !control.ReadPin(RawControl.ResetPin), null);

    public ILink Open()
    {
        Close();
        (string controlPort, string chipPort) = Addresses();
        RawControl control = new(ports.Open(controlPort, ChipBaud.Slow), clock);
        try
        {
            control.Detect();
            control.SetPin(RawControl.ResetPin, false);
            control.SetI2cRate(BusHertz);
            SetUp(control);
            _control = control;
            return ports.Open(chipPort, ChipBaud.Slow);
        }
        catch (Exception e) when (e is BoardException or LinkException)
        {
            _control = null;
            control.Dispose();
            throw BoardErrors.AsLink(e, Name);
        }
    }

    public void Close()
    {
        _control?.Dispose();
        (_control, _sensor, _fan, _regulator, _meter) = (null, null, null, null, null);
    }

    public bool SetReset(bool held) => Do(control =>
    {
        if (!held)
        {
            _guarded.ThrowUnlessSafe(Sense);
        }
        control.SetPin(RawControl.ResetPin, !held);
    });

    /// <summary>A DS4432U has no switch: off is its lowest voltage.</summary>
    public bool SetRegulator(bool on) => Do(_ =>
    {
        if (on)
        {
            _guarded.ThrowUnlessSafe(Sense);
        }
        _regulator!.Enable(on);
    });

    public bool SetMillivolts(int millivolts) => Do(_ => _regulator!.SetVolts(millivolts / 1000.0));

    public bool SetFan(int percent) => Do(_ =>
    {
        int wanted = _guarded.State == GuardState.Safe ? percent : 100;
        _fan!.Set(wanted);
        _fanPercent = wanted;
    });

    public BoardReading Read() => _control is null ? BoardReading.None : _guarded.Read(Sense, MakeSafe);

    private BoardSample Sense()
    {
        if (_control is null)
        {
            throw PlaceSearch.Missing(place);
        }
        SensorReading heat = Part(_sensor!.Read, SensorReading.Failed);
        PowerReading power = Part(_regulator!.Read, static _ => default(PowerReading));
        string faults = Part(_regulator.Faults, static problem => problem);
        return new BoardSample(heat, new BoardReading
        {
            ChipCelsius = heat.Celsius,
            RegulatorCelsius = power.Celsius,
            InputVolts = power.InputVolts,
            CoreVolts = power.OutputVolts,
            CoreAmperes = power.OutputAmps,
            Watts = power.Watts,
            FanPercent = _fanPercent,
            FanRpm = (int?)Part(_fan!.Rpm, static _ => null),
            Fault = faults.Length > 0 ? $"the regulator reports: {faults}" : null,
        });
    }

    private void MakeSafe()
    {
        BoardErrors.Try(() => _fan?.Set(100));
        BoardErrors.Try(() => _control?.SetPin(RawControl.ResetPin, false));
        BoardErrors.Try(() => _regulator?.Enable(false));
    }

    private void SetUp(RawControl bus)
    {
        switch (parts.Heat)
        {
            case BitaxeHeat.Diode or BitaxeHeat.Beside:
                Emc2101 small = new(bus, parts.Heat == BitaxeHeat.Beside, parts.HeatOffset);
                small.SetUp(parts.Ideality, parts.Beta);
                (_sensor, _fan) = (small, small);
                break;
            case BitaxeHeat.TwoDiodes:
                Emc2103 large = new(bus, parts.HeatOffset);
                large.SetUp(parts.Ideality, parts.Beta);
                (_sensor, _fan) = (large, large);
                break;
            default:
                Emc2302 fans = new(bus);
                fans.SetUp();
                (_sensor, _fan) = (new Tmp1075(bus, parts.HeatOffset), fans);
                break;
        }
        _fan.Set(100); // until something knows better
        _fanPercent = 100;
        _meter = parts.Limits is null ? new Ina260(bus) : null;
        _regulator = parts.Limits is { } limits ? new Tps546(bus, limits) : new Ds4432u(bus, _meter);
        _regulator.SetUp();
    }

    private (string Control, string Chips) Addresses() => PlaceSearch.Serials(place, ports) switch
    {
        [{ } control, { } chips, ..] => (control.Address, chips.Address),
        [{ } only] => throw new LinkException(
                LinkFault.Missing, only.Address,
                $"{only.Address}: a Bitaxe with bitaxe-raw has two ports, and the second is not there. "
                    + "Plug it in again."),
        _ => throw PlaceSearch.Missing(place),
    };

    /// <summary>A part that does not answer fails its own value; a port that is gone fails everything.</summary>
    private static T Part<T>(Func<T> read, Func<string, T> failed)
    {
        try
        {
            return read();
        }
        catch (BoardException e)
        {
            return failed(e.Message);
        }
    }

    private T Ask<T>(Func<RawControl, T> ask, T otherwise)
    {
        try
        {
            return _control is { } control ? ask(control) : otherwise;
        }
        catch (BoardException)
        {
            return otherwise;
        }
    }

    private bool Do(Action<RawControl> act)
    {
        if (_control is not { } control)
        {
            return false;
        }
        try
        {
            act(control);
            return true;
        }
        catch (BoardException e)
        {
            throw BoardErrors.AsLink(e, Name);
        }
    }
}
