using System.Runtime.InteropServices;

namespace Otedama.Interop;

/// <summary>
/// What we need of libusb 1.0 (LGPL-2.1), under its own names and bound at run time: it is the system's, and without it
/// there are no USB devices, but everything else.
/// </summary>
internal static unsafe class LibUsb
{
    public const int LIBUSB_SUCCESS = 0;
    public const int LIBUSB_ERROR_IO = -1;
    public const int LIBUSB_ERROR_INVALID_PARAM = -2;
    public const int LIBUSB_ERROR_ACCESS = -3;
    public const int LIBUSB_ERROR_NO_DEVICE = -4;
    public const int LIBUSB_ERROR_NOT_FOUND = -5;
    public const int LIBUSB_ERROR_BUSY = -6;
    public const int LIBUSB_ERROR_TIMEOUT = -7;
    public const int LIBUSB_ERROR_PIPE = -9;
    public const int LIBUSB_ERROR_INTERRUPTED = -10;
    public const int LIBUSB_ERROR_NOT_SUPPORTED = -12;

    public static delegate* unmanaged<nint*, int> libusb_init;
    public static delegate* unmanaged<nint, void> libusb_exit;
    public static delegate* unmanaged<int, byte*> libusb_strerror;
    public static delegate* unmanaged<nint, nint**, nint> libusb_get_device_list;
    public static delegate* unmanaged<nint*, int, void> libusb_free_device_list;
    public static delegate* unmanaged<nint, libusb_device_descriptor*, int> libusb_get_device_descriptor;
    public static delegate* unmanaged<nint, libusb_config_descriptor**, int> libusb_get_active_config_descriptor;
    public static delegate* unmanaged<nint, byte, libusb_config_descriptor**, int> libusb_get_config_descriptor;
    public static delegate* unmanaged<libusb_config_descriptor*, void> libusb_free_config_descriptor;
    public static delegate* unmanaged<nint, byte> libusb_get_bus_number;
    public static delegate* unmanaged<nint, byte> libusb_get_device_address;
    public static delegate* unmanaged<nint, byte*, int, int> libusb_get_port_numbers;
    public static delegate* unmanaged<nint, nint*, int> libusb_open;
    public static delegate* unmanaged<nint, void> libusb_close;
    public static delegate* unmanaged<nint, int, int> libusb_kernel_driver_active;
    public static delegate* unmanaged<nint, int, int> libusb_detach_kernel_driver;
    public static delegate* unmanaged<nint, int, int> libusb_attach_kernel_driver;
    public static delegate* unmanaged<nint, int, int> libusb_claim_interface;
    public static delegate* unmanaged<nint, int, int> libusb_release_interface;
    public static delegate* unmanaged<nint, int, int, int> libusb_set_interface_alt_setting;
    public static delegate* unmanaged<nint, byte, int> libusb_clear_halt;
    public static delegate* unmanaged<nint, int> libusb_reset_device;
    public static delegate* unmanaged<nint, byte, byte, ushort, ushort, byte*, ushort, uint, int>
        libusb_control_transfer;
    public static delegate* unmanaged<nint, byte, byte*, int, int*, uint, int> libusb_bulk_transfer;

    private static readonly Lock s_gate = new();
    private static bool s_tried, s_bound;

    /// <summary>Binds once per process; false when the library is not installed or lacks a name.</summary>
    public static bool IsThere()
    {
        lock (s_gate)
        {
            if (!s_tried)
            {
                s_tried = true;
                s_bound = NativeLibrary.TryLoad(FileName, out nint library) && Bind(library);
            }
            return s_bound;
        }
    }

    private static string FileName => OperatingSystem.IsWindows() ? "libusb-1.0.dll"
        : OperatingSystem.IsMacOS() ? "libusb-1.0.dylib" : "libusb-1.0.so.0";

    private static bool Bind(nint library)
    {
        bool all = true;
        libusb_init = (delegate* unmanaged<nint*, int>)Find(nameof(libusb_init));
        libusb_exit = (delegate* unmanaged<nint, void>)Find(nameof(libusb_exit));
        libusb_strerror = (delegate* unmanaged<int, byte*>)Find(nameof(libusb_strerror));
        libusb_get_device_list = (delegate* unmanaged<nint, nint**, nint>)Find(nameof(libusb_get_device_list));
        libusb_free_device_list = (delegate* unmanaged<nint*, int, void>)Find(nameof(libusb_free_device_list));
        libusb_get_device_descriptor =
            (delegate* unmanaged<nint, libusb_device_descriptor*, int>)Find(nameof(libusb_get_device_descriptor));
        libusb_get_active_config_descriptor =
            (delegate* unmanaged<nint, libusb_config_descriptor**, int>)
            Find(nameof(libusb_get_active_config_descriptor));
        libusb_get_config_descriptor =
            (delegate* unmanaged<nint, byte, libusb_config_descriptor**, int>)
            Find(nameof(libusb_get_config_descriptor));
        libusb_free_config_descriptor =
            (delegate* unmanaged<libusb_config_descriptor*, void>)Find(nameof(libusb_free_config_descriptor));
        libusb_get_bus_number = (delegate* unmanaged<nint, byte>)Find(nameof(libusb_get_bus_number));
        libusb_get_device_address = (delegate* unmanaged<nint, byte>)Find(nameof(libusb_get_device_address));
        libusb_get_port_numbers = (delegate* unmanaged<nint, byte*, int, int>)Find(nameof(libusb_get_port_numbers));
        libusb_open = (delegate* unmanaged<nint, nint*, int>)Find(nameof(libusb_open));
        libusb_close = (delegate* unmanaged<nint, void>)Find(nameof(libusb_close));
        libusb_kernel_driver_active = (delegate* unmanaged<nint, int, int>)Find(nameof(libusb_kernel_driver_active));
        libusb_detach_kernel_driver = (delegate* unmanaged<nint, int, int>)Find(nameof(libusb_detach_kernel_driver));
        libusb_attach_kernel_driver = (delegate* unmanaged<nint, int, int>)Find(nameof(libusb_attach_kernel_driver));
        libusb_claim_interface = (delegate* unmanaged<nint, int, int>)Find(nameof(libusb_claim_interface));
        libusb_release_interface = (delegate* unmanaged<nint, int, int>)Find(nameof(libusb_release_interface));
        libusb_set_interface_alt_setting =
            (delegate* unmanaged<nint, int, int, int>)Find(nameof(libusb_set_interface_alt_setting));
        libusb_clear_halt = (delegate* unmanaged<nint, byte, int>)Find(nameof(libusb_clear_halt));
        libusb_reset_device = (delegate* unmanaged<nint, int>)Find(nameof(libusb_reset_device));
        libusb_control_transfer =
            (delegate* unmanaged<nint, byte, byte, ushort, ushort, byte*, ushort, uint, int>)
            Find(nameof(libusb_control_transfer));
        libusb_bulk_transfer =
            (delegate* unmanaged<nint, byte, byte*, int, int*, uint, int>)Find(nameof(libusb_bulk_transfer));
        return all;

        nint Find(string name)
        {
            bool found = NativeLibrary.TryGetExport(library, name, out nint address);
            all &= found;
            return address;
        }
    }
}
