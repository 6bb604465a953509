using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>What chips say of themselves, and which chips answer where others are expected.</summary>
public sealed class ChipSenseTests
{
    [Fact]
    public void A_BM1368_takes_its_own_temperature_and_is_stopped_by_it()
    {
        using ChainBench bench = new(ChipFamilies.Bm1368, 2, relaxed: 8);
        bench.Until(ChainState.Mining);
        Assert.Null(bench.Report.Chips[0].Celsius);
        bench.Chips.Chips[0][0xb4] = Celsius(40);
        bench.Chips.Chips[1][0xb4] = Celsius(66);
        bench.For(12);
        Assert.Equal((40.0, 66.0), (bench.Report.Chips[0].Celsius!.Value, bench.Report.Chips[1].Celsius!.Value), (a, b) => Math.Abs(a.Item1 - b.Item1) < 0.2 && Math.Abs(a.Item2 - b.Item2) < 0.2);
        Assert.Equal(66, bench.Report.Reading.ChipCelsius!.Value, 0.2); // the board's sensor says 50
        string[] told = [.. bench.Chips.Heard.Where(static frame => frame.StartsWith("55aa510900b0", StringComparison.Ordinal)).Select(static frame => frame[12..20])];
        Assert.Equal(["00020000", "01020000", "10020000"], told.Take(3));
        bench.Chips.Chips[1][0xb4] = Celsius(95);
        bench.Until(ChainState.Cooling, 20);
        Assert.Contains("the chips have", bench.Report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_thermometer_cannot_mean_is_not_believed_and_an_old_value_is_forgotten()
    {
        using ChainBench bench = new(ChipFamilies.Bm1368, 1, relaxed: 8);
        bench.Until(ChainState.Mining);
        bench.Chips.Chips[0][0xb4] = 0x80000000; // -299 degrees
        bench.For(12);
        Assert.Null(bench.Report.Chips[0].Celsius);
        bench.Chips.Chips[0][0xb4] = Celsius(70);
        bench.For(12);
        Assert.Equal(70, bench.Report.Reading.ChipCelsius!.Value, 0.2);
        bench.Chips.Chips[0][0xb4] = 0; // not ready any more
        bench.For(40);
        Assert.Equal(50, bench.Report.Reading.ChipCelsius);
        Assert.Equal(ChainState.Mining, bench.Report.State);
    }

    [Theory]
    [InlineData("BM1366")]
    [InlineData("BM1370")]
    public void A_chips_own_count_of_errors_begins_where_it_stands(string name)
    {
        using ChainBench bench = new(ChipFamilies.ByName(name)!, 2, relaxed: 8, prepare: static bench => bench.Chips.Chips[1][0x4c] = 0xffffffff);
        bench.Until(ChainState.Mining);
        bench.Chips.Chips[1][0x4c] = 0xffffffff;
        bench.For(12);
        bench.Chips.Chips[1][0x4c] = 6;
        bench.For(12);
        Assert.Equal((0L, 7L), (bench.Report.Chips[0].OwnErrors, bench.Report.Chips[1].OwnErrors));
    }

    [Theory]
    [InlineData("BM1366", "BM1397")]
    [InlineData("BM1397", "BM1366")]
    [InlineData("BM1387", "BM1370")]
    [InlineData("BM1370", "BM1387")]
    [InlineData("BM1373", "BM1362")]
    public void Without_a_reset_line_the_chips_of_another_life_are_named(string there, string expected)
    {
        ChipFamily family = ChipFamilies.ByName(there)!;
        using ChainBench bench = new(family, 1, options => options with { Megahertz = family.DefaultMegahertz ?? family.MegahertzMin }, relaxed: 8,
            prepare: static bench => (bench.Board.HasReset, bench.Board.HasRegulator) = (false, false));
        bench.Until(ChainState.Mining).For(1); // they are left at its fast rate
        ChipFamily wanted = ChipFamilies.ByName(expected)!;
        List<string> log = [];
        using ChipChain other = new(
            new ChainOptions { Family = wanted, Chips = 1, Megahertz = wanted.DefaultMegahertz ?? wanted.MegahertzMin }, bench.Board, bench.Work, bench.Clock, log.Add);
        DateTimeOffset end = bench.Clock.GetUtcNow().AddSeconds(60);
        while (!other.Report.NeedsHelp && bench.Clock.GetUtcNow() < end)
        {
            bench.Clock.Advance(other.Step());
        }
        Assert.True(other.Report.NeedsHelp, string.Join('\n', log));
        Assert.StartsWith($"given up: {family.Name} answers (chip id ", other.Report.Reason, StringComparison.Ordinal);
        Assert.Contains($"where {wanted.Name} is expected", other.Report.Reason, StringComparison.Ordinal);
    }

    private static uint Celsius(double celsius) => 0x80000000 | (uint)Math.Round((celsius + 299.5144) / 0.171342);
}
