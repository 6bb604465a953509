using Otedama.Asic;

namespace Otedama.Tests.Asic;

/// <summary>A link straight into a simulated device: what it has to say is there at once, and a wait for nothing moves the clock.</summary>
internal sealed class LoaderLink(ISimulatedDevice device, EagerClock clock, bool parity = true) : ILink, ILinkParity
{
    private int _rate = 115_200;

    public string Name => "bench";

    public bool EvenParity { get; private set; }

    /// <summary>Bytes the host sent.</summary>
    public List<byte> Sent { get; } = [];

    public bool Disposed { get; private set; }

    public int Read(Span<byte> into, TimeSpan wait)
    {
        int came = device.Take(into, _rate);
        if (came == 0)
        {
            clock.Advance(wait);
        }
        return came;
    }

    public void Write(ReadOnlySpan<byte> bytes, TimeSpan wait)
    {
        Sent.AddRange(bytes);
        device.Receive(bytes, _rate);
    }

    public void Drain(TimeSpan wait)
    {
    }

    public void Discard()
    {
        Span<byte> some = stackalloc byte[64];
        while (device.Take(some, _rate) > 0)
        {
        }
    }

    public void SetRate(int bitsPerSecond) => _rate = bitsPerSecond;

    public bool SetLines(bool dataTerminalReady, bool requestToSend) => false;

    public bool SetEvenParity(bool on) => EvenParity = on && parity;

    public void Dispose() => Disposed = true;
}
