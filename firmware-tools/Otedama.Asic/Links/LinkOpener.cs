using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>Opens what an address names. Any thread; every failure is a LinkException with a sentence.</summary>
public sealed class LinkOpener(PortFinder? finder = null)
{
    private static readonly TimeSpan s_connectWait = TimeSpan.FromSeconds(5);

    private readonly PortFinder _finder = finder ?? new PortFinder();

    /// <summary>rate in bits a second, unless the address names its own.</summary>
    public ILink Open(LinkAddress address, int rate) => address.Kind switch
    {
        LinkKind.Tcp => TcpLink.Open(address.Host, address.Port, s_connectWait),
        LinkKind.Usb => UsbBridgeLink.Open(
            OpenUsb(address), address.Interface, address.Rate ?? rate, address.ToString()),
        _ => SerialLink.Open(address.Path, address.Rate ?? rate, _finder),
    };

    /// <summary>
    /// The USB device itself, for loaders and adapters. The first of that kind when the address names neither serial
    /// number nor place and there is only one; more than one is refused with the addresses of all.
    /// </summary>
    public IUsbConnection OpenUsb(LinkAddress address)
    {
        string name = address.ToString();
        try
        {
            if (Usb.Absence is { } absence)
            {
                throw new PortException(PortFault.Unsupported, absence);
            }
            FoundPort[] same = Same(address);
            UsbDeviceInfo[] fitting = [.. Usb.List().Where(device => Fits(device, address, same))];
            if (fitting.Length == 1)
            {
                return UsbConnection.Open(fitting[0]);
            }
            throw fitting.Length == 0 ? new PortException(PortFault.Missing, "not found")
                : new PortException(PortFault.Unsupported,
                    $"there are {fitting.Length} of them. Name one: "
                        + $"{string.Join(", ", same.Select(static port => port.Address))}.");
        }
        catch (PortException e)
        {
            string sentence = new PortAdvice(_finder).ForUsb(name, e, Same(address).FirstOrDefault());
            throw new LinkException(LinkErrors.FaultOf(e.Fault), name, sentence, e);
        }
    }

    private FoundPort[] Same(LinkAddress address) => [.. _finder.List().Where(port =>
        port.Kind == LinkKind.Usb && port.VendorId == address.VendorId && port.ProductId == address.ProductId)];

    /// <summary>The serial number comes from the system, which needs no rights for it, or else from the
    /// device.</summary>
    private static bool Fits(UsbDeviceInfo device, LinkAddress address, FoundPort[] same)
    {
        if (device.VendorId != address.VendorId || device.ProductId != address.ProductId
            || (address.PortPath is { } place && place != device.PortPath))
        {
            return false;
        }
        if (address.SerialNumber is null)
        {
            return true;
        }
        if (same.FirstOrDefault(port => port.PortPath == device.PortPath) is { SerialNumber: { } known })
        {
            return known == address.SerialNumber;
        }
        using UsbConnection open = UsbConnection.Open(device);
        return open.ReadString(device.SerialNumberIndex) == address.SerialNumber;
    }
}
