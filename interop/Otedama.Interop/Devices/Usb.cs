using System.Globalization;

namespace Otedama.Interop;

/// <summary>
/// The USB devices of this machine, by libusb when it is installed. Each call looks anew, since what libusb remembers
/// depends on a daemon that small systems have not: whoever wants to know of changes compares two lists. Any thread.
/// </summary>
public static unsafe class Usb
{
    /// <summary>One bus has 127 addresses; a machine has a few buses.</summary>
    private const int DevicesMax = 512;

    /// <summary>Interfaces times alternate settings; the largest of real devices have some dozens.</summary>
    private const int SettingsMax = 128;

    private const int EndpointsMax = 30; // USB 2.0: 15 each way
    private const int ExtraBytesMax = 4096;
    private const byte HubClass = 9;
    private const int PortsMax = 7; // hubs in a row that USB 3 allows

    /// <summary>Null when there is libusb; otherwise what to install.</summary>
    public static string? Absence => LibUsb.IsThere() ? null
        : OperatingSystem.IsWindows()
        ? "USB devices need libusb-1.0.dll (libusb.info) beside the program, and WinUSB as driver."
        : "USB devices need the library libusb-1.0; on Debian: sudo apt-get install libusb-1.0-0";

    /// <summary>
    /// Every device but hubs; none when libusb is not there. Throws PortException when libusb cannot look.
    /// </summary>
    public static IReadOnlyList<UsbDeviceInfo> List()
    {
        if (!LibUsb.IsThere())
        {
            return [];
        }
        nint context = Begin();
        try
        {
            List<UsbDeviceInfo> found = [];
            ForEach(context, device =>
            {
                if (Describe(device) is { } info)
                {
                    found.Add(info);
                }
                return found.Count < DevicesMax;
            });
            return found;
        }
        finally
        {
            LibUsb.libusb_exit(context);
        }
    }

    internal static nint Begin()
    {
        nint context;
        ThrowIfFailed(LibUsb.libusb_init(&context));
        return context;
    }

    /// <summary>Calls for each device until false; the pointer is good only during the call.</summary>
    internal static void ForEach(nint context, Func<nint, bool> look)
    {
        nint* list;
        nint count = LibUsb.libusb_get_device_list(context, &list);
        ThrowIfFailed((int)Math.Min(count, 0));
        try
        {
            for (nint i = 0; i < count && look(list[i]); i++)
            {
            }
        }
        finally
        {
            LibUsb.libusb_free_device_list(list, 1);
        }
    }

    /// <summary>Null for hubs and for what left meanwhile.</summary>
    internal static UsbDeviceInfo? Describe(nint device)
    {
        libusb_device_descriptor its;
        if (LibUsb.libusb_get_device_descriptor(device, &its) != LibUsb.LIBUSB_SUCCESS || its.bDeviceClass == HubClass)
        {
            return null;
        }
        byte bus = LibUsb.libusb_get_bus_number(device);
        return new UsbDeviceInfo(bus, LibUsb.libusb_get_device_address(device), PortPath(device, bus), its.idVendor,
            its.idProduct, its.bcdDevice, its.bDeviceClass, its.iManufacturer, its.iProduct, its.iSerialNumber,
            Interfaces(device));
    }

    internal static void ThrowIfFailed(int status)
    {
        if (status < 0)
        {
            byte* text = LibUsb.libusb_strerror(status);
            string words = text == null ? "" : new string((sbyte*)text);
            throw new PortException(FaultOf(status),
                string.Create(CultureInfo.InvariantCulture, $"{words} (libusb {status})"));
        }
    }

    private static PortFault FaultOf(int status) => status switch
    {
        LibUsb.LIBUSB_ERROR_ACCESS => PortFault.Denied,
        LibUsb.LIBUSB_ERROR_NO_DEVICE => PortFault.Gone,
        LibUsb.LIBUSB_ERROR_NOT_FOUND => PortFault.Missing,
        LibUsb.LIBUSB_ERROR_BUSY => PortFault.Busy,
        LibUsb.LIBUSB_ERROR_TIMEOUT => PortFault.Timeout,
        LibUsb.LIBUSB_ERROR_PIPE => PortFault.Stalled,
        LibUsb.LIBUSB_ERROR_NOT_SUPPORTED or LibUsb.LIBUSB_ERROR_INVALID_PARAM => PortFault.Unsupported,
        _ => PortFault.Other,
    };

    private static string PortPath(nint device, byte bus)
    {
        byte* ports = stackalloc byte[PortsMax];
        int count = LibUsb.libusb_get_port_numbers(device, ports, PortsMax);
        string path = string.Create(CultureInfo.InvariantCulture, $"{bus}-");
        for (int i = 0; i < count; i++)
        {
            path += string.Create(CultureInfo.InvariantCulture, $"{(i > 0 ? "." : "")}{ports[i]}");
        }
        return path;
    }

    private static List<UsbInterface> Interfaces(nint device)
    {
        List<UsbInterface> found = [];
        libusb_config_descriptor* configuration;
        if (LibUsb.libusb_get_active_config_descriptor(device, &configuration) != LibUsb.LIBUSB_SUCCESS
            && LibUsb.libusb_get_config_descriptor(device, 0, &configuration) != LibUsb.LIBUSB_SUCCESS)
        {
            return found;
        }
        for (int i = 0; i < configuration->bNumInterfaces; i++)
        {
            libusb_interface* one = configuration->interfaces + i;
            for (int j = 0; j < one->num_altsetting && found.Count < SettingsMax; j++)
            {
                found.Add(Read(one->altsetting + j));
            }
        }
        LibUsb.libusb_free_config_descriptor(configuration);
        return found;
    }

    private static UsbInterface Read(libusb_interface_descriptor* its)
    {
        List<UsbEndpoint> endpoints = [];
        for (int i = 0; i < its->bNumEndpoints && i < EndpointsMax; i++)
        {
            libusb_endpoint_descriptor* end = its->endpoint + i;
            endpoints.Add(new UsbEndpoint(end->bEndpointAddress, end->bmAttributes, end->wMaxPacketSize & 0x7FF));
        }
        byte[] extra = its->extra == null ? []
            : new ReadOnlySpan<byte>(its->extra, Math.Clamp(its->extra_length, 0, ExtraBytesMax)).ToArray();
        return new UsbInterface(its->bInterfaceNumber, its->bAlternateSetting, its->bInterfaceClass,
            its->bInterfaceSubClass, its->bInterfaceProtocol, its->iInterface, endpoints, extra);
    }
}
