using System.Buffers.Binary;

namespace Otedama.Tests.Asic;

/// <summary>
/// A CP2102 (10C4:EA60, one port) or CP2105 (10C4:EA70, two) with a model at each port, and a latch of pins.
/// </summary>
internal sealed class Cp210xModel : UsbModel
{
    /// <summary>Of the line request: eight bits, even parity, one stop bit.</summary>
    public const ushort EvenParity = 0x0820;

    private const byte PartCp2102 = 0x02, PartCp2105 = 0x05;
    private const int PacketBytes = 64;

    private readonly ISimulatedDevice[] _devices;
    private readonly int[] _rates;
    private readonly bool[] _enabled;
    private readonly (bool TerminalReady, bool ToSend)[] _lines;

    public Cp210xModel(ISimulatedDevice[] devices, string manufacturer, string product, string serial)
    {
        _devices = devices;
        _rates = [.. devices.Select(static _ => 115_200)];
        _enabled = new bool[devices.Length];
        _lines = new (bool, bool)[devices.Length];
        (VendorId, ProductId) = (0x10C4, (ushort)(devices.Length == 2 ? 0xEA70 : 0xEA60));
        Texts.AddRange([manufacturer, product, serial, "Enhanced Com Port", "Standard Com Port"]);
    }

    public byte Latch { get; private set; } = 0xFF;

    /// <summary>Called when the latch is written: mask, state.</summary>
    public Action<byte, byte>? LatchWritten { get; set; }

    /// <summary>Called when a port is enabled, which a driver does when somebody opens it.</summary>
    public Action? Opened { get; init; }

    /// <summary>Values of the line request per port: 0800 = 8N1, 0820 = 8E1.</summary>
    public List<ushort> Formats { get; } = [];

    protected override int InterfaceCount => _devices.Length;

    private byte Part => _devices.Length == 2 ? PartCp2105 : PartCp2102;

    public int RateOf(int port) => _rates[port];

    public bool IsEnabled(int port) => _enabled[port];

    protected override byte[] Interfaces() => [.. Enumerable.Range(0, _devices.Length).SelectMany(static port => (byte[])[
        .. Interface((byte)port, 0, 2, 0xFF, 0, 0, (byte)(4 + port)), .. Endpoint((byte)(0x81 + port), 2, PacketBytes),
        .. Endpoint((byte)(0x01 + port), 2, PacketBytes)])];

    protected override UsbReply Special(UsbRequest request, ReadOnlySpan<byte> data, Span<byte> into, out int came)
    {
        came = 0;
        int port = request.Index & 0xFF;
        switch (request.Type, request.Request)
        {
            case (0xC0 or 0xC1, 0xFF) when request.Value == 0x370B:
                return Give([Part], into, out came);
            case (0xC0 or 0xC1, 0xFF) when request.Value == 0x00C2 && (request.Type == 0xC1) == (Part == PartCp2105):
                return Give([Latch], into, out came);
            case (0x41, 0xFF) when request.Value == 0x37E1 && Part == PartCp2105 && data.Length == 2:
                return Write(data[0], data[1]);
            case (0x40, 0xFF) when request.Value == 0x37E1 && Part == PartCp2102:
                return Write((byte)(request.Index & 0xFF), (byte)(request.Index >> 8));
            case (0xC0, 0xFF) when request.Value == 0x000E && Part == PartCp2105: // firmware
                return Give([1, 0, 0], into, out came);
            case (0xC0, 0xFF) when request.Value == 0x3711 && Part == PartCp2105: // both ports are serial
                return Give([0, 0], into, out came);
            case (0xC0, 0xFF) when request.Value == 0x370C && Part == PartCp2105: // what pins do: nothing but being pins
                return Give(new byte[15], into, out came);
            case (_, _) when port >= _devices.Length:
                return UsbReply.Stall;
            case (0xC1, 0x1D):
                BinaryPrimitives.WriteInt32LittleEndian(into, _rates[port]);
                came = 4;
                return UsbReply.Done;
            case (0xC1, 0x04):
                return Give([0x00, 0x08], into, out came);
            case (0xC1, 0x0E): // special characters: EOF, error, break, event, XON, XOFF
                return Give([0x1A, 0, 0, 0x1A, 0x11, 0x13], into, out came);
            case (0xC1, 0x14): // flow control: none
                return Give(new byte[16], into, out came);
            case (0xC1, 0x10):
                return Give(new byte[19], into, out came);
            case (0xC1, 0x08): // modem status
                return Give([0x00], into, out came);
            case (0xC1, 0x0F): // properties
                return Give(new byte[Math.Min((int)request.Length, 66)], into, out came);
            case (0x41, 0x00):
                _enabled[port] = request.Value == 1;
                if (_enabled[port])
                {
                    Opened?.Invoke();
                }
                return UsbReply.Done;
            case (0x41, 0x1E) when data.Length == 4:
                _rates[port] = Nearest(BinaryPrimitives.ReadInt32LittleEndian(data));
                return UsbReply.Done;
            case (0x41, 0x03):
                Formats.Add(request.Value);
                return UsbReply.Done;
            case (0x41, 0x07):
                return Modem(port, request.Value);
            case (0x41, _):
                return UsbReply.Done; // special characters, flow control, purge
            default:
                return UsbReply.Stall;
        }
    }

    protected override UsbReply Receive(byte endpoint, ReadOnlySpan<byte> data)
    {
        int port = endpoint - 1;
        if (port < 0 || port >= _devices.Length)
        {
            return UsbReply.Stall;
        }
        if (_enabled[port])
        {
            _devices[port].Receive(data, _rates[port]);
        }
        return UsbReply.Done;
    }

    protected override UsbReply Send(byte endpoint, Span<byte> into, TimeSpan waited, out int came)
    {
        came = 0;
        int port = endpoint - 0x81;
        if (port < 0 || port >= _devices.Length)
        {
            return UsbReply.Stall;
        }
        came = _enabled[port] ? _devices[port].Take(into, _rates[port]) : 0;
        return came > 0 ? UsbReply.Done : UsbReply.None;
    }

    /// <summary>As the chip: 24 MHz over a whole number, and no more than 2 Mbaud.</summary>
    private static int Nearest(int rate)
    {
        int most = Math.Clamp(rate, 300, 2_000_000);
        return (int)Math.Round(24_000_000.0 / Math.Max(12, Math.Round(24_000_000.0 / most)));
    }

    private UsbReply Modem(int port, ushort value)
    {
        (bool ready, bool send) = _lines[port];
        ready = (value & 0x0100) != 0 ? (value & 1) != 0 : ready;
        send = (value & 0x0200) != 0 ? (value & 2) != 0 : send;
        _lines[port] = (ready, send);
        _devices[port].SetLines(ready, send);
        return UsbReply.Done;
    }

    private UsbReply Write(byte mask, byte state)
    {
        Latch = (byte)((Latch & ~mask) | (state & mask));
        LatchWritten?.Invoke(mask, state);
        return UsbReply.Done;
    }
}
