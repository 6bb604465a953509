namespace Otedama.Tests.Asic;

/// <summary>The telemetry interface of a Compac A1 or A2: two ASCII bytes in, measurements out.</summary>
internal sealed class SimGekkoTelemetry(byte version, byte mask = 0) : ISimulatedDevice
{
    private readonly List<byte> _in = [];
    private readonly Queue<byte> _out = [];

    /// <summary>VIN, IIN, VOUT, IOUT, TEMP1, TEMP2, TACH as it measures them.</summary>
    public byte[] Measured { get; set; } = [0x7D, 0x80, 0x80, 0x40, 0x60, 0, 0x3C];

    public bool IsOn { get; private set; }

    public int Core { get; private set; }

    public int Fan { get; private set; }

    public char Lamp { get; private set; }

    public bool IsSilent { get; set; }

    public Action<bool> OnPower { get; set; } = static _ => { };

    public void Receive(ReadOnlySpan<byte> bytes, int rate)
    {
        if (Math.Abs((rate / 115_200.0) - 1) > 0.05)
        {
            return; // garbled; a CP2105 makes 115,385
        }
        _in.AddRange(bytes);
        while (_in.Count >= 2)
        {
            Obey(_in[0], _in[1]);
            _in.RemoveRange(0, 2);
        }
    }

    public int Take(Span<byte> into, int rate)
    {
        int count = 0;
        while (count < into.Length && _out.TryDequeue(out byte next))
        {
            into[count++] = next;
        }
        return count;
    }

    private void Obey(byte command, byte value)
    {
        switch (((char)command, (char)value))
        {
            case ('?', 'v'):
                Say([version]);
                break;
            case ('M', '.') when version >> 4 == 3:
                Say([mask]);
                break;
            case ('G', '.'):
                Say(Measured);
                break;
            case ('V', _):
                Core = value * 5;
                break;
            case ('B', 'O' or '-'):
                IsOn = value == 'O';
                OnPower(IsOn);
                break;
            case ('F', _):
                Fan = value;
                break;
            case ('L', _):
                Lamp = (char)value;
                break;
        }
    }

    private void Say(byte[] bytes)
    {
        foreach (byte one in IsSilent ? [] : bytes)
        {
            _out.Enqueue(one);
        }
    }
}
