namespace Otedama.Interop;

/// <summary>One endpoint. Address bit 7 set = to the host; attributes 2 = bulk, 3 = interrupt.</summary>
public readonly record struct UsbEndpoint(byte Address, byte Attributes, int PacketBytes);

/// <summary>
/// One alternate setting of one interface. Extra holds the class's own descriptors as they came, such as the functional
/// descriptor of DFU. NameIndex is for UsbConnection.ReadString, 0 = it has no name.
/// </summary>
public sealed record UsbInterface(
    byte Number, byte Alternate, byte Class, byte SubClass, byte Protocol, byte NameIndex,
    IReadOnlyList<UsbEndpoint> Endpoints, byte[] Extra);

/// <summary>
/// A USB device as its descriptors tell without opening it. PortPath is where it is plugged in, as Linux writes it
/// (1-1.4); it stays when the device comes back as another. Release is bcdDevice; the indices are for ReadString.
/// </summary>
public sealed record UsbDeviceInfo(
    byte Bus, byte Address, string PortPath, ushort VendorId, ushort ProductId, ushort Release, byte Class,
    byte ManufacturerIndex, byte ProductIndex, byte SerialNumberIndex, IReadOnlyList<UsbInterface> Interfaces);
