using System.Buffers.Binary;
using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>An opened USB device as loaders use it: control transfers, by libusb.</summary>
public sealed class UsbControl : IUsbControl
{
    /// <summary>The longest that a configuration says it is; a loader's has some dozens of bytes.</summary>
    private const int ConfigurationBytesMax = 4096;

    private const byte ToHost = 0x80, GetDescriptor = 6;
    private const ushort ConfigurationType = 0x0200;
    private const int HeaderBytes = 9;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly IUsbConnection _usb;

    private UsbControl(IUsbConnection usb)
    {
        _usb = usb;
        Name = FormattableString.Invariant($"usb {Vendor:x4}:{Product:x4} at {PortPath}");
    }

    public string Name { get; }

    public string PortPath => _usb.Device.PortPath;

    public ushort Vendor => _usb.Device.VendorId;

    public ushort Product => _usb.Device.ProductId;

    public ushort Release => _usb.Device.Release;

    public string? Serial { get; private set; }

    public ReadOnlyMemory<byte> Configuration { get; private set; }

    /// <summary>Reads what it says of itself. Takes over the connection, also when this fails.</summary>
    public static UsbControl Over(IUsbConnection usb)
    {
        UsbControl control = new(usb);
        try
        {
            control.Configuration = control.ReadConfiguration();
            control.Serial = control.Text(usb.Device.SerialNumberIndex);
            return control;
        }
        catch
        {
            control.Dispose();
            throw;
        }
    }

    public string? Text(byte index) => Do("read a string", () => _usb.ReadString(index));

    public void Claim(int number, int alternate) => Do("claim its interface", () =>
    {
        _usb.Claim(number);
        if (_usb.Device.Interfaces.Count(its => its.Number == number) > 1)
        {
            _usb.SetAlternate(number, alternate); // one with a single setting may refuse the request
        }
        return true;
    });

    public int ControlIn(byte requestType, byte request, ushort value, ushort index, Span<byte> into, TimeSpan wait)
    {
        try
        {
            return _usb.ControlIn(requestType, request, value, index, into, wait);
        }
        catch (PortException e)
        {
            throw LinkErrors.Of(e, Name, FormattableString.Invariant($"request {request}"));
        }
    }

    public void ControlOut(
        byte requestType, byte request, ushort value, ushort index, ReadOnlySpan<byte> data, TimeSpan wait)
    {
        try
        {
            _usb.ControlOut(requestType, request, value, index, data, wait);
        }
        catch (PortException e)
        {
            throw LinkErrors.Of(e, Name, FormattableString.Invariant($"request {request}"));
        }
    }

    public void Reset() => Do("reset", () =>
    {
        _usb.Reset();
        return true;
    });

    public void Dispose() => _usb.Dispose();

    private byte[] ReadConfiguration()
    {
        byte[] bytes = new byte[ConfigurationBytesMax];
        int count = ControlIn(ToHost, GetDescriptor, ConfigurationType, 0, bytes.AsSpan(0, HeaderBytes), s_patience);
        int all = count < HeaderBytes ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(2));
        if (all < HeaderBytes || all > ConfigurationBytesMax)
        {
            throw new LinkException(LinkFault.Io, Name, FormattableString.Invariant(
                $"{Name}: its configuration says that it has {all} bytes; allowed are {HeaderBytes} to ")
                + FormattableString.Invariant($"{ConfigurationBytesMax}. It is no loader."));
        }
        count = ControlIn(ToHost, GetDescriptor, ConfigurationType, 0, bytes.AsSpan(0, all), s_patience);
        return bytes[..count];
    }

    private T Do<T>(string what, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (PortException e)
        {
            throw LinkErrors.Of(e, Name, what);
        }
    }
}
