using Otedama.Asic;

namespace Otedama.Tests.Asic;

/// <summary>A link that ends in a simulated device and whose waiting moves a clock. It is gone while the cable is pulled.</summary>
internal sealed class EspLink(EspCable cable, string name) : ILink
{
    private const int BitsPerByte = 10;

    private readonly int _generation = cable.Generation;
    private int _rate = 115_200;

    public string Name => name;

    public int Read(Span<byte> into, TimeSpan wait)
    {
        ThrowIfGone();
        int count = cable.Device.Take(into, _rate);
        if (count == 0)
        {
            cable.Clock.Advance(wait);
        }
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, TimeSpan wait)
    {
        ThrowIfGone();
        cable.Clock.Advance(TimeSpan.FromSeconds((double)bytes.Length * BitsPerByte / _rate));
        cable.Sent += bytes.Length;
        cable.Device.Receive(bytes, _rate);
        ThrowIfGone();
    }

    public void Drain(TimeSpan wait) => ThrowIfGone();

    public void Discard()
    {
        ThrowIfGone();
        Span<byte> bytes = stackalloc byte[256];
        while (cable.Device.Take(bytes, _rate) > 0)
        {
            // forgotten
        }
    }

    public void SetRate(int bitsPerSecond)
    {
        ThrowIfGone();
        if (cable.OnlyRate)
        {
            throw new LinkException(LinkFault.Unsupported, name, $"{name} has no rate to set.");
        }
        _rate = bitsPerSecond;
    }

    public bool SetLines(bool dataTerminalReady, bool requestToSend)
    {
        ThrowIfGone();
        if (cable.HasLines)
        {
            cable.Device.SetLines(dataTerminalReady, requestToSend);
        }
        return cable.HasLines;
    }

    public void Dispose()
    {
    }

    private void ThrowIfGone()
    {
        if (cable.Generation != _generation || cable.IsPulled)
        {
            throw new LinkException(LinkFault.Gone, name, $"{name} went away. Is it plugged in?");
        }
    }
}

/// <summary>What lies between host and device.</summary>
internal sealed class EspCable(ISimulatedDevice device, EspClock clock)
{
    public ISimulatedDevice Device => device;

    public EspClock Clock => clock;

    public bool HasLines { get; set; } = true;

    public bool OnlyRate { get; set; }

    public bool IsPulled { get; private set; }

    /// <summary>Opens that fail before the port is back.</summary>
    public int MissingFor { get; set; }

    public int Generation { get; private set; }

    public string PortName { get; set; } = "/dev/bench0";

    /// <summary>Bytes that went to the device.</summary>
    public long Sent { get; set; }

    public void Pull() => IsPulled = true;

    /// <summary>Out and in again: links from before stay gone.</summary>
    public void Replug(string? name = null)
    {
        Generation++;
        IsPulled = false;
        PortName = name ?? PortName;
    }

    public ILink Open()
    {
        if (MissingFor > 0)
        {
            MissingFor--;
            throw new LinkException(LinkFault.Missing, PortName, $"{PortName} is not there.");
        }
        return IsPulled ? throw new LinkException(LinkFault.Missing, PortName, $"{PortName} is not there.") : new EspLink(this, PortName);
    }
}
