using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Shares;
using Xunit;

namespace Otedama.Tests.Pool;

/// <summary>What a connection gets, in virtual time, on a network as hard as Bitcoin's unless a test says otherwise.</summary>
public sealed class SessionDifficultyTests
{
    private const double Hard = 1e14;

    private readonly TestJobs _jobs = new();
    private uint _lastJob;
    private double _now;

    [Theory]
    [InlineData("NiceHash/1.0.0", 524_288, 524_288)]
    [InlineData("Antminer S21/x", 65_536, 1_024)]
    [InlineData("bitaxe/BM1370/v2.13.1", 512, 8)]
    [InlineData("nobody knows", 1, 0)]
    public void Silence_after_login_stops_at_the_floor_of_the_class(string agent, double start, double floor)
    {
        SessionDifficulty session = Begin(new VardiffOptions { TargetSeconds = 3 }, agent);
        Assert.Equal(start, session.Current);
        Silence(session, 96);
        Assert.True(session.Current >= floor, $"{session.Current}");
        int changes = 0;
        while (_now < 200)
        {
            _now += 3.0 / 16 * session.Current / start; // a rig 16 times as fast as its class
            session.OnAccepted(_lastJob, _now);
            changes += SendIfDue(session) && session.Current >= start ? 1 : 0;
            if (session.Current >= start)
            {
                break;
            }
        }
        Assert.InRange(changes, floor == start ? 0 : 1, 1); // one step leads back to where it was
        Assert.True(session.Current >= start);
    }

    [Fact]
    public void A_wish_leads_away_from_the_class_and_from_what_was_measured_within_bounds()
    {
        SessionDifficulty session = Begin(new VardiffOptions { TargetSeconds = 3 }, "unknown", wish: 1e-9);
        Assert.Equal(1.0 / 64, session.Current);
        for (int i = 0; i < 200; i++)
        {
            _now += 3; // right at 1/64
            session.OnAccepted(_lastJob, _now);
            SendIfDue(session);
        }
        foreach ((double wish, double expected) in new[] { (1e-9, 0.125 / 64), (1e9, 8.0 / 64) })
        {
            session.Wish(wish, _now);
            Send(session);
            Assert.InRange(session.Current, expected * 0.9, expected * 1.1);
            session.Wish(1.0 / 64, _now);
            Send(session);
        }
        SessionDifficulty back = Begin(new VardiffOptions { TargetSeconds = 3 }, "unknown", wish: 1e9, remembered: session.Measured(_now));
        Assert.InRange(back.Current, 0.1, 0.15); // 8 times what the worker had shown before
    }

    [Fact]
    public void No_wish_makes_a_share_easier_than_the_algorithm_s_easiest_and_no_network_does()
    {
        foreach (Algorithm algorithm in CoinCatalogue.All.Select(coin => coin.Algorithm).Distinct())
        {
            CoinSpec coin = CoinCatalogue.OtedamaWith(algorithm);
            double easiest = StartDifficulty.MinFor(coin);
            SessionDifficulty session = Begin(new VardiffOptions(), "nerdminer", wish: 1e-9, network: 1e-12, coin: coin);
            Assert.True(session.Current >= easiest * 0.999, $"{algorithm}: {session.Current} and {easiest}");
            Silence(session, 3_600);
            Assert.True(session.Current >= easiest * 0.999, $"{algorithm}: {session.Current} and {easiest}");
        }
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(1000)]
    [InlineData(0.00000001)]
    public void The_operator_s_difficulty_wins_over_the_agent_s_class_exactly(double given)
    {
        foreach (string agent in new[] { "cpuminer/2.5", "NiceHash/1", "unknown" })
        {
            Assert.Equal(given, Begin(new VardiffOptions { Start = given }, agent).Current);
            SessionDifficulty stays = Begin(new VardiffOptions { Fixed = given }, agent, wish: 64, remembered: 5, network: 1e-6);
            Assert.Equal(given, stays.Current);
            stays.Wish(7, _now);
            stays.WishMinimum(99);
            Silence(stays, 1_000);
            Assert.Equal(given, stays.Current);
            for (int i = 0; i < 10_000; i++)
            {
                Assert.True(stays.TryTake(stays.Targets.Current!.Target, _now));
            }
        }
    }

    [Fact]
    public void Known_hardware_is_sent_powers_of_two_whatever_it_asks_for()
    {
        SessionDifficulty session = Begin(new VardiffOptions(), "bitaxe/BM1370/v2.13.1", wish: 1_000);
        Assert.Equal(1_024, session.Current);
        Assert.Equal(60, Begin(new VardiffOptions(), "unknown", wish: 60).Current);
    }

    [Fact]
    public void Work_that_is_sent_again_keeps_its_target_and_the_change_waits_for_other_work()
    {
        SessionDifficulty session = Begin(new VardiffOptions(), "unknown");
        Target before = session.Targets.Current!.Target;
        session.Wish(64, _now);
        Assert.True(session.IsDue);
        Assert.False(session.GradeOf(Job(repeats: _lastJob), _now, out Grade again));
        Assert.Equal(before, again.Target);
        Assert.True(session.IsDue);
        Assert.True(session.GradeOf(Job(), _now, out Grade changed));
        Assert.Equal(64, changed.Difficulty);
        Assert.False(session.IsDue);
    }

    [Fact]
    public void Excess_beyond_the_budget_raises_the_difficulty_at_once_and_once_per_difficulty()
    {
        SessionDifficulty session = Begin(new VardiffOptions { TargetSeconds = 3 }, "unknown");
        Target target = session.Targets.Current!.Target;
        int taken = 0;
        for (int i = 0; i < 1_000; i++)
        {
            _now += 0.001;
            taken += session.TryTake(target, _now) ? 1 : 0;
        }
        Assert.InRange(taken, 50, 54);
        Assert.True(session.IsDue && session.IsUrgent);
        Send(session);
        Assert.InRange(session.Current, 4, 64);
        double raised = session.Current;
        for (int i = 0; i < 1_000; i++)
        {
            session.TryTake(target, _now += 0.001); // still on the old job: refused, and no reason to go on rising
        }
        Assert.False(session.IsDue);
        Assert.Equal(raised, session.Current);
    }

    private SessionDifficulty Begin(
        VardiffOptions options, string agent, double wish = 0, double remembered = 0, double network = Hard, CoinSpec? coin = null)
    {
        coin ??= CoinCatalogue.BitcoinRegtest;
        options.Check();
        SessionDifficulty session = new(options, coin, coarse: coin.Family == HeaderFamily.Bitcoin, _now);
        if (wish > 0)
        {
            session.Wish(wish, _now);
        }
        Job job = Job(Target.FromDifficulty(network, coin.DifficultyOne));
        session.Begin(agent, remembered, job, _now);
        session.GradeOf(job, _now, out _);
        return session;
    }

    private Job Job(Target? network = null, uint repeats = 0)
    {
        Job job = _jobs.Add(_lastJob + 1, network: network ?? Target.FromDifficulty(Hard, Target.BitcoinOne)).Job;
        if (repeats != 0)
        {
            return new Job
            {
                Id = _lastJob + 1,
                Repeats = repeats,
                Generation = 1,
                Algorithm = job.Algorithm,
                Height = 1,
                Recipe = job.Recipe,
                NetworkTarget = job.NetworkTarget,
                ShareTarget = job.ShareTarget,
                Clean = false,
                TimeMin = 0,
                TimeMax = 1,
            };
        }
        _lastJob = job.Id;
        return job;
    }

    private void Silence(SessionDifficulty session, double seconds)
    {
        for (double end = _now + seconds; _now < end; _now += 5)
        {
            session.Retarget(_now);
            SendIfDue(session);
        }
    }

    private bool SendIfDue(SessionDifficulty session)
    {
        bool due = session.IsDue;
        if (due)
        {
            Send(session);
        }
        return due;
    }

    private void Send(SessionDifficulty session) => session.GradeOf(Job(_jobs.TryGetJob(_lastJob, out Job? last) ? last.NetworkTarget : null), _now, out _);
}
