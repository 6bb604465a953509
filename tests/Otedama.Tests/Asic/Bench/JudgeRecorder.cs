using System.Diagnostics;

namespace Otedama.Tests.Asic;

/// <summary>
/// Stands before a simulated chain and writes down what passes. The chain's clock is held and moved here in whole
/// milliseconds, so that the same bytes at the times written down give the same again.
/// </summary>
internal sealed class JudgeRecorder(SimulatedChain chain, HeldClock clock) : ISimulatedDevice
{
    private const int LinesMax = 20_000;

    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly long _heldAt = clock.GetTimestamp();
    private int _milliseconds;

    public List<JudgeTranscript.Line> Lines { get; } = [];

    public void Receive(ReadOnlySpan<byte> bytes, int rate)
    {
        Catch();
        chain.Receive(bytes, rate);
        Write(bytes, rate, fromHost: true);
    }

    public int Take(Span<byte> into, int rate)
    {
        Catch();
        int count = chain.Take(into, rate);
        if (count > 0)
        {
            Write(into[..count], rate, fromHost: false);
        }
        return count;
    }

    private void Write(ReadOnlySpan<byte> bytes, int rate, bool fromHost)
    {
        if (Lines.Count >= LinesMax)
        {
            throw new InvalidOperationException($"more than {LinesMax} lines: this is no transcript");
        }
        Lines.Add(new JudgeTranscript.Line(_milliseconds, rate, fromHost, bytes.ToArray()));
    }

    private void Catch()
    {
        _milliseconds = (int)Stopwatch.GetElapsedTime(_begun).TotalMilliseconds;
        clock.Advance(TimeSpan.FromMilliseconds(_milliseconds) - clock.GetElapsedTime(_heldAt));
    }
}
