namespace Otedama.Asic;

/// <summary>Chips behind a port and nothing else: no line, no sensor, no fan that could be reached.</summary>
public sealed class SerialBoard(BoardPlace place, IBoardPorts ports) : IBoardControl
{
    public string Name => place.Address;

    public bool? IsResetHeld => null;

    public ILink Open() => ports.Open(place.Address, ChipBaud.Slow);

    public void Close()
    {
    }

    public bool SetReset(bool held) => false;

    public bool SetRegulator(bool on) => false;

    public bool SetMillivolts(int millivolts) => false;

    public bool SetFan(int percent) => false;

    public BoardReading Read() => BoardReading.None;
}
