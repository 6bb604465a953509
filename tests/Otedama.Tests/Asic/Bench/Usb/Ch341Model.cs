namespace Otedama.Tests.Asic;

/// <summary>A CH340 (1A86:7523) with a model at its serial side. Its requests as Linux's driver knows them.</summary>
internal sealed class Ch341Model : UsbModel
{
    private const byte InEndpoint = 0x82, OutEndpoint = 0x02, EventEndpoint = 0x81;
    private const int PacketBytes = 32;
    private const int Clock = 48_000_000;

    private readonly ISimulatedDevice _device;

    public Ch341Model(ISimulatedDevice device)
    {
        _device = device;
        (VendorId, ProductId, Release, DeviceClass) = (0x1A86, 0x7523, 0x0263, 0xFF);
        Texts.AddRange(["", "USB Serial"]);
    }

    public int Rate { get; private set; } = 9_600;

    public byte LineControl { get; private set; }

    protected override int InterfaceCount => 1;

    protected override byte[] Interfaces() => [.. Interface(0, 0, 3, 0xFF, 1, 2, 0), .. Endpoint(InEndpoint, 2, PacketBytes),
        .. Endpoint(OutEndpoint, 2, PacketBytes), .. Endpoint(EventEndpoint, 3, 8, 1)];

    protected override UsbReply Special(UsbRequest request, ReadOnlySpan<byte> data, Span<byte> into, out int came)
    {
        came = 0;
        switch (request.Type, request.Request)
        {
            case (0xC0, 0x5F):
                return Give([0x31, 0x00], into, out came);
            case (0xC0, 0x95):
                return Give([0xFF, 0xEE], into, out came); // both lines of the other side quiet
            case (0x40, 0x9A) when request.Value == 0x1312:
                Rate = RateOf(request.Index);
                return UsbReply.Done;
            case (0x40, 0x9A) when request.Value == 0x2518:
                LineControl = (byte)request.Index;
                return UsbReply.Done;
            case (0x40, 0xA4):
                _device.SetLines((request.Value & 0x20) == 0, (request.Value & 0x40) == 0);
                return UsbReply.Done;
            case (0x40, 0x9A or 0xA1):
                return UsbReply.Done;
            default:
                return UsbReply.Stall;
        }
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
        came = endpoint == InEndpoint ? _device.Take(into, Rate) : 0;
        return came > 0 ? UsbReply.Done : UsbReply.None;
    }

    private static int RateOf(ushort index)
    {
        int prescaler = index & 3;
        int doubled = (index >> 2) & 1;
        int divisor = 0x100 - (index >> 8);
        return (int)Math.Round((double)Clock / (1 << (12 - (3 * prescaler) - doubled)) / divisor);
    }
}
