using System.Text;

namespace Otedama.Interop;

/// <summary>
/// A serial port, raw 8N1 and opened for this process alone. One thread at a time; Dispose may come from any and ends a
/// call under way with PortFault.Gone. Every failure is a PortException.
/// </summary>
public sealed unsafe class SerialPort : IDisposable
{
    /// <summary>The fastest adapter on USB's second speed.</summary>
    public const int RateMax = (int)Otd.OTD_SERIAL_RATE_MAX;

    private readonly SerialHandle _handle;

    private SerialPort(SerialHandle handle) => _handle = handle;

    /// <summary>
    /// Opens it at any rate, in bits a second. Throws PortException: Missing, Busy, Denied, Unsupported (no serial
    /// port, or more than 5 % off that rate), Other.
    /// </summary>
    public static SerialPort Open(string path, int rate)
    {
        Native.Open();
        byte[] name = Encoding.UTF8.GetBytes(path);
        nint port;
        fixed (byte* bytes = name)
        {
            ThrowIfFailed(Otd.otd_serial_open(&port, bytes, (uint)name.Length, (uint)Math.Max(0, rate)));
        }
        return new SerialPort(new SerialHandle(port));
    }

    /// <summary>What has come; 0 when nothing did in that time. Zero wait = only what is there.</summary>
    public int Read(Span<byte> into, TimeSpan wait)
    {
        uint count;
        int status;
        using Use port = new(_handle);
        fixed (byte* bytes = into)
        {
            status = Otd.otd_serial_read(port.Value, bytes, &count, (uint)into.Length, Milliseconds(wait));
        }
        ThrowIfFailed(status);
        return (int)count;
    }

    /// <summary>How many bytes the system took in that time.</summary>
    public int Write(ReadOnlySpan<byte> bytes, TimeSpan wait)
    {
        uint count;
        int status;
        using Use port = new(_handle);
        fixed (byte* from = bytes)
        {
            status = Otd.otd_serial_write(port.Value, &count, from, (uint)bytes.Length, Milliseconds(wait));
        }
        ThrowIfFailed(status);
        return (int)count;
    }

    /// <summary>Waits until all is sent; how many bytes are not when the time is up.</summary>
    public int Drain(TimeSpan wait)
    {
        uint left;
        using Use port = new(_handle);
        ThrowIfFailed(Otd.otd_serial_drain(port.Value, &left, Milliseconds(wait)));
        return (int)left;
    }

    /// <summary>Forgets what has come and was not read.</summary>
    public void Discard()
    {
        using Use port = new(_handle);
        ThrowIfFailed(Otd.otd_serial_discard(port.Value));
    }

    /// <summary>
    /// Bits a second. PortFault.Unsupported when the port would run more than 5 % off; it keeps its rate then.
    /// </summary>
    public void SetRate(int rate)
    {
        using Use port = new(_handle);
        ThrowIfFailed(Otd.otd_serial_set_rate(port.Value, (uint)Math.Max(0, rate)));
    }

    /// <summary>Both modem lines at once, true = asserted; false where the port has none.</summary>
    public bool SetLines(bool dataTerminalReady, bool requestToSend)
    {
        using Use port = new(_handle);
        int status = Otd.otd_serial_set_lines(port.Value, dataTerminalReady ? 1u : 0u, requestToSend ? 1u : 0u);
        if (status == Otd.OTD_E_UNSUPPORTED)
        {
            return false;
        }
        ThrowIfFailed(status);
        return true;
    }

    /// <summary>An even parity bit behind each byte, or none; false where the port does not keep it.</summary>
    public bool SetEvenParity(bool on)
    {
        using Use port = new(_handle);
        int status = Otd.otd_serial_set_parity(port.Value, on ? 1u : 0u);
        if (status == Otd.OTD_E_UNSUPPORTED)
        {
            return false;
        }
        ThrowIfFailed(status);
        return true;
    }

    public void Dispose()
    {
        try
        {
            using Use port = new(_handle);
            Otd.otd_serial_cancel(port.Value);
        }
        catch (PortException)
        {
            return; // disposed before
        }
        _handle.Dispose();
    }

    /// <summary>Rounded up, so that a short wait does not become none.</summary>
    private static int Milliseconds(TimeSpan wait) =>
        (int)Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, int.MaxValue);

    private static void ThrowIfFailed(int status)
    {
        if (status != Otd.OTD_OK)
        {
            throw new PortException(FaultOf(status), NativeText.LastError());
        }
    }

    private static PortFault FaultOf(int status) => status switch
    {
        Otd.OTD_E_MISSING => PortFault.Missing,
        Otd.OTD_E_BUSY => PortFault.Busy,
        Otd.OTD_E_DENIED => PortFault.Denied,
        Otd.OTD_E_DEVICE_LOST or Otd.OTD_E_CANCELLED => PortFault.Gone,
        Otd.OTD_E_UNSUPPORTED or Otd.OTD_E_ARGUMENT => PortFault.Unsupported,
        _ => PortFault.Other,
    };

    /// <summary>Keeps the port open during one call.</summary>
    private readonly ref struct Use
    {
        private readonly SerialHandle _handle;

        public Use(SerialHandle handle)
        {
            bool held = false;
            try
            {
                handle.DangerousAddRef(ref held);
            }
            catch (ObjectDisposedException)
            {
                throw new PortException(PortFault.Gone, "the port was closed");
            }
            _handle = handle;
            Value = handle.DangerousGetHandle();
        }

        public nint Value { get; }

        public void Dispose() => _handle.DangerousRelease();
    }
}
