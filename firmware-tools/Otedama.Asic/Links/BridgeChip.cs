using System.Globalization;
using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>
/// The requests of one make of USB serial adapter. Bytes to the device go out as they are; what comes in may carry
/// bytes of the adapter's own. Throws PortException.
/// </summary>
internal abstract class BridgeChip(IUsbConnection usb)
{
    protected const byte VendorOut = 0x40, VendorIn = 0xC0, VendorOutInterface = 0x41, VendorInInterface = 0xC1;

    /// <summary>An adapter answers within a millisecond or two.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private const int OffPercentMax = 5;

    protected IUsbConnection Usb { get; } = usb;

    /// <summary>Sets everything up for 8N1 without flow control and forgets what came before.</summary>
    public abstract void Begin(int rate);

    public abstract void SetRate(int rate);

    public abstract void SetLines(bool dataTerminalReady, bool requestToSend);

    /// <summary>Has the adapter forget what it received.</summary>
    public abstract void Discard();

    /// <summary>Takes the adapter's own bytes out of what came, in place; how many are left.</summary>
    public virtual int Strip(Span<byte> packets) => packets.Length;

    /// <summary>Whether the adapter has sent all it was given; null = it does not say.</summary>
    public virtual bool? IsSent() => null;

    public virtual void SetPins(byte mask, byte levels) => throw NoPins();

    public virtual byte ReadPins() => throw NoPins();

    /// <summary>Leaves the adapter as it may be left.</summary>
    public virtual void End()
    {
    }

    protected void Send(byte requestType, byte request, int value, int index, ReadOnlySpan<byte> data = default) =>
        Usb.ControlOut(requestType, request, (ushort)value, (ushort)index, data, Patience);

    /// <summary>A UART loses the last of ten bits from there on.</summary>
    protected static void RequireNear(int wanted, double real)
    {
        if (Math.Abs(real - wanted) * 100 > (double)wanted * OffPercentMax)
        {
            throw new PortException(PortFault.Unsupported,
                string.Create(CultureInfo.InvariantCulture,
                    $"{wanted} bits a second: the adapter would run at {real:F0}"));
        }
    }

    private static PortException NoPins() => new(PortFault.Unsupported, "this adapter has no pins of its own");
}
