using System.Net;
using System.Text;
using Otedama.Core;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Pool;

public sealed class DownstreamPartsTests
{
    [Fact]
    public void A_job_keeps_the_target_it_was_sent_with_and_unknown_ones_have_none()
    {
        JobTargets targets = new();
        Grade easy = Graded(1), hard = Graded(8);
        targets.Add(100, easy);
        targets.Add(105, hard);
        targets.Add(100, hard); // the same work again, under whatever id
        Assert.True(targets.TryGet(100, out Grade? first));
        Assert.True(targets.TryGet(105, out Grade? second));
        Assert.Equal((easy, hard), (first, second));
        Assert.False(targets.TryGet(104, out _));
        Assert.False(targets.TryGet(106, out _));
    }

    [Fact]
    public void Targets_are_kept_as_long_as_jobs_are_and_the_newest_survive_a_lost_connection()
    {
        JobTargets targets = new();
        Grade[] grades = [Graded(1), Graded(2), Graded(3)];
        for (uint i = 0; i < 1_000; i++)
        {
            targets.Add(unchecked(uint.MaxValue - 500 + i), grades[i % 3]); // ids may wrap around
        }
        JobTargets left = targets.Newest();
        for (uint i = 0; i < 1_000; i++)
        {
            bool known = targets.TryGet(unchecked(uint.MaxValue - 500 + i), out Grade? grade);
            Assert.Equal(i >= 1_000 - JobBookOptions.SharedCapacity, known);
            Assert.Equal(known ? grades[i % 3] : null, grade);
            Assert.Equal(i >= 992, left.TryGet(unchecked(uint.MaxValue - 500 + i), out grade));
        }
        Assert.Equal(grades[0], left.Current);
    }

    private static Grade Graded(double difficulty) => new(difficulty, Target.FromDifficulty(difficulty, Target.BitcoinOne));

    [Fact]
    public void Extranonces_are_not_given_twice_and_wrap()
    {
        ExtranonceAllocator allocator = new(uint.MaxValue - 1);
        uint[] taken = [Take(allocator), Take(allocator), Take(allocator)];
        Assert.Equal([uint.MaxValue - 1, uint.MaxValue, 0u], taken);
        ExtranonceAllocator again = new(5);
        uint kept = Take(again);
        Take(again);
        again.Return(kept);
        Assert.Equal(7u, Take(again));
        Assert.Equal(2, again.UsedCount);
    }

    [Fact]
    public void Resumable_sessions_are_bounded_and_return_their_extranonce()
    {
        ExtranonceAllocator allocator = new(0);
        ResumableSessions sessions = new(allocator, 2, TimeSpan.FromSeconds(60));
        for (ulong i = 1; i <= 3; i++)
        {
            sessions.Keep(i, new ResumedSession(Take(allocator), new JobTargets(), i), 0);
        }
        Assert.Equal(2, allocator.UsedCount);
        Assert.False(sessions.TryTake(1, 1, out _));
        Assert.True(sessions.TryTake(2, 1, out ResumedSession? session));
        Assert.Equal((1u, 2.0), (session.Extranonce, session.Measured));
        Assert.False(sessions.TryTake(2, 1, out _));
        Assert.False(sessions.TryTake(3, 100, out _));
        Assert.Equal(1, allocator.UsedCount);
    }

    [Theory]
    [InlineData("4")]
    [InlineData("null")]
    [InlineData("1234567")]
    [InlineData("12345678")]
    [InlineData("\"a long identifier\"")]
    public void Ids_survive_the_share_path(string id)
    {
        PendingIds ids = new();
        long tag = ids.Put(Encoding.ASCII.GetBytes(id));
        Span<byte> scratch = stackalloc byte[8];
        Assert.Equal(id, Encoding.ASCII.GetString(ids.Take(tag, scratch)));
    }

    [Fact]
    public void Extranonces_end_with_a_refusal_and_one_given_back_is_found()
    {
        ExtranonceAllocator allocator = new(0xabcd_1234, bits: 16);
        HashSet<uint> taken = [];
        for (int i = 0; i < 65_536; i++)
        {
            Assert.True(allocator.TryTake(out uint one));
            Assert.True(taken.Add(one));
        }
        Assert.False(allocator.TryTake(out _));
        allocator.Return(0x1234_0000);
        Assert.True(allocator.TryTake(out uint again));
        Assert.Equal(0x1234_0000u, again);
        Assert.False(allocator.TryTake(out _));
    }

    [Fact]
    public void The_guard_limits_bans_and_forgets()
    {
        GuardOptions options = new()
        {
            Exempt = [],
            ConnectionsPerAddressMax = 3,
            ConnectionsPerSecond = 0.1,
            ConnectionBurst = 6,
            NetworkConnectionsPerSecond = 0,
            ScoreMax = 30,
            BanTime = TimeSpan.FromSeconds(100),
            AddressesMax = 16,
        };
        ConnectionGuard guard = new(options);
        IPAddress address = IPAddress.Parse("203.0.113.1");
        GuardEntry? entry = null;
        for (int i = 0; i < 3; i++)
        {
            entry = guard.TryEnter(address, 0, out bool allowed);
            Assert.True(allowed);
        }
        guard.TryEnter(address, 0, out bool fourth);
        Assert.False(fourth);
        guard.TryEnter(IPAddress.Parse("203.0.113.2"), 0, out bool other);
        Assert.True(other);
        guard.Leave(entry);
        Assert.False(guard.AddPoints(entry, 20, 0));
        Assert.False(guard.AddPoints(entry, 10, 120)); // the 20 points are 5 by now
        Assert.True(guard.AddPoints(entry, 20, 120));
        guard.TryEnter(address, 130, out bool banned);
        Assert.False(banned);
        Assert.Equal(1, guard.CountBanned(130));
        guard.TryEnter(address, 221, out bool forgiven);
        Assert.True(forgiven);
        for (int i = 0; i < 1_000; i++)
        {
            guard.Leave(guard.TryEnter(new IPAddress(i + 1), 300 + i, out _));
        }
        Assert.InRange(guard.AddressCount, 1, 17);
    }

    [Fact]
    public void Mostly_invalid_shares_ban_and_a_few_do_not()
    {
        ConnectionGuard guard = new(new GuardOptions { Exempt = [] });
        GuardEntry? good = guard.TryEnter(IPAddress.Parse("203.0.113.1"), 0, out _);
        GuardEntry? bad = guard.TryEnter(IPAddress.Parse("2001:db8::1"), 0, out _);
        bool goodBanned = false, badBanned = false;
        for (int i = 0; i < 1_000; i++)
        {
            goodBanned |= guard.AddShare(good, i % 2 == 0, i);
            badBanned |= guard.AddShare(bad, i % 10 == 0, i);
        }
        Assert.False(goodBanned);
        Assert.True(badBanned);
        guard.TryEnter(IPAddress.Parse("2001:db8::ffff"), 1_000, out bool neighbour); // same /64
        Assert.False(neighbour);
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData(".rig_1/a", "rig_1/a", 0)]
    [InlineData("_rig1", "rig1", 0)]
    [InlineData("/rig.1", "rig.1", 0)]
    [InlineData("+1000", "", 1000)]
    [InlineData(".rig1+0.5", "rig1", 0.5)]
    [InlineData(".rig+", "rig+", 0)]
    [InlineData(".rig+x", "rig+x", 0)]
    [InlineData(".rig+-5", "rig+-5", 0)]
    [InlineData(".rig+0", "rig+0", 0)]
    public void A_user_name_is_an_address_a_worker_and_a_difficulty(string rest, string worker, double difficulty)
    {
        string address = StratumHarness.Address(7);
        Assert.True(LoginName.TryParse(address + rest, CoinCatalogue.BitcoinRegtest, out LoginName name, out _));
        Assert.Equal((address, worker, difficulty), (name.Address, name.Worker, name.Difficulty));
    }

    [Fact]
    public void A_rig_with_a_tenth_of_hardware_errors_is_never_cut_off_and_a_broken_one_soon()
    {
        RefusalWindow tenth = new(), broken = new(), half = new();
        Random random = new(1);
        for (int i = 0; i < 100_000; i++)
        {
            Assert.NotEqual(Standing.Hopeless, tenth.Add(random.Next(10) == 0 ? Rejection.BadProof : Rejection.None));
        }
        Assert.Equal(
            [(13, Standing.Warned), (26, Standing.Hopeless)],
            Enumerable.Range(1, 26).Select(i => (i, broken.Add(Rejection.AboveTarget))).Where(said => said.Item2 != Standing.Fine));
        Assert.Equal(Rejection.AboveTarget, broken.Reason);
        int count = 0;
        Standing standing;
        do
        {
            standing = half.Add(count++ % 2 == 0 ? Rejection.NotYours : Rejection.None);
        }
        while (standing != Standing.Hopeless);
        Assert.Equal(51, count);
    }

    [Fact]
    public void Worker_names_are_cut_at_a_character()
    {
        string name = LoginName.CutWorker(new string('x', 190) + "\u00e9tail");
        Assert.Equal(190, name.Length);
        Assert.Equal(name, LoginName.CutWorker(name));
        Assert.Equal("short", LoginName.CutWorker("short"));
    }

    [Fact]
    public void Meters_agree_with_a_steady_stream()
    {
        HashMeter meter = new(0);
        LatencyMeter latency = new();
        for (int second = 1; second <= 7_200; second++)
        {
            meter.Add(1_000, second);
            latency.Add(TimeSpan.FromMicroseconds(second % 100 == 0 ? 50_000 : 100), second);
        }
        HashRates rates = meter.Read(7_200);
        Assert.InRange(rates.OneMinute, 980, 1_020);
        Assert.InRange(rates.TenMinutes, 990, 1_010);
        Assert.InRange(rates.OneHour, 995, 1_005);
        Assert.InRange(meter.Read(7_500).OneMinute, 0, 20);
        Assert.InRange(latency.Percentile(0.5).TotalMicroseconds, 100, 115);
        Assert.InRange(latency.Percentile(0.999).TotalMicroseconds, 50_000, 57_000);
    }

    private static uint Take(ExtranonceAllocator allocator)
    {
        Assert.True(allocator.TryTake(out uint extranonce));
        return extranonce;
    }
}
