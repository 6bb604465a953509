namespace Otedama.Asic;

/// <summary>
/// One opened device on USB, as far as control transfers to endpoint 0 go. One thread at a time. Every call throws
/// LinkException: Stalled when the device refuses the request, Gone when it left, Timeout when it does not answer.
/// </summary>
public interface IUsbControl : IDisposable
{
    /// <summary>As people would find it: usb 0483:DF11 at 1-2.</summary>
    string Name { get; }

    /// <summary>Where it is plugged in, such as 1-2.3: the same when ids and serial number change.</summary>
    string PortPath { get; }

    ushort Vendor { get; }

    ushort Product { get; }

    /// <summary>bcdDevice: release of the device's firmware or hardware.</summary>
    ushort Release { get; }

    /// <summary>Null when the device has none.</summary>
    string? Serial { get; }

    /// <summary>The active configuration with everything behind it, as the device sent it.</summary>
    ReadOnlyMemory<byte> Configuration { get; }

    /// <summary>String descriptor; null when there is none of that number.</summary>
    string? Text(byte index);

    /// <summary>Takes an interface for this program and selects its alternate setting.</summary>
    void Claim(int number, int alternate);

    /// <summary>Bytes that came, at most as many as there is room for.</summary>
    int ControlIn(byte requestType, byte request, ushort value, ushort index, Span<byte> into, TimeSpan wait);

    void ControlOut(byte requestType, byte request, ushort value, ushort index, ReadOnlySpan<byte> data, TimeSpan wait);

    /// <summary>Resets the port; the device may come back as another, in which case this one is Gone.</summary>
    void Reset();
}

/// <summary>The places where devices on USB are plugged in.</summary>
public interface IUsbPorts
{
    /// <summary>Null when nothing is plugged in there now. Throws LinkException when it may not be opened.</summary>
    IUsbControl? Open(string portPath);
}
