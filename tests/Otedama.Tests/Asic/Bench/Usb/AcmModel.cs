using System.Buffers.Binary;

namespace Otedama.Tests.Asic;

/// <summary>
/// A board with its own USB and one or more CDC-ACM ports, each a pair of interfaces: bitaxe-raw has two, control first.
/// </summary>
internal sealed class AcmModel : UsbModel
{
    private const int PacketBytes = 64;

    private readonly ISimulatedDevice[] _devices;
    private readonly byte[][] _coding;

    public AcmModel(ISimulatedDevice[] devices, ushort vendorId, ushort productId, string manufacturer, string product, string serial)
    {
        _devices = devices;
        _coding = [.. devices.Select(static _ => (byte[])[0x00, 0xC2, 0x01, 0x00, 0, 0, 8])];
        (VendorId, ProductId, DeviceClass, DeviceSubClass, DeviceProtocol) = (vendorId, productId, 0xEF, 2, 1);
        Texts.AddRange([manufacturer, product, serial]);
    }

    protected override int InterfaceCount => 2 * _devices.Length;

    public int RateOf(int port) => BinaryPrimitives.ReadInt32LittleEndian(_coding[port]);

    protected override byte[] Interfaces() => [.. Enumerable.Range(0, _devices.Length).SelectMany(static port => Pair((byte)port))];

    protected override UsbReply Special(UsbRequest request, ReadOnlySpan<byte> data, Span<byte> into, out int came)
    {
        came = 0;
        int port = request.Index / 2;
        if (port >= _devices.Length)
        {
            return UsbReply.Stall;
        }
        switch (request.Type, request.Request)
        {
            case (0x21, 0x20) when data.Length == 7:
                _coding[port] = data.ToArray();
                return UsbReply.Done;
            case (0xA1, 0x21):
                return Give(_coding[port], into, out came);
            case (0x21, 0x22):
                _devices[port].SetLines((request.Value & 1) != 0, (request.Value & 2) != 0);
                return UsbReply.Done;
            case (0x21, 0x23): // break
                return UsbReply.Done;
            default:
                return UsbReply.Stall;
        }
    }

    protected override UsbReply Receive(byte endpoint, ReadOnlySpan<byte> data)
    {
        int port = (endpoint - 2) / 2;
        if (port < 0 || port >= _devices.Length)
        {
            return UsbReply.Stall;
        }
        _devices[port].Receive(data, RateOf(port));
        return UsbReply.Done;
    }

    protected override UsbReply Send(byte endpoint, Span<byte> into, TimeSpan waited, out int came)
    {
        int number = endpoint & 0xF; // 1, 3: events; 2, 4: data
        int port = (number - 1) / 2;
        came = number % 2 == 0 && port < _devices.Length ? _devices[port].Take(into, RateOf(port)) : 0;
        return came > 0 ? UsbReply.Done : UsbReply.None;
    }

    private static byte[] Pair(byte port)
    {
        byte first = (byte)(2 * port);
        byte second = (byte)(first + 1);
        return [
            8, 11, first, 2, 2, 2, 1, 0, // the two belong together
            .. Interface(first, 0, 1, 2, 2, 1, 0),
            5, 0x24, 0, 0x10, 0x01, // CDC 1.10
            5, 0x24, 1, 0, second,
            4, 0x24, 2, 2, // line coding and lines
            5, 0x24, 6, first, second,
            .. Endpoint((byte)(0x81 + (2 * port)), 3, 16, 16),
            .. Interface(second, 0, 2, 10, 0, 0, 0),
            .. Endpoint((byte)(0x82 + (2 * port)), 2, PacketBytes),
            .. Endpoint((byte)(0x02 + (2 * port)), 2, PacketBytes),
        ];
    }
}
