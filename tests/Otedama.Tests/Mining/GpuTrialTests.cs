using Otedama.Interop;
using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>Which geometry is kept.</summary>
public sealed class GpuTrialTests
{
    private static readonly FlavourInfo[] s_three =
    [
        new(1, "group 64", true, true, 1), new(2, "group 128", true, false, 1), new(3, "group 256", true, false, 1),
    ];

    private readonly List<GpuTried> _decided = [];

    [Fact]
    public void Each_is_scanned_for_some_seconds_and_the_fastest_is_kept()
    {
        GpuTrial trial = new(s_three, null, _decided.Add);
        List<string> scanned = [];
        while (!trial.IsOver)
        {
            scanned.Add(trial.Flavour.Name);
            trial.OnScan(trial.Flavour.Index == 2 ? 300 : 250, TimeSpan.FromSeconds(0.25));
            Assert.True(scanned.Count < 100);
        }
        Assert.Equal(["group 64", "group 128", "group 256"], scanned.Distinct());
        Assert.Equal(3 * 20, scanned.Count); // a second that does not count and four that do
        GpuTried tried = Assert.Single(_decided);
        Assert.Equal(("group 128", 1200.0), (tried.Flavour, tried.Rate));
        Assert.Equal([1000.0, 1200.0, 1000.0], tried.All.Select(static each => each.Rate));
        Assert.Equal("group 128", trial.Flavour.Name);
        trial.OnScan(1, TimeSpan.FromDays(1));
        Assert.Single(_decided);
    }

    [Fact]
    public void A_percent_more_is_chance_and_the_first_one_stays()
    {
        GpuTrial trial = new(s_three, null, _decided.Add);
        Finish(trial, static flavour => flavour.Index == 3 ? 101 : 100);
        Assert.Equal("group 64", Assert.Single(_decided).Flavour);
    }

    [Fact]
    public void What_is_known_is_not_measured_and_a_name_that_is_gone_is_not_known()
    {
        GpuTrial known = new(s_three, "group 256", _decided.Add);
        Assert.Equal(("group 256", true), (known.Flavour.Name, known.IsOver));
        GpuTrial gone = new(s_three, "group 512", _decided.Add);
        Assert.Equal(("group 64", false), (gone.Flavour.Name, gone.IsOver));
        GpuTrial only = new([s_three[0]], null, _decided.Add);
        Assert.True(only.IsOver);
        Assert.Empty(_decided);
    }

    [Fact]
    public void Where_none_runs_the_spare_one_does_and_only_that_once()
    {
        FlavourInfo spare = new(4, "any program", true, false, 1, Slow: true);
        GpuTrial trial = new(s_three, null, _decided.Add, spare);
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => trial.OnRefused()));
        Assert.Equal(spare, trial.Flavour);
        GpuTrial without = new(s_three, null, _decided.Add);
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => without.OnRefused()));
        Assert.Empty(_decided);
    }

    [Fact]
    public void When_what_was_remembered_does_not_run_any_more_all_are_tried_again()
    {
        GpuTrial trial = new(s_three, "group 256", _decided.Add);
        Assert.True(trial.OnRefused());
        Assert.Equal(("group 64", false), (trial.Flavour.Name, trial.IsOver));
        Finish(trial, static flavour => flavour.Index == 2 ? 300 : 100);
        Assert.Equal("group 128", Assert.Single(_decided).Flavour);
    }

    [Fact]
    public void One_that_does_not_run_is_passed_over()
    {
        GpuTrial trial = new(s_three, null, _decided.Add);
        Assert.True(trial.OnRefused());
        Assert.Equal("group 128", trial.Flavour.Name);
        Finish(trial, static _ => 100);
        Assert.Equal(("group 128", 0.0), (trial.Flavour.Name, Assert.Single(_decided).All[0].Rate));
    }

    [Fact]
    public void When_none_runs_the_refusal_is_told()
    {
        GpuTrial trial = new(s_three, null, _decided.Add);
        Assert.True(trial.OnRefused());
        Assert.True(trial.OnRefused());
        Assert.False(trial.OnRefused());
        Assert.False(trial.OnRefused()); // the engine that is made after a pause
        Assert.Empty(_decided);
    }

    private static void Finish(GpuTrial trial, Func<FlavourInfo, double> hashes)
    {
        for (int i = 0; i < 1000 && !trial.IsOver; i++)
        {
            trial.OnScan(hashes(trial.Flavour), TimeSpan.FromSeconds(0.25));
        }
        Assert.True(trial.IsOver);
    }
}
