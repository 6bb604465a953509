namespace Otedama.Asic;

/// <summary>Finds the ways to one device among the ports there are: its other interfaces, and itself after it came
/// back.</summary>
internal static class PlaceSearch
{
    /// <summary>The device's port on USB, wherever it is now. Throws LinkException (Missing).</summary>
    public static FoundPort Usb(BoardPlace place, IBoardPorts ports) =>
        ports.List().FirstOrDefault(port => port.Kind == LinkKind.Usb && IsOf(place, port)) ?? throw Missing(place);

    /// <summary>The device's serial ports by the number of their interface, wherever they are now.</summary>
    public static IReadOnlyList<FoundPort> Serials(BoardPlace place, IBoardPorts ports) =>
    [
        .. ports.List().Where(port => port.Kind == LinkKind.Serial && IsOf(place, port))
            .OrderBy(static port => port.Interface ?? 0),
    ];

    /// <summary>Interface number of that device; the address of a USB device with the interface behind it.</summary>
    public static string Interface(FoundPort usb, int number) => number == 0 ? usb.Address
        : FormattableString.Invariant($"{usb.Address}/{number}");

    public static LinkException Missing(BoardPlace place) => new(
        LinkFault.Missing,
        place.Address,
        $"{place.Address}: {place.Device?.Describe() ?? "the device"} is not plugged in. Plug it in again; it is "
            + "found by its serial number.");

    private static bool IsOf(BoardPlace place, FoundPort port) => place.Device is { } device
        && port.VendorId == device.VendorId && port.ProductId == device.ProductId
        && (device.SerialNumber is { Length: > 0 } serial ? port.SerialNumber == serial
        : port.PortPath == device.PortPath);
}
