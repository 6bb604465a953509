using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>A driver, its simulated chain, and the time between them.</summary>
internal sealed class ChainBench : IDisposable
{
    public ChainBench(ChipFamily family, int chips, Func<ChainOptions, ChainOptions>? change = null, int relaxed = 32, BenchWork? work = null,
        Action<ChainBench>? prepare = null, double search = 0)
    {
        Clock = new HeldClock();
        Chips = new SimulatedChain(family, chips, Clock) { RelaxedZeroBits = relaxed, HashesPerSecondMax = search };
        Board = new BenchBoard(Chips, Clock);
        Work = work ?? new BenchWork();
        ChainOptions options = new() { Family = family, Chips = chips, Megahertz = family.DefaultMegahertz ?? 525 };
        prepare?.Invoke(this);
        Driver = new ChipChain(change?.Invoke(options) ?? options, Board, Work, Clock, Log.Add);
    }

    public HeldClock Clock { get; }

    public SimulatedChain Chips { get; }

    public BenchBoard Board { get; }

    public BenchWork Work { get; }

    public ChipChain Driver { get; }

    public List<string> Log { get; } = [];

    public ChainReport Report => Driver.Report;

    /// <summary>Steps until the condition holds; fails after so many seconds of the held clock.</summary>
    public ChainBench Until(Func<bool> condition, double seconds = 60)
    {
        long start = Clock.GetTimestamp();
        while (!condition())
        {
            Assert.True(Clock.GetElapsedTime(start).TotalSeconds < seconds,
                $"not within {seconds} s: {Report.State}, {Report.Reason}, {Report.Counts}\n{string.Join('\n', Log.TakeLast(20))}");
            StepOnce();
        }
        return this;
    }

    public ChainBench Until(ChainState state, double seconds = 60) => Until(() => Report.State == state, seconds);

    /// <summary>Steps for so many seconds of the held clock.</summary>
    public ChainBench For(double seconds)
    {
        long start = Clock.GetTimestamp();
        while (Clock.GetElapsedTime(start).TotalSeconds < seconds)
        {
            StepOnce();
        }
        return this;
    }

    public void Dispose() => Driver.Dispose();

    private void StepOnce()
    {
        TimeSpan pause = Driver.Step();
        if (pause > TimeSpan.Zero)
        {
            Clock.Advance(pause);
        }
    }
}
