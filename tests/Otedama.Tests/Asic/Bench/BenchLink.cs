using Otedama.Asic;

namespace Otedama.Tests.Asic;

/// <summary>A link to a simulated chain in this process. While it waits for bytes, the held clock goes on.</summary>
internal sealed class BenchLink(SimulatedChain chain, HeldClock clock) : ILink
{
    private int _rate = 115_200;
    private long _sentAt;
    private bool _isDisposed;

    /// <summary>Thrown at the next use.</summary>
    public LinkFault? Next { get; set; }

    /// <summary>Pulled out.</summary>
    public bool IsGone { get; set; }

    /// <summary>The fastest it can; above it, Unsupported.</summary>
    public int RateMax { get; set; } = 4_000_000;

    public int Rate => _rate;

    public string Name => "bench";

    public int Read(Span<byte> into, TimeSpan wait)
    {
        Check();
        TimeSpan left = wait;
        while (true)
        {
            int count = chain.Take(into, _rate);
            if (count > 0 || left <= TimeSpan.Zero)
            {
                return count;
            }
            TimeSpan part = chain.NextDue < left ? chain.NextDue : left;
            clock.Advance(part);
            left -= part;
        }
    }

    public void Write(ReadOnlySpan<byte> bytes, TimeSpan wait)
    {
        Check();
        chain.Receive(bytes, _rate);
        _sentAt = Math.Max(_sentAt, clock.GetTimestamp()) + (bytes.Length * 10 * clock.TimestampFrequency / _rate);
    }

    public void Drain(TimeSpan wait)
    {
        Check();
        TimeSpan left = clock.GetElapsedTime(clock.GetTimestamp(), _sentAt);
        if (left > TimeSpan.Zero)
        {
            clock.Advance(left);
        }
    }

    public void Discard()
    {
        Check();
        Span<byte> rubbish = stackalloc byte[256];
        while (chain.Take(rubbish, _rate) > 0)
        {
        }
    }

    public void SetRate(int bitsPerSecond)
    {
        Check();
        if (bitsPerSecond > RateMax)
        {
            throw new LinkException(LinkFault.Unsupported, Name, $"bench: {bitsPerSecond} baud is more than it can, {RateMax}");
        }
        _rate = bitsPerSecond;
    }

    public bool SetLines(bool dataTerminalReady, bool requestToSend) => false;

    public void Dispose() => _isDisposed = true;

    private void Check()
    {
        if (_isDisposed || IsGone)
        {
            throw new LinkException(LinkFault.Gone, Name, "bench: the device went away");
        }
        if (Next is { } fault)
        {
            Next = null;
            throw new LinkException(fault, Name, $"bench: {fault}");
        }
    }
}
