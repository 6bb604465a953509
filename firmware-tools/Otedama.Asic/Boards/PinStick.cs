namespace Otedama.Asic;

/// <summary>
/// GekkoScience sticks with an FTDI adapter whose CBUS pin 1 is the chips' reset: Compac F and R909 (BM1397), NewPac
/// and R606 (BM1387). The voltage is set by a screw, and there is no sensor. Without libusb the system's driver of the
/// adapter is used, which has no such pin: then the chips keep what they were told before.
/// </summary>
/// <param name="hold">How long their reset has to be low.</param>
public sealed class PinStick(BoardPlace place, IBoardPorts ports, TimeSpan hold) : IBoardControl
{
    /// <summary>All four CBUS pins are driven, as kanoi/cgminer does; pin 1 low holds the chips in reset.</summary>
    private const byte Driven = 0x0F;
    private const byte Running = 0x02;
    private const byte Held = 0x00;

    private IAdapterPins? _pins;
    private bool _isHeld;

    public string Name => $"{place.Device?.Product ?? "GekkoScience stick"} {place.Device?.SerialNumber}".TrimEnd();

    public TimeSpan ResetHold => hold;

    public TimeSpan ResetRest => TimeSpan.FromMilliseconds(200);

    public bool? IsResetHeld => null;

    public ILink Open()
    {
        _pins = null;
        ILink link;
        try
        {
            link = ports.Open(PlaceSearch.Usb(place, ports).Address, ChipBaud.Slow);
        }
        catch (LinkException e) when (e.Fault == LinkFault.Unsupported
            && PlaceSearch.Serials(place, ports) is [{ } serial, ..])
        {
            link = ports.Open(serial.Address, ChipBaud.Slow);
        }
        _pins = link as IAdapterPins;
        return link;
    }

    public void Close() => _pins = null;

    public bool SetReset(bool held)
    {
        if (_pins is not { } pins)
        {
            return false;
        }
        if (held && !_isHeld)
        {
            pins.SetPins(Driven, Running);
        }
        pins.SetPins(Driven, held ? Held : Running);
        _isHeld = held;
        return true;
    }

    public bool SetRegulator(bool on) => false;

    public bool SetMillivolts(int millivolts) => false;

    public bool SetFan(int percent) => false;

    public BoardReading Read() => BoardReading.None;
}
