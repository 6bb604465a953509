using Otedama.Asic;

namespace Otedama.Tests.Asic;

/// <summary>
/// A link without a wire: a simulated device in the same thread. Waiting moves the held clock, and so never lasts.
/// </summary>
internal sealed class DirectLink(ISimulatedDevice device, HeldClock clock, string name = "bench") : ILink
{
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(1);

    private bool _gone;

    public string Name => name;

    public int Rate { get; private set; }

    /// <summary>As if its plug were pulled.</summary>
    public void Unplug() => _gone = true;

    public int Read(Span<byte> into, TimeSpan wait)
    {
        long begun = clock.GetTimestamp();
        while (true)
        {
            Check();
            int count = device.Take(into, Rate);
            if (count > 0 || clock.GetElapsedTime(begun) >= wait)
            {
                return count;
            }
            clock.Advance(s_slice);
        }
    }

    public void Write(ReadOnlySpan<byte> bytes, TimeSpan wait)
    {
        Check();
        device.Receive(bytes, Rate);
    }

    public void Drain(TimeSpan wait) => Check();

    public void Discard()
    {
        Check();
        Span<byte> rest = stackalloc byte[256];
        for (int i = 0; i < 64 && device.Take(rest, Rate) > 0; i++)
        {
            // Whoever talks without end has more.
        }
    }

    public void SetRate(int bitsPerSecond) => Rate = bitsPerSecond;

    public bool SetLines(bool dataTerminalReady, bool requestToSend)
    {
        device.SetLines(dataTerminalReady, requestToSend);
        return true;
    }

    public void Dispose() => _gone = true;

    private void Check()
    {
        if (_gone)
        {
            throw new LinkException(LinkFault.Gone, name, $"{name} went away: it was unplugged");
        }
    }
}
