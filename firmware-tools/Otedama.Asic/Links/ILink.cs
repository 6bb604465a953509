namespace Otedama.Asic;

/// <summary>
/// A way of bytes to one device: a serial port, an adapter on USB, a socket. One thread at a time; Dispose from any
/// thread ends a Read or Write under way with LinkFault.Gone.
/// </summary>
public interface ILink : IDisposable
{
    /// <summary>As people would find it: /dev/ttyUSB0, usb 0403:6015 serial A1B2, tcp://192.168.1.7:3333.</summary>
    string Name { get; }

    /// <summary>
    /// What has come, at most as much as there is room for. Returns 0 when nothing came in that time; zero wait = only
    /// what is there already. Throws LinkException.
    /// </summary>
    int Read(Span<byte> into, TimeSpan wait);

    /// <summary>All of it, or LinkException (LinkFault.Timeout when the device takes no more for that long).</summary>
    void Write(ReadOnlySpan<byte> bytes, TimeSpan wait);

    /// <summary>Waits until what was written has left this machine, so that the rate can be changed after it.</summary>
    void Drain(TimeSpan wait);

    /// <summary>Forgets what has come and was not read.</summary>
    void Discard();

    /// <summary>Bits a second, 8N1. What has been written but not drained may be garbled.</summary>
    void SetRate(int bitsPerSecond);

    /// <summary>
    /// Modem lines, true = asserted, both at once. False where the link has none (a socket, a pseudo terminal): the
    /// caller goes on without, and says so.
    /// </summary>
    bool SetLines(bool dataTerminalReady, bool requestToSend);
}
