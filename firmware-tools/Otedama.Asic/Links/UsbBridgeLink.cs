using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>
/// A serial adapter on USB, driven without the system's driver: for what that one cannot do, such as resetting a
/// GekkoScience stick's chips by a pin of the adapter, and where there is none. FTDI, CP210x and CH340.
/// </summary>
public sealed class UsbBridgeLink : IAdapterPins
{
    /// <summary>One read: whole packets of either speed (64 and 512 bytes).</summary>
    private const int TransferBytes = 512;

    /// <summary>What has come and nobody read while it was waited for something else.</summary>
    private const int PendingBytesMax = 64 << 10;

    /// <summary>What is thrown away at once; a device that sends without end does not keep us here.</summary>
    private const int DiscardPacketsMax = 256;

    private const byte ToHost = 0x80, BulkAttribute = 2;

    /// <summary>How long a look for what is there may take, and how often the adapter is asked whether it has sent
    /// all.</summary>
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(2);

    private readonly IUsbConnection _usb;
    private readonly BridgeChip _chip;
    private readonly TimeProvider _time;
    private readonly byte _in, _out;
    private readonly byte[] _transfer = new byte[TransferBytes];
    private readonly Queue<byte> _pending = [];
    private int _rate;
    private long _sentAt;
    private volatile bool _closed;

    private UsbBridgeLink(
        IUsbConnection usb, BridgeChip chip, UsbInterface its, string name, int rate, TimeProvider time)
    {
        (_usb, _chip, Name, _rate, _time) = (usb, chip, name, rate, time);
        _in = its.Endpoints.First(static end => IsBulk(end) && (end.Address & ToHost) != 0).Address;
        _out = its.Endpoints.First(static end => IsBulk(end) && (end.Address & ToHost) == 0).Address;
    }

    public string Name { get; }

    /// <summary>The device behind the link, for who recognises boards by their strings.</summary>
    public UsbDeviceInfo Device => _usb.Device;

    /// <summary>
    /// Takes the interface and sets the adapter up. Takes over the connection: it is disposed with the link, and when
    /// this fails. LinkException: Unsupported for other adapters, Busy, Gone, Io.
    /// </summary>
    public static UsbBridgeLink Open(IUsbConnection usb, int number, int rate, string name, TimeProvider? time = null)
    {
        try
        {
            UsbInterface? its = usb.Device.Interfaces.FirstOrDefault(one => one.Number == number && one.Alternate == 0);
            if (its is null || !its.Endpoints.Any(static end => IsBulk(end) && (end.Address & ToHost) != 0)
                || !its.Endpoints.Any(static end => IsBulk(end) && (end.Address & ToHost) == 0))
            {
                throw new PortException(PortFault.Unsupported, $"its interface {number} has no way for bytes");
            }
            BridgeChip chip = ChipOf(usb, its);
            usb.Claim(number);
            chip.Begin(rate);
            return new UsbBridgeLink(usb, chip, its, name, rate, time ?? TimeProvider.System);
        }
        catch (PortException e)
        {
            usb.Dispose();
            throw LinkErrors.Of(e, name, "set up the adapter");
        }
    }

    public int Read(Span<byte> into, TimeSpan wait)
    {
        long began = _time.GetTimestamp();
        while (_pending.Count == 0 && !into.IsEmpty)
        {
            TimeSpan left = wait - _time.GetElapsedTime(began);
            if (Pump(left > TimeSpan.Zero ? left : TimeSpan.Zero) < 0 || left <= TimeSpan.Zero)
            {
                break; // it waited that long, or there is no time left
            }
        }
        int count = Math.Min(into.Length, _pending.Count);
        for (int i = 0; i < count; i++)
        {
            into[i] = _pending.Dequeue();
        }
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, TimeSpan wait)
    {
        int done;
        try
        {
            done = _usb.BulkOut(_out, bytes, wait);
        }
        catch (PortException e)
        {
            throw Failed(e, "write", _out);
        }
        long now = _time.GetTimestamp();
        double seconds = done * 10.0 / Math.Max(1, _rate);
        _sentAt = Math.Max(_sentAt, now) + (long)(seconds * _time.TimestampFrequency);
        if (done < bytes.Length)
        {
            throw LinkErrors.TookTooLong(Name, done, bytes.Length, wait);
        }
    }

    /// <summary>Asks the adapter, or where it does not say waits as long as the line needs.</summary>
    public void Drain(TimeSpan wait)
    {
        long began = _time.GetTimestamp();
        while (true)
        {
            Pump(s_moment); // also the newest line status, and a pause between two questions
            try
            {
                if (_chip.IsSent() ?? _time.GetTimestamp() >= _sentAt)
                {
                    return;
                }
            }
            catch (PortException e)
            {
                throw Failed(e, "drain", 0);
            }
            if (_time.GetElapsedTime(began) > wait)
            {
                throw new LinkException(LinkFault.Timeout, Name, FormattableString.Invariant(
                    $"{Name}: the adapter still has bytes to send after {wait.TotalMilliseconds:F0} ms. ")
                    + LinkErrors.NextStep(LinkFault.Timeout));
            }
        }
    }

    public void Discard()
    {
        Do("discard", static chip => chip.Discard());
        for (int i = 0; i < DiscardPacketsMax && Pump(TimeSpan.Zero) > 0; i++)
        {
            _pending.Clear();
        }
        _pending.Clear();
    }

    public void SetRate(int bitsPerSecond)
    {
        Do("set rate", chip => chip.SetRate(bitsPerSecond));
        _rate = bitsPerSecond;
    }

    public bool SetLines(bool dataTerminalReady, bool requestToSend)
    {
        Do("set modem lines", chip => chip.SetLines(dataTerminalReady, requestToSend));
        return true;
    }

    public void SetPins(byte mask, byte levels) => Do("set pins", chip => chip.SetPins(mask, levels));

    public byte ReadPins()
    {
        byte pins = 0;
        Do("read pins", chip => pins = chip.ReadPins());
        return pins;
    }

    public void Dispose()
    {
        if (_closed)
        {
            return;
        }
        _closed = true;
        try
        {
            _chip.End();
        }
        catch (PortException)
        {
            // It is gone, and needs no end.
        }
        _usb.Dispose();
    }

    private static bool IsBulk(UsbEndpoint end) => (end.Attributes & 3) == BulkAttribute;

    private static BridgeChip ChipOf(IUsbConnection usb, UsbInterface its) =>
        (usb.Device.VendorId, usb.Device.ProductId) switch
        {
            (0x0403, _) => new FtdiBridge(usb, its.Number,
                its.Endpoints.First(static end => (end.Address & ToHost) != 0 && IsBulk(end)).PacketBytes),
            (0x10C4, _) => new Cp210xBridge(usb, its.Number),
            (0x1A86, 0x7522 or 0x7523 or 0x5523) => new Ch341Bridge(usb),
            _ => throw new PortException(PortFault.Unsupported,
                $"{usb.Device.VendorId:x4}:{usb.Device.ProductId:x4} is none of FTDI, CP210x and CH340; "
                    + "open its serial port instead, such as /dev/ttyACM0"),
        };

    /// <summary>Takes one transfer into what is pending: how many bytes, -1 = nothing at all came and the wait is used
    /// up.</summary>
    private int Pump(TimeSpan wait)
    {
        if (_pending.Count + TransferBytes > PendingBytesMax)
        {
            return 0; // the adapter keeps the rest, and its own queue is where loss is counted
        }
        try
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            int came = _usb.BulkIn(_in, _transfer, wait);
            int kept = _chip.Strip(_transfer.AsSpan(0, came));
            for (int i = 0; i < kept; i++)
            {
                _pending.Enqueue(_transfer[i]);
            }
            return came == 0 ? -1 : kept;
        }
        catch (ObjectDisposedException)
        {
            throw LinkErrors.Closed(Name);
        }
        catch (PortException e)
        {
            throw Failed(e, "read", _in);
        }
    }

    private void Do(string what, Action<BridgeChip> act)
    {
        try
        {
            act(_chip);
        }
        catch (PortException e)
        {
            throw Failed(e, what, 0);
        }
    }

    /// <summary>After a stall the endpoint is made ready again, so that the next transfer may succeed.</summary>
    private LinkException Failed(PortException e, string what, byte endpoint)
    {
        if (e.Fault == PortFault.Stalled && endpoint != 0)
        {
            try
            {
                _usb.ClearHalt(endpoint);
            }
            catch (PortException)
            {
                // The next transfer says it.
            }
        }
        return _closed ? LinkErrors.Closed(Name) : LinkErrors.Of(e, Name, what);
    }
}
