namespace Otedama.Asic;

/// <summary>
/// A serial port or USB device of this machine. Null = unknown. Address is what LinkAddress takes; PortPath is where it
/// is plugged in (1-1.4) and stays when it comes back as another; Interface is of which one a serial port is.
/// </summary>
public sealed record FoundPort(
    LinkKind Kind, string Address, ushort? VendorId, ushort? ProductId, ushort? Release, string? Manufacturer,
    string? Product,
    string? SerialNumber, string? PortPath, int? Interface, string? Driver)
{
    /// <summary>0403:6015 GekkoScience CompacF Bitcoin Miner; "no USB device" for a port of the board.</summary>
    public string Describe() => VendorId is null ? "no USB device"
        : string.Join(' ',
        new[] { $"{VendorId:x4}:{ProductId:x4}", Manufacturer, Product }.Where(
        static part => !string.IsNullOrEmpty(part)));

    /// <summary>The same device, whatever its port is called now: by serial number, or without one by where it is
    /// plugged in.</summary>
    public bool IsSameDevice(FoundPort other) => Kind == other.Kind && VendorId == other.VendorId
        && ProductId == other.ProductId
        && Interface == other.Interface && SerialNumber == other.SerialNumber
        && (VendorId is null ? Address == other.Address : SerialNumber is not null || PortPath == other.PortPath);
}
