using System.Diagnostics;
using System.Globalization;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Numbers for the note; run by hand. Time on the simulator's side of the link is not the driver's.</summary>
public sealed class ChipChainMeasures(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public void Chain_of_126()
    {
        using ChainBench bench = new(ChipFamilies.Bm1362, 126, static options => options with { Domains = 14 }, relaxed: 8);
        bench.Until(ChainState.Mining, 120); // warm
        bench.Driver.Restart();
        bench.For(0.1);
        Measure("enumerated", () => bench.Until(ChainState.Enumerated, 60), bench);
        Measure("configured and ramped", () => bench.Until(ChainState.Mining, 120), bench);
        List<double> latencies = [];
        bench.Work.OnFound = () => latencies.Add(Stopwatch.GetElapsedTime(bench.Board.Link!.HandedAt).TotalMicroseconds);
        long jobs = bench.Chips.Jobs;
        double cpu = Measure("mining for 300 s", () => bench.For(300), bench);
        latencies.Sort();
        double terahashes = bench.Report.ExpectedHashrate / 1e12;
        Say($"{terahashes:0.0} TH/s, {latencies.Count} nonces, {bench.Chips.Jobs - jobs} jobs");
        Say($"{cpu / 300 / terahashes * 1e6:0.0} us a second and TH/s, {cpu / 300 * 100:0.000} % of a core");
        Say($"last byte read to Found: median {latencies[latencies.Count / 2]:0.0} us, 99 % {latencies[latencies.Count * 99 / 100]:0.0} us");
    }

    private double Measure(string what, Action act, ChainBench bench)
    {
        long begun = Stopwatch.GetTimestamp(), held = bench.Clock.GetTimestamp();
        TimeSpan elsewhere = bench.Board.Link!.Elsewhere;
        act();
        double simulator = (bench.Board.Link!.Elsewhere - elsewhere).TotalSeconds;
        double driver = Stopwatch.GetElapsedTime(begun).TotalSeconds - simulator;
        double seconds = bench.Clock.GetElapsedTime(held).TotalSeconds;
        Say($"{what}: {seconds:0.00} s of the held clock, driver {driver * 1e3:0.0} ms, simulator {simulator * 1e3:0} ms");
        return driver;
    }

    private void Say(FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
