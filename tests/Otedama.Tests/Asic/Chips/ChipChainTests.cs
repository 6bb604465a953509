using System.Text.Json;
using Otedama.Asic;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Every family with the chain simulator: enumerated, ramped, mining.</summary>
public sealed class ChipChainTests
{
    public static TheoryData<string, int, int> Chains => new()
    {
        { "BM1397", 1, 1 }, { "BM1397", 6, 1 }, { "BM1362", 1, 1 }, { "BM1362", 6, 1 }, { "BM1362", 126, 14 }, { "BM1366", 1, 1 }, { "BM1366", 6, 3 },
        { "BM1368", 1, 1 }, { "BM1368", 6, 3 }, { "BM1370", 1, 1 }, { "BM1370", 2, 1 }, { "BM1370", 6, 1 }, { "BM1370", 65, 13 },
        { "BM1372", 1, 1 }, { "BM1373", 2, 1 }, { "BM1373", 6, 1 }, { "BM1387", 2, 1 }, { "BM1387", 12, 1 },
    };

    [Theory]
    [MemberData(nameof(Chains))]
    public void A_chain_is_enumerated_ramped_and_mines_what_it_really_finds(string name, int chips, int domains)
    {
        ChipFamily family = ChipFamilies.ByName(name)!;
        using ChainBench bench = new(family, chips, options => options with { Domains = domains }, relaxed: 8);
        bench.Until(ChainState.Mining, 90).Until(() => bench.Work.Nonces.Count >= 40, 200);

        ChainReport report = bench.Report;
        Assert.Equal(chips, bench.Chips.Chips.Select(static chip => chip.Address).Distinct().Count());
        Assert.Equal(chips, report.Chips.Count);
        Assert.Equal(family.DefaultMegahertz ?? 525, bench.Chips.Chips[^1].Megahertz, 1.0);
        Assert.Equal(0, bench.Chips.BadFrames);
        Assert.Equal(0, report.Counts.HashErrors + report.Counts.UnknownJobs + report.Counts.OutsideMask + report.Counts.CrcErrors);
        Assert.Equal(0, report.Counts.Restarts);
        Assert.All(bench.Work.Nonces, nonce =>
        {
            Assert.Equal(nonce.Hash, nonce.Job.HeaderWith(nonce.Version, nonce.Nonce).FieldsHash);
            Assert.True(ChipHash.LeadingZeros(nonce.Hash) >= 8);
            Assert.Equal(nonce.Job.Version & ~0x1fffe000u, nonce.Version & ~0x1fffe000u);
            Assert.InRange(nonce.Chip, 0, chips - 1);
        });
        Assert.Equal(bench.Work.Nonces.Count, bench.Work.Nonces.Select(static nonce => (nonce.Job.Tag, nonce.Version, nonce.Nonce)).Distinct().Count());
        if (chips <= 6)
        {
            Assert.Equal(chips, bench.Work.Nonces.Select(static nonce => nonce.Chip).Distinct().Count());
        }
        if (!family.TakesMidstates)
        {
            Assert.True(bench.Work.Nonces.Select(static nonce => nonce.VersionBits).Distinct().Count() > 1);
        }
        Assert.InRange(report.ExpectedHashrate / family.Hashrate(family.DefaultMegahertz ?? 525, chips), 0.99, 1.01);
        bench.For(1.5);
        Assert.InRange(bench.Report.NonceHashrate!.Value / report.ExpectedHashrate, 0.3, 3);
    }

    [Theory]
    [MemberData(nameof(Chains))]
    public void A_chain_mines_known_answers(string name, int chips, int domains)
    {
        ChipFamily family = ChipFamilies.ByName(name)!;
        byte[] genesis = ChipVectors.Known("genesis").Bytes("header"), first = ChipVectors.Known("height 1").Bytes("header"),
            large = ChipVectors.Known("height 125552").Bytes("header"), rolled = ChipVectors.All.GetProperty("roundTrip").Bytes("rebuilt_header");
        // Version 1 has a bit that no chip reaches; the captured share has rolled bits, which BM1397 comes to only as midstate 0 of its own base.
        BenchWork work = new(BenchWork.JobOf(genesis, 0x1fffe000), BenchWork.JobOf(first, 0x1fffe000), BenchWork.JobOf(large, 0x1fffe000),
            BenchWork.JobOf(rolled, family.TakesMidstates ? 0 : 0x1fffe000u));
        using ChainBench bench = new(family, chips, options => options with { Domains = domains, TicketDifficulty = 1 }, work: work);
        foreach (byte[] header in (byte[][])[genesis, first, large, rolled])
        {
            bench.Chips.Answers.Add(header);
        }
        bench.Until(ChainState.Mining, 90).Until(() => work.Nonces.Select(static nonce => nonce.Nonce).Distinct().Count() == 4, 20);
        foreach (JsonElement known in ChipVectors.All.GetProperty("known").EnumerateArray())
        {
            ChipNonce nonce = work.Nonces.First(nonce => nonce.Hash.ToString() == known.Said("hash_be"));
            Assert.Equal(known.GetProperty("difficulty").GetDouble(), nonce.Difficulty, known.GetProperty("difficulty").GetDouble() * 1e-3);
        }
        ChipNonce captured = work.Nonces.First(static nonce => nonce.StratumNonce == "7552034c");
        Assert.Equal(family.TakesMidstates ? 0u : 0x00b44000u, captured.VersionBits);
        Assert.Equal(0x20b44000u, captured.Version);
    }

    [Theory]
    [InlineData("BM1366")]
    [InlineData("BM1370")]
    [InlineData("BM1373")]
    public void An_honest_search_does_honest_hashes(string name)
    {
        using ChainBench bench = new(ChipFamilies.ByName(name)!, 2, search: 5_000);
        bench.Until(ChainState.Mining).For(5);
        Assert.InRange(bench.Chips.HashesDone, 10_000, 30_000);
        Assert.Equal(0, bench.Report.Counts.HashErrors);
    }

    [Fact]
    public void A_new_generation_gets_a_job_at_once_and_the_old_nonces_are_stale()
    {
        using ChainBench bench = new(ChipFamilies.Bm1366, 1, static options => options with { TicketDifficulty = 8 }, relaxed: 8);
        bench.Until(() => bench.Work.Nonces.Count > 0).For(1.1);
        long jobs = bench.Chips.Jobs;
        bench.Work.Generation++;
        bench.For(0.03);
        Assert.Equal(jobs + 1, bench.Chips.Jobs);
        bench.For(5);
        Assert.Contains(bench.Work.Nonces, static nonce => nonce.Job.Generation == 1);
        bench.Work.IsIdle = true;
        bench.Work.Generation++;
        int seen = bench.Work.Nonces.Count;
        bench.For(4);
        Assert.Equal(seen, bench.Work.Nonces.Count);
        Assert.True(bench.Report.Counts.Stale > 5);
    }

    [Fact]
    public void Without_work_the_chips_are_halted_and_go_on_with_it()
    {
        using ChainBench bench = new(ChipFamilies.Bm1370, 2, relaxed: 8);
        bench.Until(ChainState.Mining).For(2);
        bench.Work.IsIdle = true;
        bench.For(300);
        Assert.Equal(ChainState.Mining, bench.Report.State);
        Assert.Equal("there is no work: the chips are halted", bench.Report.Reason);
        Assert.Equal(0u, bench.Chips.Chips[1][0x10]);
        Assert.Equal(0, bench.Report.ExpectedHashrate);
        bench.Work.IsIdle = false;
        int seen = bench.Work.Nonces.Count;
        bench.Until(() => bench.Work.Nonces.Count > seen + 5, 120);
        Assert.Equal(0, bench.Report.Counts.Restarts);
    }

    [Fact]
    public void A_narrow_version_mask_is_told_to_the_chips_and_kept()
    {
        BenchWork work = new() { VersionMask = 0x00ffe000 };
        using ChainBench bench = new(ChipFamilies.Bm1370, 1, relaxed: 8, work: work);
        bench.Until(() => work.Nonces.Count >= 30, 200);
        Assert.Equal(0x900007ffu, bench.Chips.Chips[0][0xa4]);
        Assert.All(work.Nonces, static nonce => Assert.Equal(0x20000000u, nonce.Version & ~0x00ffe000u));
        work.VersionMask = 0;
        bench.For(60);
        Assert.Equal(0x90000000u, bench.Chips.Chips[0][0xa4]);
        Assert.Equal(0x20000000u, work.Nonces[^1].Version);
        Assert.Equal(0, bench.Report.Counts.OutsideMask);
    }

    [Fact]
    public void The_clock_changes_by_a_ramp_while_it_mines()
    {
        using ChainBench bench = new(ChipFamilies.Bm1370, 1, relaxed: 8);
        bench.Until(ChainState.Mining).For(1);
        Assert.Contains("outside of what BM1370", bench.Driver.SetClock(700));
        Assert.Null(bench.Driver.SetClock(600));
        Assert.Null(bench.Driver.SetMillivolts(1200));
        long jobs = bench.Chips.Jobs;
        bench.Until(() => bench.Report.Megahertz == 600, 10);
        Assert.True(bench.Chips.Jobs > jobs);
        Assert.Equal(600, bench.Chips.Chips[0].Megahertz);
        Assert.Equal(1200, bench.Board.Millivolts);
        string[] clocks = [.. bench.Chips.Heard.Where(static frame => frame.StartsWith("55aa51090008", StringComparison.Ordinal))];
        Assert.True(clocks.Length > 80, "in steps");
        Assert.Equal(HashCount.For(ChipFamilies.Bm1370, 1, ChipFamilies.Bm1370.Pll.Nearest(600)), bench.Chips.Chips[0][0x10]);
    }

    [Fact]
    public void Shut_down_leaves_reset_low_regulator_off_and_the_fan_on_for_a_while()
    {
        using ChainBench bench = new(ChipFamilies.Bm1366, 6, relaxed: 8);
        bench.Until(ChainState.Mining).For(1);
        bench.Driver.Stop();
        bench.For(1);
        Assert.False(bench.Driver.IsEnded);
        Assert.True(bench.Chips.IsHeld);
        Assert.False(bench.Chips.IsPowered);
        Assert.Equal("55aa51090010000000001b"[..20], bench.Chips.Heard[^1][..20]);
        bench.Until(() => bench.Driver.IsEnded, 40);
        Assert.Equal(ChainState.Stopped, bench.Report.State);
    }

    [Fact]
    public void A_stick_is_set_up_as_cgminer_does()
    {
        using ChainBench bench = new(ChipFamilies.Bm1397, 1, options => options with { Megahertz = 200, Unlocked = true, TicketDifficulty = 16 });
        bench.Until(ChainState.Ramping);
        string[] expected = [.. ChipVectors.All.GetProperty("cgminerCompacF").EnumerateArray().Select(static frame => frame.GetString()!).Take(14)];
        Assert.Equal(expected, bench.Chips.Heard.Take(14));
        bench.Until(ChainState.Mining);
        Assert.Equal(200, bench.Chips.Chips[0].Megahertz);
        Assert.Equal(1_562_500, bench.Report.Rate);
    }

    [Theory]
    [InlineData("BM1370")]
    [InlineData("BM1373")]
    [InlineData("BM1397")]
    public void A_board_without_a_reset_line_finds_its_chips_again_at_the_fast_rate(string name)
    {
        using ChainBench bench = new(ChipFamilies.ByName(name)!, 1, relaxed: 8,
            prepare: static bench => (bench.Board.HasReset, bench.Board.HasRegulator) = (false, false));
        bench.Until(ChainState.Mining).For(2);
        Assert.InRange(bench.Chips.Rate, 1_000_000, 4_000_000);
        bench.Driver.Restart();
        bench.For(1).Until(ChainState.Mining).For(10);
        Assert.True(bench.Work.Nonces.Count > 0);
        Assert.Equal(0, bench.Report.Counts.Restarts);
    }

    [Fact]
    public void A_step_that_takes_too_long_has_a_deadline_and_a_reason()
    {
        using ChainBench bench = new(ChipFamilies.Bm1370, 1, relaxed: 8);
        bench.Until(ChainState.Reset);
        bench.Clock.Advance(25);
        bench.Until(() => bench.Report.Faults.Count == 1, 1);
        Assert.Equal("the chips did not answer and take their addresses within 20 s", bench.Report.Faults[0].Reason);
        bench.Until(ChainState.Ramping);
        bench.Clock.Advance(120);
        bench.Until(() => bench.Report.Faults.Count == 2, 1);
        Assert.StartsWith("the clock did not come to 525 MHz within", bench.Report.Faults[1].Reason);
        bench.Until(ChainState.Mining);
    }

    [Fact]
    public void A_script_can_be_named()
    {
        using ChainBench bench = new(ChipFamilies.Bm1370, 1, static options => options with { Script = "compac-a2", TicketDifficulty = 16 }, relaxed: 8);
        bench.Until(() => bench.Work.Nonces.Count > 20, 120);
        Assert.Equal(115_200, bench.Report.Rate);
        Assert.Equal(0x00130007u, bench.Chips.Chips[0][0x2c]);
        bench.For(1.5);
        ChipReport chip = Assert.Single(bench.Report.Chips);
        Assert.InRange(bench.Driver.CoreNonces(0).Sum() - chip.Nonces, 0, 50); // a report is at most a second old
        Assert.InRange(chip.Ratio!.Value, 0.3, 3);
        Assert.Empty(bench.Driver.CoreNonces(1));
    }

    [Fact]
    public void States_come_in_order_each_with_a_reason()
    {
        using ChainBench bench = new(ChipFamilies.Bm1368, 6, relaxed: 8);
        bench.Until(ChainState.Mining);
        Assert.Equal(["opened", "reset", "enumerated", "configured", "ramping", "mining"], bench.Log.Select(static line => line.Split(": ")[1]));
        Assert.All(bench.Log, static line => Assert.True(line.Split(": ").Length >= 3));
    }

    [Fact]
    public void Every_script_reads_the_ids_at_the_same_line() => Assert.All(ChipFamilies.All, static family =>
    {
        Assert.NotNull(family.ScriptFor(1, null));
        InitScript[] byNumber = [.. family.Scripts.Where(static script => script.ChipsFrom is not null)];
        Assert.Single(byNumber.Select(static script => script.Steps.ToList().FindIndex(static step => step.Verb == InitVerb.ReadIds)).Distinct());
        Assert.Single(byNumber.Select(static script => script.Steps.Count(static step => step.Verb == InitVerb.Ramp)).Distinct());
    });

    [Fact]
    public void Names_and_ids_are_known_and_others_are_not()
    {
        Assert.Equal("BM1373", ChipFamilies.ByName("bm1372")?.Name);
        Assert.Equal("BM1397", ChipFamilies.ById(0x13971800)?.Name);
        Assert.Equal("BM1362", ChipFamilies.ById(0x136203fc)?.Name);
        Assert.Null(ChipFamilies.ById(0x13620000));
        Assert.Null(ChipFamilies.ByName("BM1398"));
    }

    [Theory]
    [InlineData("chips = 0")]
    [InlineData("domains = 4")]
    [InlineData("clock = 900 MHz")]
    [InlineData("voltage = 1900 mV")]
    [InlineData("ticket = 3")]
    [InlineData("init = \"none\"")]
    public void Options_that_cannot_be_are_refused_with_what_is_allowed(string begin)
    {
        ChainOptions good = new() { Family = ChipFamilies.Bm1370, Chips = 65 };
        Assert.Null(good.Check());
        ChainOptions bad = begin.Split(' ')[0] switch
        {
            "chips" => good with { Chips = 0 },
            "domains" => good with { Domains = 4 },
            "clock" => good with { Megahertz = 900 },
            "voltage" => good with { Millivolts = 1900 },
            "ticket" => good with { TicketDifficulty = 3 },
            _ => good with { Script = "none" },
        };
        Assert.StartsWith(begin, bad.Check());
        Assert.Null((good with { Megahertz = 900, Unlocked = true }).Check());
    }
}
