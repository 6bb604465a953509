using System.Diagnostics;
using Otedama.Tests.Asic;

namespace Otedama.Benchmarks;

/// <summary>A simulated device at the end of a wire: each byte takes its ten bits in real time, either way, and what the host
/// sends meanwhile waits before the wire. One thread.</summary>
internal sealed class PacedDevice(ISimulatedDevice inner) : ISimulatedDevice
{
    private const int BitsPerByte = 10;

    /// <summary>Bytes of a reply that are let go of at a time.</summary>
    private const int PieceMax = 256;

    /// <summary>The system's sleep is no finer than this; the rest is spun.</summary>
    private static readonly TimeSpan s_sleep = TimeSpan.FromMilliseconds(2);

    private long _free;

    /// <summary>What the wire was busy for, seconds.</summary>
    public double BusySeconds { get; private set; }

    public void Receive(ReadOnlySpan<byte> bytes, int rate)
    {
        Hold(bytes.Length, rate);
        inner.Receive(bytes, rate);
    }

    public int Take(Span<byte> into, int rate)
    {
        int count = inner.Take(into[..Math.Min(into.Length, PieceMax)], rate);
        Hold(count, rate);
        return count;
    }

    public void SetLines(bool dataTerminalReady, bool requestToSend) => inner.SetLines(dataTerminalReady, requestToSend);

    private void Hold(int bytes, int rate)
    {
        if (bytes == 0 || rate == 0)
        {
            return;
        }
        double seconds = (double)bytes * BitsPerByte / rate;
        BusySeconds += seconds;
        _free = Math.Max(_free, Stopwatch.GetTimestamp()) + (long)(seconds * Stopwatch.Frequency);
        while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), _free) is var left && left > TimeSpan.Zero)
        {
            if (left > s_sleep)
            {
                Thread.Sleep(left - s_sleep + TimeSpan.FromMilliseconds(1));
            }
            else
            {
                Thread.SpinWait(64);
            }
        }
    }
}
