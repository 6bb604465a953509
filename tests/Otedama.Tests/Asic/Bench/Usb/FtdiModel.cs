namespace Otedama.Tests.Asic;

/// <summary>
/// An FT-X adapter (0403:6015) with a model at its serial side: every packet to the host begins with two status bytes, an
/// empty one comes when the latency timer runs out, CBUS pins are told to whoever listens.
/// </summary>
internal sealed class FtdiModel : UsbModel
{
    private const byte InEndpoint = 0x81, OutEndpoint = 0x02, Idle = 0x01, LineIdle = 0x60;
    private const int PacketBytes = 64, StatusBytes = 2;
    private const int MegahertzThree = 3_000_000;

    /// <summary>SET_BITMODE: what moves the pins.</summary>
    public const byte PinsRequest = 0x0B;

    private readonly ISimulatedDevice _device;
    private bool _terminalReady, _toSend;

    public FtdiModel(ISimulatedDevice device, string manufacturer = "GekkoScience", string product = "CompacF Bitcoin Miner", string serial = "GS000001")
    {
        _device = device;
        (VendorId, ProductId, Release) = (0x0403, 0x6015, 0x1000);
        Texts.AddRange([manufacturer, product, serial]);
    }

    /// <summary>Bits a second, of the divisor last set.</summary>
    public int Rate { get; private set; } = 9_600;

    /// <summary>Milliseconds; 16 after a reset of the chip.</summary>
    public int Latency { get; private set; } = 16;

    /// <summary>No report of nothing sooner than this: at one a millisecond an emulated processor does little else.</summary>
    public TimeSpan ReportsMin { get; init; }

    /// <summary>Value of the data request: bits, parity.</summary>
    public ushort Format { get; private set; } = 8;

    /// <summary>Which CBUS pins are outputs and their levels.</summary>
    public (int Outputs, int Levels) Pins { get; private set; }

    /// <summary>Called when the pins change: outputs, levels.</summary>
    public Action<int, int>? PinsChanged { get; set; }

    protected override int InterfaceCount => 1;

    protected override byte[] Interfaces() =>
        [.. Interface(0, 0, 2, 0xFF, 0xFF, 0xFF, 2), .. Endpoint(InEndpoint, 2, PacketBytes), .. Endpoint(OutEndpoint, 2, PacketBytes)];

    protected override UsbReply Special(UsbRequest request, ReadOnlySpan<byte> data, Span<byte> into, out int came)
    {
        came = 0;
        if (request.Type == 0xC0)
        {
            return request.Request switch
            {
                0x05 => Give([Idle, LineIdle], into, out came),
                0x0A => Give([(byte)Latency], into, out came),
                0x0C => Give([(byte)Pins.Levels], into, out came),
                0x90 => Give([0xFF, 0xFF], into, out came),
                _ => UsbReply.Stall,
            };
        }
        if (request.Type != 0x40)
        {
            return UsbReply.Stall;
        }
        switch (request.Request)
        {
            case 1:
                _terminalReady = (request.Value & 0x0100) != 0 ? (request.Value & 1) != 0 : _terminalReady;
                _toSend = (request.Value & 0x0200) != 0 ? (request.Value & 2) != 0 : _toSend;
                _device.SetLines(_terminalReady, _toSend);
                break;
            case 3:
                Rate = RateOf(request.Value, request.Index);
                break;
            case 4:
                Format = request.Value;
                break;
            case 9:
                Latency = request.Value;
                break;
            case PinsRequest:
                Pins = ((request.Value >> 4) & 0xF, request.Value & 0xF);
                PinsChanged?.Invoke(Pins.Outputs, Pins.Levels);
                break;
            default:
                break; // every vendor request is taken
        }
        return UsbReply.Done;
    }

    protected override UsbReply Receive(byte endpoint, ReadOnlySpan<byte> data)
    {
        if (endpoint != OutEndpoint)
        {
            return UsbReply.Stall;
        }
        _device.Receive(data, Rate);
        return UsbReply.Done;
    }

    protected override UsbReply Send(byte endpoint, Span<byte> into, TimeSpan waited, out int came)
    {
        came = 0;
        if (endpoint != InEndpoint)
        {
            return UsbReply.Stall;
        }
        while (came + StatusBytes < into.Length)
        {
            Span<byte> packet = into[came..Math.Min(came + PacketBytes, into.Length)];
            int count = _device.Take(packet[StatusBytes..], Rate);
            if (count == 0)
            {
                break;
            }
            (packet[0], packet[1]) = (Idle, LineIdle);
            came += count + StatusBytes;
            if (count + StatusBytes < PacketBytes)
            {
                return UsbReply.Done;
            }
        }
        if (came > 0 || (waited >= TimeSpan.FromMilliseconds(Latency) && waited >= ReportsMin && into.Length >= StatusBytes))
        {
            // After full packets, and when the timer runs out, a packet of nothing but status.
            if (into.Length - came >= StatusBytes)
            {
                (into[came], into[came + 1]) = (Idle, LineIdle);
                came += StatusBytes;
            }
            return UsbReply.Done;
        }
        return UsbReply.None;
    }

    /// <summary>
    /// The inverse of what a driver computes, from FTDI's AN_232B-05. Below the top bit of the fraction stands the port,
    /// which an adapter with one does not look at: cgminer says 0, Linux 1.
    /// </summary>
    private static int RateOf(ushort value, ushort index)
    {
        int whole = value & 0x3FFF;
        int code = (value >> 14) | (((index >> 8) & 1) << 2);
        if (code == 0 && whole is 0 or 1)
        {
            return whole == 0 ? MegahertzThree : 2_000_000;
        }
        double[] fractions = [0, 0.5, 0.25, 0.125, 0.375, 0.625, 0.75, 0.875];
        return (int)Math.Round(MegahertzThree / (whole + fractions[code]));
    }
}
