using System.Net;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Pool;

public sealed class ConnectionGuardTests
{
    private static readonly GuardOptions s_unpaced = new()
    {
        Exempt = [],
        ConnectionsPerAddressMax = 1_250,
        ConnectionsPerSecond = 0,
        NetworkConnectionsPerSecond = 0,
    };

    [Fact]
    public void One_address_gets_its_share_and_others_get_theirs()
    {
        ConnectionGuard guard = new(s_unpaced with { NotLoggedInPerAddressMax = 0 });
        Assert.Equal(1_250, Enter(guard, "203.0.113.1", 10_000, 0).Count);
        Assert.Equal(8_750, guard.CountOf(GuardRule.AddressShare));
        Assert.Single(Enter(guard, "198.51.100.1", 1, 0));
        // A site gets four shares, however many addresses it has.
        int site = Enumerable.Range(2, 20).Sum(i => Enter(guard, $"203.0.113.{i}", 1_250, 0).Count);
        Assert.Equal(3 * 1_250, site);
        Assert.Single(Enter(guard, "2001:db8:0:1::1", 1, 0));
    }

    [Fact]
    public void Accepted_shares_do_not_buy_the_last_places()
    {
        ConnectionGuard guard = new(s_unpaced with { Places = 400, ConnectionsPerAddressMax = 50, NotLoggedInPerAddressMax = 0 });
        int held = 0;
        for (int i = 0; i < 1_000; i++)
        {
            List<GuardEntry> one = Enter(guard, "203.0.113.1", 1, 0);
            one.ForEach(entry => guard.AddShare(entry, good: true, 0));
            held += one.Count;
        }
        Assert.Equal(350, held);
        Assert.Empty(Enter(guard, "203.0.113.2", 1, 0)); // nor does another address of the same site
        Assert.Equal(8, Enter(guard, "198.51.100.1", 20, 0).Count);
        List<GuardEntry> last = Enter(guard, "192.0.2.1", 5, 0);
        Assert.Equal(5, last.Count);
    }

    [Fact]
    public void Connections_that_do_not_log_in_are_128_and_those_that_do_make_room()
    {
        ConnectionGuard guard = new(s_unpaced);
        List<GuardEntry> first = Enter(guard, "203.0.113.1", 500, 0);
        Assert.Equal(128, first.Count);
        Assert.Equal(372, guard.CountOf(GuardRule.NotLoggedIn));
        first.Take(28).ToList().ForEach(guard.LoggedIn);
        guard.LoggedIn(first[0]); // twice counts once
        first.Skip(28).Take(2).ToList().ForEach(guard.Leave);
        guard.Leave(first[28]);
        Assert.Equal(30, Enter(guard, "203.0.113.1", 500, 0).Count);
    }

    [Fact]
    public void An_address_that_connects_too_often_is_slowed_and_its_neighbours_after_the_networks_burst()
    {
        ConnectionGuard guard = new(new GuardOptions { Exempt = [] });
        Assert.Equal(20, Enter(guard, "203.0.113.1", 200, 0).Count);
        Assert.Equal(180, guard.CountOf(GuardRule.AddressRate));
        Assert.Equal(2, Enter(guard, "203.0.113.1", 200, 1).Count);
        int others = Enumerable.Range(2, 100).Sum(i => Enter(guard, $"203.0.113.{i}", 20, 1).Count);
        Assert.Equal(100 - 20 + 10 - 2, others); // 100 at once, ten a second, 22 used up
        Assert.Equal(20, Enter(guard, "198.51.100.1", 200, 1).Count);
        Assert.Equal(4, Enter(guard, "192.0.2.1", 4, 0).Count); // a prober's four in as many seconds pass
    }

    [Fact]
    public void A_farm_with_accepted_shares_grows_past_the_share_and_comes_back_after_an_outage()
    {
        ConnectionGuard guard = new(new GuardOptions { Exempt = [], ConnectionsPerAddressMax = 50, NotLoggedInPerAddressMax = 20 });
        List<GuardEntry> farm = [];
        double now = 0;
        while (farm.Count < 2_000 && now < 3_600)
        {
            List<GuardEntry> more = Enter(guard, "203.0.113.1", 100, now++);
            foreach (GuardEntry entry in more)
            {
                guard.LoggedIn(entry);
                Assert.False(guard.AddShare(entry, good: true, now));
            }
            farm.AddRange(more);
        }
        Assert.InRange(now, 10, 600);
        farm.ForEach(guard.Leave);
        int back = Enter(guard, "203.0.113.1", 2_000, now + 60).Count;
        Assert.InRange(back, 1_500, 2_000);
        // Who has not proven anything stays at its share whatever the farm does.
        Assert.Equal(20, Enter(guard, "198.51.100.1", 2_000, now + 60).Count);
    }

    [Fact]
    public void Bans_double_up_to_a_day_and_start_over_after_a_quiet_day()
    {
        ConnectionGuard guard = new(s_unpaced with { ScoreMax = 10 });
        GuardEntry entry = Enter(guard, "203.0.113.1", 1, 0)[0];
        double now = 0;
        foreach (double seconds in new double[] { 600, 1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 76_800, 86_400, 86_400 })
        {
            Assert.True(guard.AddPoints(entry, 10, now));
            Assert.Empty(Enter(guard, "203.0.113.1", 1, now + seconds - 1));
            now += seconds;
            guard.Leave(Enter(guard, "203.0.113.1", 1, now)[0]);
        }
        Assert.True(guard.AddPoints(entry, 10, now + 86_401));
        Assert.Single(Enter(guard, "203.0.113.1", 1, now + 86_401 + 600));
    }

    [Fact]
    public void One_bad_rig_does_not_shut_its_farm_out()
    {
        ConnectionGuard guard = new(s_unpaced);
        List<GuardEntry> farm = Enter(guard, "203.0.113.1", 100, 0);
        farm.ForEach(entry => guard.AddShare(entry, good: true, 0));
        for (int i = 0; i < 50; i++)
        {
            Assert.False(guard.AddPoints(farm[0], ConnectionGuard.MalformedPoints, 0));
        }
        Assert.Equal(0, guard.CountBanned(0));
    }

    [Fact]
    public void What_was_refused_is_reported_once_a_minute_and_only_when_something_was()
    {
        ConnectionGuard guard = new(new GuardOptions { Exempt = [] });
        Assert.False(guard.TryReport(0, out _));
        Enter(guard, "203.0.113.1", 25, 0);
        Assert.True(guard.TryReport(1, out string rules));
        Assert.Equal("AddressRate 5", rules);
        Enter(guard, "203.0.113.1", 7, 1);
        Assert.False(guard.TryReport(60, out _));
        Assert.True(guard.TryReport(61, out rules));
        Assert.Equal("AddressRate 5", rules);
        Assert.False(guard.TryReport(200, out _));
    }

    [Fact]
    public void The_allow_list_has_no_limits()
    {
        ConnectionGuard guard = new(new GuardOptions { Exempt = [IPNetwork.Parse("203.0.113.0/24")] });
        for (int i = 0; i < 10_000; i++)
        {
            Assert.Null(guard.TryEnter(IPAddress.Parse("203.0.113.9"), 0, out bool allowed));
            Assert.True(allowed);
        }
    }

    private static List<GuardEntry> Enter(ConnectionGuard guard, string address, int times, double now)
    {
        List<GuardEntry> entered = [];
        for (int i = 0; i < times; i++)
        {
            GuardEntry? entry = guard.TryEnter(IPAddress.Parse(address), now, out bool allowed);
            Assert.Equal(allowed, entry is not null);
            if (entry is not null)
            {
                entered.Add(entry);
            }
        }
        return entered;
    }
}
