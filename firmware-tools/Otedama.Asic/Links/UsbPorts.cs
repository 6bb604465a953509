using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>The USB ports of this machine.</summary>
public sealed class UsbPorts(PortFinder? finder = null) : IUsbPorts
{
    private readonly PortFinder _finder = finder ?? new PortFinder();

    public IUsbControl? Open(string portPath)
    {
        UsbDeviceInfo? device = null;
        try
        {
            if (Usb.Absence is { } sentence)
            {
                throw new PortException(PortFault.Unsupported, sentence);
            }
            device = Usb.List().FirstOrDefault(one => one.PortPath == portPath);
            return device is null ? null : UsbControl.Over(UsbConnection.Open(device));
        }
        catch (PortException e) when (e.Fault == PortFault.Missing)
        {
            return null; // it left between the two
        }
        catch (PortException e)
        {
            string name = device is null ? $"usb {portPath}"
                : LinkAddress.OfUsb(device.VendorId, device.ProductId, null, portPath).ToString();
            FoundPort? found =
                _finder.List().FirstOrDefault(port => port.Kind == LinkKind.Usb && port.PortPath == portPath);
            throw new LinkException(
                LinkErrors.FaultOf(e.Fault), name, new PortAdvice(_finder).ForUsb(name, e, found), e);
        }
    }
}
