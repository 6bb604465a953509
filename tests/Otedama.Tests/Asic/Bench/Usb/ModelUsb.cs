using System.Buffers.Binary;
using Otedama.Interop;

namespace Otedama.Tests.Asic;

/// <summary>
/// The product's USB seam over a model in this process. A wait for nothing calls pass in steps, as ModelLink does.
/// Any thread; one transfer at a time of a device, however many connections it has.
/// </summary>
internal sealed class ModelUsb(UsbModel model, Action<TimeSpan>? pass = null, string portPath = "1-1") : IUsbConnection
{
    private const int Steps = 20;

    private volatile bool _gone, _disposed;

    public List<int> Claimed { get; } = [];

    public List<byte> Cleared { get; } = [];

    public bool Disposed => _disposed;

    /// <summary>Another program has the interfaces.</summary>
    public bool Busy { get; init; }

    public UsbDeviceInfo Device { get; } = Describe(model, portPath);

    public void Unplug() => _gone = true;

    public string? ReadString(byte index) => index > 0 && index <= model.Texts.Count ? model.Texts[index - 1] : null;

    public void Claim(int number)
    {
        ThrowIfGone();
        if (Busy)
        {
            throw new PortException(PortFault.Busy, "Resource busy (libusb -6)");
        }
        Claimed.Add(number);
    }

    public void SetAlternate(int number, int alternate) => ControlOut(1, 11, (ushort)alternate, (ushort)number, [], TimeSpan.FromSeconds(1));

    public int ControlIn(byte requestType, byte request, ushort value, ushort index, Span<byte> into, TimeSpan wait)
    {
        Span<byte> setup = stackalloc byte[8];
        Setup(setup, requestType, request, value, index, into.Length);
        lock (model.Gate)
        {
            ThrowIfGone();
            Answer(model.Control(setup, [], into, out int came));
            return came;
        }
    }

    public void ControlOut(byte requestType, byte request, ushort value, ushort index, ReadOnlySpan<byte> data, TimeSpan wait)
    {
        Span<byte> setup = stackalloc byte[8];
        Setup(setup, requestType, request, value, index, data.Length);
        lock (model.Gate)
        {
            ThrowIfGone();
            Answer(model.Control(setup, data, [], out _));
        }
    }

    public int BulkIn(byte endpoint, Span<byte> into, TimeSpan wait)
    {
        UsbReply reply = Ask(endpoint, into, TimeSpan.Zero, out int came);
        for (int i = 1; i <= Steps && reply == UsbReply.None && pass is not null && wait > TimeSpan.Zero; i++)
        {
            pass(wait / Steps);
            reply = Ask(endpoint, into, wait / Steps * i, out came);
        }
        if (reply == UsbReply.None)
        {
            return 0;
        }
        Answer(reply);
        return came;
    }

    public int BulkOut(byte endpoint, ReadOnlySpan<byte> data, TimeSpan wait)
    {
        lock (model.Gate)
        {
            ThrowIfGone();
            Answer(model.Out(endpoint, data));
            return data.Length;
        }
    }

    public void ClearHalt(byte endpoint) => Cleared.Add(endpoint);

    public void Reset()
    {
        ThrowIfGone();
        model.Reset();
    }

    public void Dispose() => _disposed = true;

    private static UsbDeviceInfo Describe(UsbModel model, string portPath)
    {
        List<UsbInterface> found = [];
        ReadOnlySpan<byte> rest = model.Configuration();
        for (; rest.Length > 1 && rest[0] > 1; rest = rest[rest[0]..])
        {
            if (rest[1] == 4)
            {
                found.Add(new UsbInterface(rest[2], rest[3], rest[5], rest[6], rest[7], rest[8], new List<UsbEndpoint>(), []));
            }
            else if (rest[1] == 5)
            {
                ((List<UsbEndpoint>)found[^1].Endpoints).Add(new UsbEndpoint(rest[2], rest[3], rest[4] | (rest[5] << 8)));
            }
        }
        return new UsbDeviceInfo(1, 2, portPath, model.VendorId, model.ProductId, model.Release, model.DeviceClass, 1, 2, 3, found);
    }

    private static void Setup(Span<byte> setup, byte type, byte request, ushort value, ushort index, int length)
    {
        (setup[0], setup[1]) = (type, request);
        BinaryPrimitives.WriteUInt16LittleEndian(setup[2..], value);
        BinaryPrimitives.WriteUInt16LittleEndian(setup[4..], index);
        BinaryPrimitives.WriteUInt16LittleEndian(setup[6..], (ushort)length);
    }

    private UsbReply Ask(byte endpoint, Span<byte> into, TimeSpan waited, out int came)
    {
        lock (model.Gate)
        {
            ThrowIfGone();
            return model.In(endpoint, into, waited, out came);
        }
    }

    private static void Answer(UsbReply reply)
    {
        if (reply != UsbReply.Done)
        {
            throw reply == UsbReply.Stall ? new PortException(PortFault.Stalled, "Pipe error (libusb -9)")
                : new PortException(PortFault.Timeout, "Operation timed out (libusb -7)");
        }
    }

    private void ThrowIfGone()
    {
        if (_gone || _disposed)
        {
            throw new PortException(PortFault.Gone, "No such device (it may have been disconnected) (libusb -4)");
        }
    }
}
