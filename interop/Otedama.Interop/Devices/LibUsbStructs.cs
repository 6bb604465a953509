using System.Runtime.InteropServices;

namespace Otedama.Interop;

// Descriptors as libusb 1.0 lays them out in libusb.h; the names are the ones there.
#pragma warning disable CS0649 // libusb fills them in
#pragma warning disable IDE1006

[StructLayout(LayoutKind.Sequential)]
internal struct libusb_device_descriptor
{
    public byte bLength, bDescriptorType;
    public ushort bcdUSB;
    public byte bDeviceClass, bDeviceSubClass, bDeviceProtocol, bMaxPacketSize0;
    public ushort idVendor, idProduct, bcdDevice;
    public byte iManufacturer, iProduct, iSerialNumber, bNumConfigurations;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct libusb_config_descriptor
{
    public byte bLength, bDescriptorType;
    public ushort wTotalLength;
    public byte bNumInterfaces, bConfigurationValue, iConfiguration, bmAttributes, MaxPower;
    public libusb_interface* interfaces;
    public byte* extra;
    public int extra_length;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct libusb_interface
{
    public libusb_interface_descriptor* altsetting;
    public int num_altsetting;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct libusb_interface_descriptor
{
    public byte bLength, bDescriptorType, bInterfaceNumber, bAlternateSetting, bNumEndpoints;
    public byte bInterfaceClass, bInterfaceSubClass, bInterfaceProtocol, iInterface;
    public libusb_endpoint_descriptor* endpoint;
    public byte* extra;
    public int extra_length;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct libusb_endpoint_descriptor
{
    public byte bLength, bDescriptorType, bEndpointAddress, bmAttributes;
    public ushort wMaxPacketSize;
    public byte bInterval, bRefresh, bSynchAddress;
    public byte* extra;
    public int extra_length;
}
