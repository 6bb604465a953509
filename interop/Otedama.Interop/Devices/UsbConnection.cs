using System.Runtime.InteropServices;
using System.Text;

namespace Otedama.Interop;

/// <summary>
/// An open USB device, by libusb. Dispose from another thread ends a bulk transfer under way within
/// <see cref="SliceMilliseconds"/>.
/// </summary>
public sealed unsafe class UsbConnection : IUsbConnection
{
    /// <summary>A long transfer asks between such pieces whether it was closed meanwhile.</summary>
    private const int SliceMilliseconds = 50;

    private const int StringWaitMilliseconds = 1000;
    private const byte ToHost = 0x80;
    private const byte GetStatus = 0;
    private const byte GetDescriptor = 6;
    private const int StringType = 0x0300;
    private const ushort English = 0x0409; // what every device with strings has

    private readonly Handle _handle;
    private volatile bool _closed;

    private UsbConnection(Handle handle, UsbDeviceInfo device)
    {
        _handle = handle;
        Device = device;
    }

    public UsbDeviceInfo Device { get; }

    /// <summary>
    /// Opens the device that is plugged in where this one was listed and has the same ids. Throws PortException:
    /// Unsupported without libusb, Missing, Denied, Busy, Other.
    /// </summary>
    public static UsbConnection Open(UsbDeviceInfo device)
    {
        if (Usb.Absence is { } sentence)
        {
            throw new PortException(PortFault.Unsupported, sentence);
        }
        nint context = Usb.Begin();
        nint opened = 0;
        int status = LibUsb.LIBUSB_ERROR_NOT_FOUND;
        try
        {
            Usb.ForEach(context, candidate =>
            {
                if (Usb.Describe(candidate) is not { } its || its.PortPath != device.PortPath
                    || its.Address != device.Address || its.VendorId != device.VendorId
                    || its.ProductId != device.ProductId)
                {
                    return true;
                }
                nint handle;
                status = LibUsb.libusb_open(candidate, &handle);
                opened = status == LibUsb.LIBUSB_SUCCESS ? handle : 0;
                return false;
            });
            Usb.ThrowIfFailed(status == LibUsb.LIBUSB_ERROR_NO_DEVICE ? LibUsb.LIBUSB_ERROR_NOT_FOUND : status);
            return new UsbConnection(new Handle(opened, context), device);
        }
        catch
        {
            LibUsb.libusb_exit(context);
            throw;
        }
    }

    public string? ReadString(byte index)
    {
        if (index == 0)
        {
            return null;
        }
        Span<byte> text = stackalloc byte[255];
        try
        {
            int count = ControlIn(ToHost, GetDescriptor, (ushort)(StringType | index), English, text,
                TimeSpan.FromMilliseconds(StringWaitMilliseconds));
            return count < 2 ? null : Encoding.Unicode.GetString(text[2..Math.Clamp(text[0], 2, count)]).TrimEnd('\0');
        }
        catch (PortException e) when (e.Fault is PortFault.Stalled or PortFault.Timeout or PortFault.Other)
        {
            return null; // some say that they have one and then refuse it
        }
    }

    public void Claim(int number)
    {
        using Use use = new(this);
        bool detached = false;
        if (LibUsb.libusb_kernel_driver_active(use.Value, number) == 1)
        {
            Usb.ThrowIfFailed(LibUsb.libusb_detach_kernel_driver(use.Value, number));
            detached = true;
        }
        int status = LibUsb.libusb_claim_interface(use.Value, number);
        if (status == LibUsb.LIBUSB_SUCCESS)
        {
            _handle.Claimed.Add((number, detached));
        }
        else if (detached)
        {
            _ = LibUsb.libusb_attach_kernel_driver(use.Value, number);
        }
        Usb.ThrowIfFailed(status);
    }

    public void SetAlternate(int number, int alternate)
    {
        using Use use = new(this);
        Usb.ThrowIfFailed(LibUsb.libusb_set_interface_alt_setting(use.Value, number, alternate));
    }

    public int ControlIn(byte requestType, byte request, ushort value, ushort index, Span<byte> into, TimeSpan wait)
    {
        using Use use = new(this);
        fixed (byte* bytes = into)
        {
            int count = LibUsb.libusb_control_transfer(use.Value, requestType, request, value, index, bytes,
                (ushort)into.Length, Milliseconds(wait));
            Usb.ThrowIfFailed(count);
            return count;
        }
    }

    public void ControlOut(
        byte requestType, byte request, ushort value, ushort index, ReadOnlySpan<byte> data, TimeSpan wait)
    {
        using Use use = new(this);
        fixed (byte* bytes = data)
        {
            int count = LibUsb.libusb_control_transfer(use.Value, requestType, request, value, index, bytes,
                (ushort)data.Length, Milliseconds(wait));
            Usb.ThrowIfFailed(count);
            if (count != data.Length)
            {
                throw new PortException(PortFault.Other, $"it took {count} of {data.Length} bytes");
            }
        }
    }

    public int BulkIn(byte endpoint, Span<byte> into, TimeSpan wait)
    {
        fixed (byte* bytes = into)
        {
            return Bulk(endpoint, bytes, into.Length, wait);
        }
    }

    public int BulkOut(byte endpoint, ReadOnlySpan<byte> data, TimeSpan wait)
    {
        fixed (byte* bytes = data)
        {
            return Bulk(endpoint, bytes, data.Length, wait);
        }
    }

    public void ClearHalt(byte endpoint)
    {
        using Use use = new(this);
        Usb.ThrowIfFailed(LibUsb.libusb_clear_halt(use.Value, endpoint));
    }

    public void Reset()
    {
        using Use use = new(this);
        int status = LibUsb.libusb_reset_device(use.Value);
        Usb.ThrowIfFailed(status == LibUsb.LIBUSB_ERROR_NOT_FOUND ? LibUsb.LIBUSB_ERROR_NO_DEVICE : status);
    }

    public void Dispose()
    {
        _closed = true;
        _handle.Dispose();
    }

    private int Bulk(byte endpoint, byte* bytes, int length, TimeSpan wait)
    {
        bool toHost = (endpoint & ToHost) != 0;
        long left = Milliseconds(wait);
        int done = 0;
        while (true)
        {
            int moved = 0;
            int status;
            using (Use use = new(this))
            {
                uint slice = (uint)Math.Min(left, SliceMilliseconds);
                status = LibUsb.libusb_bulk_transfer(use.Value, endpoint, bytes + done, length - done, &moved, slice);
                status = status == LibUsb.LIBUSB_ERROR_IO && IsGone(use.Value) ? LibUsb.LIBUSB_ERROR_NO_DEVICE : status;
            }
            done += moved;
            if (status is not (LibUsb.LIBUSB_ERROR_TIMEOUT or LibUsb.LIBUSB_ERROR_INTERRUPTED))
            {
                Usb.ThrowIfFailed(status);
                return done;
            }
            left -= SliceMilliseconds;
            if (left <= 0 || (toHost && done > 0))
            {
                return done;
            }
        }
    }

    /// <summary>What is pulled out fails a transfer under way before the system knows; a question tells.</summary>
    private static bool IsGone(nint handle)
    {
        ushort status;
        return LibUsb.libusb_control_transfer(
            handle, ToHost, GetStatus, 0, 0, (byte*)&status, sizeof(ushort), SliceMilliseconds)
            == LibUsb.LIBUSB_ERROR_NO_DEVICE;
    }

    /// <summary>Rounded up and at least one, since libusb takes 0 for ever.</summary>
    private static uint Milliseconds(TimeSpan wait) =>
        (uint)Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 1, int.MaxValue);

    private readonly ref struct Use
    {
        private readonly Handle _handle;

        public Use(UsbConnection owner)
        {
            bool held = false;
            try
            {
                ObjectDisposedException.ThrowIf(owner._closed, owner);
                owner._handle.DangerousAddRef(ref held);
            }
            catch (ObjectDisposedException)
            {
                throw new PortException(PortFault.Gone, "the device was closed");
            }
            _handle = owner._handle;
            Value = _handle.DangerousGetHandle();
        }

        public nint Value { get; }

        public void Dispose() => _handle.DangerousRelease();
    }

    /// <summary>A libusb_device_handle with its context, freed when the last call on it has returned.</summary>
    private sealed class Handle : SafeHandle
    {
        private readonly nint _context;

        public Handle(nint value, nint context)
            : base(0, ownsHandle: true)
        {
            _context = context;
            SetHandle(value);
        }

        public List<(int Number, bool Detached)> Claimed { get; } = [];

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            foreach ((int number, bool detached) in Claimed)
            {
                _ = LibUsb.libusb_release_interface(handle, number);
                if (detached)
                {
                    _ = LibUsb.libusb_attach_kernel_driver(handle, number);
                }
            }
            LibUsb.libusb_close(handle);
            LibUsb.libusb_exit(_context);
            return true;
        }
    }
}
