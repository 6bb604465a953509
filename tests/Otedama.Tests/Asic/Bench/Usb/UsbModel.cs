using System.Buffers.Binary;
using System.Text;

namespace Otedama.Tests.Asic;

/// <summary>What became of a transfer.</summary>
internal enum UsbReply
{
    Done,
    Stall,

    /// <summary>No answer (yet): an IN endpoint that has nothing, a control request that is not done.</summary>
    None,
}

/// <summary>A control request as it came over the wire.</summary>
internal readonly record struct UsbRequest(byte Type, byte Request, ushort Value, ushort Index, ushort Length)
{
    public static UsbRequest Read(ReadOnlySpan<byte> setup) => new(setup[0], setup[1], BinaryPrimitives.ReadUInt16LittleEndian(setup[2..]),
        BinaryPrimitives.ReadUInt16LittleEndian(setup[4..]), BinaryPrimitives.ReadUInt16LittleEndian(setup[6..]));
}

/// <summary>
/// A device as USB sees it: descriptors, control requests, endpoints. No socket and no clock: behind it stands
/// a model of bytes, before it a USB/IP server or the product's driver in this process. One thread at a time.
/// </summary>
internal abstract class UsbModel
{
    private readonly List<UsbRequest> _requests = [];
    private byte _configuration;

    /// <summary>Held by whoever speaks to it.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Full speed, as every adapter here.</summary>
    public static int FullSpeed => 2;

    public ushort VendorId { get; protected init; }

    public ushort ProductId { get; protected init; }

    public ushort Release { get; protected init; } = 0x0100;

    public byte DeviceClass { get; protected init; }

    public byte DeviceSubClass { get; protected init; }

    public byte DeviceProtocol { get; protected init; }

    /// <summary>1 manufacturer, 2 product, 3 serial number, then whatever interfaces name.</summary>
    public List<string> Texts { get; } = [];

    /// <summary>Control requests other than the standard ones, in order, with their data for those that have some.</summary>
    public List<UsbRequest> Requests => _requests;

    /// <summary>The next bulk transfer of this endpoint is refused, once.</summary>
    public byte? StallNext { get; set; }

    /// <summary>The whole configuration: its header is put before these descriptors.</summary>
    protected abstract byte[] Interfaces();

    protected abstract int InterfaceCount { get; }

    public int Count => InterfaceCount;

    public byte[] DeviceDescriptor()
    {
        byte[] its = [18, 1, 0x00, 0x02, DeviceClass, DeviceSubClass, DeviceProtocol, 64, 0, 0, 0, 0, 0, 0, 1, 2, 3, 1];
        BinaryPrimitives.WriteUInt16LittleEndian(its.AsSpan(8), VendorId);
        BinaryPrimitives.WriteUInt16LittleEndian(its.AsSpan(10), ProductId);
        BinaryPrimitives.WriteUInt16LittleEndian(its.AsSpan(12), Release);
        return its;
    }

    public virtual byte[] Configuration()
    {
        byte[] rest = Interfaces();
        byte[] all = [9, 2, 0, 0, (byte)InterfaceCount, 1, 0, 0x80, 250, .. rest];
        BinaryPrimitives.WriteUInt16LittleEndian(all.AsSpan(2), (ushort)all.Length);
        return all;
    }

    /// <summary>A request on endpoint 0: standard ones are answered here.</summary>
    public UsbReply Control(ReadOnlySpan<byte> setup, ReadOnlySpan<byte> data, Span<byte> into, out int came)
    {
        UsbRequest request = UsbRequest.Read(setup);
        came = 0;
        if ((request.Type & 0x60) == 0)
        {
            return Standard(request, into, out came);
        }
        _requests.Add(request);
        return Special(request, data, into, out came);
    }

    /// <summary>Bytes to an endpoint.</summary>
    public UsbReply Out(byte endpoint, ReadOnlySpan<byte> data)
    {
        if (StallNext == endpoint)
        {
            StallNext = null;
            return UsbReply.Stall;
        }
        return Receive(endpoint, data);
    }

    /// <summary>
    /// Bytes from an endpoint, whole packets and at most one short one at the end. waited is how long the host has asked
    /// already: some adapters send an empty report then.
    /// </summary>
    public UsbReply In(byte endpoint, Span<byte> into, TimeSpan waited, out int came)
    {
        came = 0;
        if (StallNext == endpoint)
        {
            StallNext = null;
            return UsbReply.Stall;
        }
        return Send(endpoint, into, waited, out came);
    }

    /// <summary>The host reset the port.</summary>
    public virtual void Reset() => _configuration = 0;

    protected abstract UsbReply Special(UsbRequest request, ReadOnlySpan<byte> data, Span<byte> into, out int came);

    protected abstract UsbReply Receive(byte endpoint, ReadOnlySpan<byte> data);

    protected abstract UsbReply Send(byte endpoint, Span<byte> into, TimeSpan waited, out int came);

    protected virtual void SetAlternate(int number, int alternate)
    {
    }

    protected static byte[] Interface(byte number, byte alternate, byte endpoints, byte kind, byte sub, byte protocol, byte name) =>
        [9, 4, number, alternate, endpoints, kind, sub, protocol, name];

    protected static byte[] Endpoint(byte address, byte attributes, byte packetBytes, byte interval = 0) =>
        [7, 5, address, attributes, packetBytes, 0, interval];

    protected static UsbReply Give(ReadOnlySpan<byte> bytes, Span<byte> into, out int came)
    {
        came = Math.Min(bytes.Length, into.Length);
        bytes[..came].CopyTo(into);
        return UsbReply.Done;
    }

    private UsbReply Standard(UsbRequest request, Span<byte> into, out int came)
    {
        came = 0;
        switch (request.Request)
        {
            case 0: // GET_STATUS
                return Give([0, 0], into, out came);
            case 1 or 3 or 5: // CLEAR_FEATURE, SET_FEATURE, SET_ADDRESS
                return UsbReply.Done;
            case 6:
                return Descriptor(request.Value, into, out came);
            case 8:
                return Give([_configuration], into, out came);
            case 9:
                _configuration = (byte)request.Value;
                return UsbReply.Done;
            case 10:
                return Give([0], into, out came);
            case 11:
                SetAlternate(request.Index, request.Value);
                return UsbReply.Done;
            default:
                return UsbReply.Stall;
        }
    }

    private UsbReply Descriptor(ushort value, Span<byte> into, out int came)
    {
        int index = value & 0xFF;
        came = 0;
        return (value >> 8) switch
        {
            1 => Give(DeviceDescriptor(), into, out came),
            2 when index == 0 => Give(Configuration(), into, out came),
            3 when index == 0 => Give([4, 3, 0x09, 0x04], into, out came),
            3 when index <= Texts.Count => Give(Text(Texts[index - 1]), into, out came),
            _ => UsbReply.Stall,
        };
    }

    private static byte[] Text(string text)
    {
        byte[] wide = Encoding.Unicode.GetBytes(text);
        return [(byte)(wide.Length + 2), 3, .. wide];
    }
}
