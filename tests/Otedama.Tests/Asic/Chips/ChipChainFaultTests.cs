using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Every fault ends in the state that is named for it, and out of it again where there is a way.</summary>
public sealed class ChipChainFaultTests
{
    [Theory]
    [InlineData(3, "chip 4 of 6 missing: 3 answered")]
    [InlineData(0, "chip 1 of 6 missing: none answered")]
    public void A_missing_chip_is_named_and_given_up_after_the_ladder(int cutAt, string reason)
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1366, 6);
        bench.Chips.Faults.CutAt = cutAt;
        bench.Until(ChainState.Faulted, 60);
        Assert.StartsWith(reason, bench.Report.Reason);
        Assert.False(bench.Report.NeedsHelp);
        Assert.True(bench.Chips.IsHeld);
        bench.Until(() => bench.Report.NeedsHelp, 400);
        Assert.Contains(reason, bench.Report.Reason);
        Assert.Contains("off", bench.Board.Told); // the power cycle
        bench.Chips.Faults.CutAt = null;
        bench.For(60);
        Assert.Equal(ChainState.Faulted, bench.Report.State);
        bench.Driver.Restart();
        bench.Until(ChainState.Mining, 60);
    }

    [Fact]
    public void Another_chip_than_the_configured_is_refused_at_once()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1370, 1);
        bench.Chips.Faults.Id = 0x13680000;
        bench.Until(ChainState.Faulted, 30);
        Assert.True(bench.Report.NeedsHelp);
        Assert.Contains("BM1368 answers (chip id 13680000) where BM1370 is expected", bench.Report.Reason);
    }

    [Fact]
    public void More_chips_than_configured_are_refused()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1370, 2, static options => options with { Chips = 1 });
        bench.Until(ChainState.Faulted, 30);
        Assert.Contains("2 chips answered where 1 are expected", bench.Report.Reason);
    }

    [Fact]
    public void Without_a_number_as_many_are_taken_as_answer()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1362, 126, static options => options with { Chips = null });
        bench.Until(ChainState.Mining, 90);
        Assert.Equal(126, bench.Report.Chips.Count);
        Assert.Equal(3_125_000, bench.Report.Rate); // the script for chains
    }

    [Fact]
    public void A_dead_chip_is_a_weak_chip()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1366, 6);
        bench.Chips.Faults.Dead.Add(2);
        bench.Until(() => bench.Report.Chips.Count == 6 && bench.Report.Chips[2].IsWeak, 400);
        Assert.Equal(ChainState.Mining, bench.Report.State);
        Assert.Equal([2], bench.Report.Chips.Where(static chip => chip.IsWeak).Select(static chip => chip.Index));
        Assert.Single(bench.Log, static line => line.Contains("chip 3 of 6 is weak", StringComparison.Ordinal));
    }

    [Fact]
    public void A_chip_at_half_its_rate_is_weak_and_one_at_nine_tenths_is_not()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1370, 2);
        bench.Chips.Faults.Weak[1] = 0.5;
        bench.Until(() => bench.Report.Chips.Count == 2 && bench.Report.Chips[1].IsWeak, 1000);
        Assert.False(bench.Report.Chips[0].IsWeak);
        using ChainBench other = Bench(ChipFamilies.Bm1370, 2);
        other.Chips.Faults.Weak[1] = 0.9;
        other.Until(ChainState.Mining).For(600);
        Assert.DoesNotContain(other.Report.Chips, static chip => chip.IsWeak);
    }

    [Fact]
    public void Silence_is_brought_up_anew_then_laddered_then_given_up()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1370, 1);
        bench.Chips.Faults.FindsNothing = true;
        bench.Until(ChainState.Mining).Until(() => bench.Report.Counts.Restarts == 1, 60);
        Assert.Contains("no valid nonce", bench.Report.Reason);
        Assert.Contains("counters go on", bench.Report.Reason);
        bench.Until(ChainState.Faulted, 200);
        Assert.Equal(1, bench.Report.Rung);
        bench.Until(ChainState.Mining, 200);
        Assert.Equal(518.75, bench.Report.Megahertz!.Value, 0.01);
        bench.Until(() => bench.Report.Rung == 2, 200).Until(ChainState.Mining, 200);
        Assert.Equal(115_200, bench.Report.Rate);
        bench.Until(() => bench.Report.Rung == 3, 200);
        Assert.Contains("after a power cycle", bench.Report.Reason);
        bench.Until(() => bench.Report.NeedsHelp, 400);
        Assert.Equal(ChainState.Faulted, bench.Report.State);
        Assert.StartsWith("given up: no valid nonce", bench.Report.Reason);
        Assert.InRange(bench.Report.Faults.Count, 5, ChipChain.FaultsMax);
        bench.For(600);
        Assert.Equal(ChainState.Faulted, bench.Report.State);
    }

    [Theory]
    [InlineData("stuck")]
    [InlineData("job")]
    [InlineData("nonce")]
    public void Nonces_that_are_none_are_a_fault(string kind)
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1370, 1);
        bench.Until(ChainState.Mining).For(5);
        (bench.Chips.Faults.StuckNonce, bench.Chips.Faults.WrongJobId, bench.Chips.Faults.WrongNonce) = (kind == "stuck", kind == "job", kind == "nonce");
        int good = bench.Work.Nonces.Count;
        bench.Until(() => bench.Report.Counts.Restarts > 0, 120);
        Assert.InRange(bench.Work.Nonces.Count - good, 0, 2);
        Assert.Contains("wrong or the same again", bench.Report.Faults[0].Reason);
        bench.Until(ChainState.Faulted, 300);
        bench.Chips.Faults.StuckNonce = bench.Chips.Faults.WrongJobId = bench.Chips.Faults.WrongNonce = false;
        bench.Until(ChainState.Mining, 60).For(30);
        Assert.Equal(ChainState.Mining, bench.Report.State);
        Assert.True(bench.Work.Nonces.Count > good + 5);
    }

    [Fact]
    public void A_storm_below_the_ticket_gets_its_ticket_again_and_then_is_a_fault()
    {
        BenchWork work = new() { ShareTarget = Otedama.Core.Target.FromDifficulty(1e6, Otedama.Core.Target.BitcoinOne) };
        using ChainBench bench = new(ChipFamilies.Bm1370, 1, relaxed: 8, work: work);
        bench.Until(ChainState.Mining);
        bench.Chips.Faults.NonceStorm = true;
        // What comes has 8 zero bits: to a driver that asked for 32 and the ticket these are hash errors, and there are far too many.
        bench.Until(() => bench.Report.Counts.Restarts > 0, 60);
        Assert.Contains("do not hash", bench.Report.Faults[0].Reason);
        Assert.Empty(work.Nonces);
        bench.Until(ChainState.Faulted, 200);
    }

    [Fact]
    public void Frames_with_broken_bytes_cost_themselves_only()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1370, 2);
        bench.Until(ChainState.Mining);
        bench.Chips.Faults.Drop = bench.Chips.Faults.Duplicate = bench.Chips.Faults.Corrupt = 0.01;
        bench.For(300);
        ChainReport report = bench.Report;
        Assert.Equal(ChainState.Mining, report.State);
        Assert.True(report.Counts.CrcErrors > 0 && report.Counts.ResyncBytes > 0);
        Assert.Equal(0, report.Counts.Restarts);
        // A frame has 11 bytes with three chances of 1 % each: at least two of three come through.
        Assert.True(report.Counts.Good > bench.Chips.Found * 0.6, $"{report.Counts.Good} of {bench.Chips.Found}");
    }

    [Fact]
    public void Chips_that_garble_at_the_fast_rate_are_left_at_the_slow_one()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1370, 2, prepare: static bench => bench.Chips.Faults.FastRateGarbles = true);
        bench.Until(ChainState.Mining, 60).For(20);
        Assert.Equal(115_200, bench.Report.Rate);
        Assert.True(bench.Work.Nonces.Count > 0);
        Assert.Contains(bench.Log, static line => line.Contains("staying at 115200", StringComparison.Ordinal));
        Assert.Equal(0, bench.Report.Counts.Restarts);
    }

    [Fact]
    public void A_link_that_cannot_be_as_fast_stays_slow()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1362, 126, prepare: static bench => bench.Board.RateMax = 921_600);
        bench.Until(ChainState.Mining, 120).For(10);
        Assert.Equal(115_200, bench.Report.Rate);
        Assert.True(bench.Work.Nonces.Count > 10);
    }

    [Fact]
    public void A_hang_is_ended_by_a_reset()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1368, 1);
        bench.Until(ChainState.Mining).For(1);
        bench.Chips.Faults.HangAfter = TimeSpan.FromSeconds(20);
        bench.Until(() => bench.Report.Counts.Restarts == 1, 120);
        bench.Chips.Faults.HangAfter = null;
        int good = bench.Work.Nonces.Count;
        bench.Until(ChainState.Mining).Until(() => bench.Work.Nonces.Count > good + 5, 60);
    }

    [Fact]
    public void A_brown_out_is_noticed_and_brought_up_anew()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1370, 65, static options => options with { Domains = 13 });
        bench.Until(ChainState.Mining, 90).For(2);
        bench.Chips.BrownOut();
        Assert.InRange(bench.Chips.Rate, 115_000, 116_000);
        bench.Until(() => bench.Report.Counts.Restarts == 1, 30).Until(ChainState.Mining, 90);
        int good = bench.Work.Nonces.Count;
        bench.Until(() => bench.Work.Nonces.Count > good + 5, 60);
    }

    [Fact]
    public void Counters_that_stand_still_while_nonces_come_are_a_fault()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1370, 2);
        bench.Until(ChainState.Mining).For(20);
        Assert.InRange(bench.Report.CounterHashrate!.Value / bench.Report.ExpectedHashrate, 0.9, 1.1);
        bench.Chips.Faults.StillCounters = true;
        bench.Until(() => bench.Report.Counts.Restarts == 1, 60);
        Assert.Contains("hash counters stand still", bench.Report.Faults[0].Reason);
    }

    [Fact]
    public void An_unplugged_board_is_absent_and_mines_again_when_it_is_back()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1366, 1);
        bench.Until(ChainState.Mining).For(5);
        bench.Board.Unplug();
        bench.Until(ChainState.Absent, 1).For(300);
        Assert.Equal("bench board: not there; plug it in", bench.Report.Reason);
        bench.Board.IsAbsent = false;
        int good = bench.Work.Nonces.Count;
        bench.Until(ChainState.Mining, 60).Until(() => bench.Work.Nonces.Count > good + 3, 60);
        Assert.Equal(0, bench.Report.Counts.Restarts);
    }

    [Theory]
    [InlineData(LinkFault.Stalled)]
    [InlineData(LinkFault.Timeout)]
    [InlineData(LinkFault.Io)]
    public void A_link_that_fails_is_opened_anew(LinkFault fault)
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1366, 1);
        bench.Until(ChainState.Mining).For(5);
        bench.Board.Link!.Next = fault;
        bench.Until(() => bench.Report.Counts.Restarts == 1, 1).Until(ChainState.Mining, 60);
        Assert.Equal(2, bench.Board.Opened);
        Assert.Contains(fault.ToString(), bench.Report.Faults[0].Reason);
    }

    [Fact]
    public void A_reset_line_that_something_else_holds_is_named()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1366, 1, prepare: static bench => bench.Board.ResetStuckLow = true);
        bench.Until(ChainState.Faulted, 60);
        Assert.Contains("still reads low", bench.Report.Reason);
    }

    [Fact]
    public void Heat_lowers_the_clock_step_by_step_and_it_comes_back()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1370, 1);
        bench.Board.Celsius = 60;
        bench.Board.Model = () => bench.Report.Megahertz > 450 ? 78 : 66;
        bench.Until(ChainState.Mining).Until(ChainState.Throttled, 60).Until(() => bench.Report.Megahertz <= 450, 120);
        Assert.Contains("because of heat", bench.Report.Reason);
        Assert.Contains(bench.Log, static line => line.Contains("throttled: 500 MHz instead of 525", StringComparison.Ordinal));
        bench.Board.Model = null;
        bench.Until(() => bench.Report is { State: ChainState.Mining, Megahertz: 525 }, 300);
        Assert.Equal(0, bench.Report.Counts.Restarts);
    }

    [Fact]
    public void Too_hot_is_stopped_cooled_and_begun_again_with_less()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1370, 1, static options => options with { Millivolts = 1150 });
        bench.Until(ChainState.Mining).For(5);
        bench.Board.Celsius = 93;
        bench.Until(ChainState.Cooling, 5);
        Assert.True(bench.Chips.IsHeld);
        Assert.False(bench.Chips.IsPowered);
        Assert.Equal(100, bench.Board.Fan);
        bench.For(120);
        Assert.Equal(ChainState.Cooling, bench.Report.State);
        bench.Board.Celsius = 40;
        bench.Until(ChainState.Mining, 60);
        Assert.Equal((425, 1050), (bench.Report.Megahertz, bench.Board.Millivolts));
    }

    [Fact]
    public void What_does_not_cool_is_given_up()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1366, 1);
        bench.Until(ChainState.Mining);
        bench.Board.RegulatorCelsius = 150;
        bench.Until(ChainState.Cooling, 5).Until(ChainState.Faulted, 2000);
        Assert.True(bench.Report.NeedsHelp);
        Assert.Contains("the regulator has 150", bench.Report.Reason);
    }

    [Fact]
    public void No_clock_is_set_without_a_temperature_unless_unlocked()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1397, 1, prepare: static bench => bench.Board.Celsius = null);
        bench.Until(ChainState.Faulted, 60);
        Assert.Contains("temperature", bench.Report.Reason);
        Assert.DoesNotContain(bench.Chips.Heard, static frame => frame.StartsWith("55aa51090008", StringComparison.Ordinal));
        using ChainBench unlocked = Bench(ChipFamilies.Bm1397, 1, static options => options with { Unlocked = true }, static bench => bench.Board.Celsius = null);
        unlocked.Until(ChainState.Mining);
    }

    [Fact]
    public void A_temperature_that_is_lost_stops_everything()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1370, 1, static options => options with { Unlocked = true });
        bench.Until(ChainState.Mining).For(5);
        bench.Board.Celsius = null;
        bench.For(3);
        Assert.Equal(ChainState.Mining, bench.Report.State);
        bench.Until(() => bench.Report.Counts.Restarts == 1, 6);
        Assert.Contains("could not be read 3 times in a row", bench.Report.Faults[0].Reason);
    }

    [Fact]
    public void A_fault_of_the_regulator_is_a_fault_of_the_chain()
    {
        using ChainBench bench = Bench(ChipFamilies.Bm1370, 1);
        bench.Until(ChainState.Mining);
        bench.Board.Fault = "output over current";
        bench.Until(ChainState.Faulted, 120);
        Assert.Contains("output over current", bench.Report.Reason);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        Assert.Equal(Run(), Run());

        static string Run()
        {
            using ChainBench bench = Bench(ChipFamilies.Bm1370, 2);
            bench.Chips.Faults.Corrupt = 0.002;
            bench.Until(ChainState.Mining).For(60);
            return string.Join(' ', bench.Work.Nonces.Select(static nonce => nonce.StratumNonce)) + bench.Report.Counts;
        }
    }

    private static ChainBench Bench(ChipFamily family, int chips, Func<ChainOptions, ChainOptions>? change = null, Action<ChainBench>? prepare = null) =>
        new(family, chips, change, relaxed: 8, prepare: prepare);
}
