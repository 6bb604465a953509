namespace Otedama.Interop;

/// <summary>
/// An open USB device as its drivers see it. One thread at a time; Dispose may come from any. Every failure is a
/// PortException: Stalled when an endpoint refuses, Gone when the device is, Timeout for a control transfer that is not
/// done in time.
/// </summary>
public interface IUsbConnection : IDisposable
{
    UsbDeviceInfo Device { get; }

    /// <summary>One of the device's strings; null when it has none there.</summary>
    string? ReadString(byte index);

    /// <summary>
    /// Takes an interface for this program. A driver of the system that has it is told to let go, and gets it back when
    /// this is disposed. PortFault.Busy when another program has it.
    /// </summary>
    void Claim(int number);

    /// <summary>Chooses an alternate setting of a claimed interface.</summary>
    void SetAlternate(int number, int alternate);

    /// <summary>A control transfer to the host; how many bytes came.</summary>
    int ControlIn(byte requestType, byte request, ushort value, ushort index, Span<byte> into, TimeSpan wait);

    /// <summary>A control transfer to the device, all of the bytes.</summary>
    void ControlOut(byte requestType, byte request, ushort value, ushort index, ReadOnlySpan<byte> data, TimeSpan wait);

    /// <summary>
    /// What the device sends there; 0 when nothing came in that time. The room should be whole packets: a device that
    /// sends more than there is room for is an error.
    /// </summary>
    int BulkIn(byte endpoint, Span<byte> into, TimeSpan wait);

    /// <summary>How many bytes the device took in that time.</summary>
    int BulkOut(byte endpoint, ReadOnlySpan<byte> data, TimeSpan wait);

    /// <summary>Ends the stall of an endpoint.</summary>
    void ClearHalt(byte endpoint);

    /// <summary>Resets the device; PortFault.Gone when it comes back as another, to be looked for anew.</summary>
    void Reset();
}
