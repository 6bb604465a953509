namespace Otedama.Asic;

/// <summary>
/// GekkoScience Compac and Terminus A1 (BM1362) and A2 (BM1370): a CP2105 with the chips on its first interface and
/// telemetry on its second. The adapter's latch takes regulator and chips away; the telemetry gives them back.
/// </summary>
/// <param name="setsCore">The core setting is what a configuration gives as millivolts (A1).</param>
public sealed class CompacA(BoardPlace place, IBoardPorts ports, TimeProvider clock, bool setsCore) : IBoardControl
{
    /// <summary>Latch pins that hold regulator and chips off while they are high.</summary>
    private const byte OffPins = 0x07;

    private readonly GuardedReading _guarded = new(clock);
    private GekkoTelemetry? _telemetry;
    private IAdapterPins? _pins;
    private int? _fan;

    public string Name => $"{place.Device?.Product ?? "Compac"} {place.Device?.SerialNumber}".TrimEnd();

    public bool? IsResetHeld => null;

    public ILink Open()
    {
        Close();
        (string chips, string telemetry) = Addresses();
        ILink link = ports.Open(chips, ChipBaud.Slow);
        try
        {
            _telemetry = new GekkoTelemetry(ports.Open(telemetry, GekkoTelemetry.Rate), clock);
            _telemetry.Start();
            _pins = link as IAdapterPins;
            return link;
        }
        catch (Exception e) when (e is BoardException or LinkException)
        {
            Close();
            link.Dispose();
            throw BoardErrors.AsLink(e, Name);
        }
    }

    public void Close()
    {
        _telemetry?.Dispose();
        _telemetry = null;
        _pins = null;
    }

    /// <summary>The latch takes the regulator with it; without one the telemetry switches that alone.</summary>
    public bool SetReset(bool held) => Do(telemetry =>
    {
        if (!held)
        {
            _guarded.ThrowUnlessSafe(Sense);
            telemetry.Enable(true);
        }
        else if (_pins is { } pins)
        {
            pins.SetPins(OffPins, OffPins);
        }
        else
        {
            telemetry.Enable(false);
        }
    });

    public bool SetRegulator(bool on) => Do(telemetry =>
    {
        if (on)
        {
            _guarded.ThrowUnlessSafe(Sense);
        }
        telemetry.Enable(on);
    });

    public bool SetMillivolts(int millivolts) => setsCore && Do(telemetry => telemetry.SetCore(millivolts));

    public bool SetFan(int percent) => Do(telemetry =>
    {
        telemetry.SetFan(percent);
        _fan = percent;
    });

    public BoardReading Read() => _telemetry is null ? BoardReading.None : _guarded.Read(Sense, MakeSafe);

    private BoardSample Sense()
    {
        GekkoReading read = (_telemetry ?? throw PlaceSearch.Missing(place)).Read();
        double? hottest = Math.Max(read.Celsius1 ?? double.MinValue, read.Celsius2 ?? double.MinValue)
            is > double.MinValue and double warm
            ? warm : null;
        SensorReading heat = hottest is double celsius
            ? new SensorReading(celsius, "")
            : SensorReading.Failed("the stick's thermometer says that it has no value");
        return new BoardSample(heat, new BoardReading
        {
            ChipCelsius = heat.Celsius,
            InputVolts = read.InputVolts,
            CoreVolts = read.OutputVolts,
            CoreAmperes = read.OutputAmps,
            Watts = read.InputVolts * read.InputAmps,
            FanRpm = (int?)read.FanRpm,
            FanPercent = _fan,
        });
    }

    private void MakeSafe()
    {
        _telemetry?.SetFan(100);
        _telemetry?.Enable(false);
    }

    private (string Chips, string Telemetry) Addresses()
    {
        IReadOnlyList<FoundPort> serials = PlaceSearch.Serials(place, ports);
        if (MachineHasUsb(out FoundPort? usb))
        {
            return (PlaceSearch.Interface(usb!, 0), PlaceSearch.Interface(usb!, 1));
        }
        return serials is [{ } first, { } second, ..] ? (first.Address, second.Address)
            : throw PlaceSearch.Missing(place);
    }

    private bool MachineHasUsb(out FoundPort? usb)
    {
        try
        {
            usb = PlaceSearch.Usb(place, ports);
            return PortFinder.UsbNote is null;
        }
        catch (LinkException)
        {
            usb = null;
            return false;
        }
    }

    private bool Do(Action<GekkoTelemetry> act)
    {
        if (_telemetry is not { } telemetry)
        {
            return false;
        }
        try
        {
            act(telemetry);
            return true;
        }
        catch (BoardException e)
        {
            throw BoardErrors.AsLink(e, Name);
        }
    }
}
