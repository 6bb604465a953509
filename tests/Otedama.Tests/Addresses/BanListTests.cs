using System.Net;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Xunit;
using Otedama.Wire;

namespace Otedama.Tests.Addresses;

public sealed class BanListTests
{
    private static readonly IPAddress s_v4 = IPAddress.Parse("45.1.2.3"), s_v6 = IPAddress.Parse("2606:4700:1:2::3");
    private static readonly NodeId s_node = new([.. Enumerable.Range(0, 32).Select(static i => (byte)i)]);
    private readonly HeldClock _time = new();
    private readonly BanList _bans;

    public BanListTests() => _bans = new BanList(_time, [IPNetwork.Parse("10.0.0.0/8")]);

    [Fact]
    public void Every_offence_has_its_row()
    {
        Assert.Equal(Enum.GetValues<PeerOffence>(), PeerOffences.All.Select(static row => row.Offence));
        Assert.All(PeerOffences.All, static row => Assert.True(row.Disconnects ^ row.Points is > 0 and <= 100));
        Assert.Equal([100, 100, 20, 10, 20, 5, 2, 2], new[]
        {
            PeerOffence.BadFrame, PeerOffence.InvalidShare, PeerOffence.TooManyAddresses, PeerOffence.OverRateLimit,
            PeerOffence.FarOverRateLimit, PeerOffence.NoPong, PeerOffence.OldCoinHeight, PeerOffence.HandshakeFailed,
        }.Select(static offence => PeerOffences.Of(offence).Points));
    }

    [Fact]
    public void A_hundred_points_ban_node_and_address_and_say_why()
    {
        BanVerdict verdict = _bans.Report(s_v4, s_node, PeerOffence.BadFrame, "type 0x0009");
        Assert.Equal(new BanVerdict(true, true,
            "banned for 600 s: sent a frame that breaks the protocol: type 0x0009"), verdict);
        Assert.Equal("banned for 600 s more: sent a frame that breaks the protocol: type 0x0009",
            _bans.WhyBanned(s_v4));
        Assert.Equal((1, 0), (_bans.Given(PeerOffence.BadFrame), _bans.Given(PeerOffence.BadLink)));
        Assert.NotNull(_bans.WhyBanned(s_v4.MapToIPv6()));
        Assert.NotNull(_bans.WhyBanned(s_node));
        Assert.Null(_bans.WhyBanned(IPAddress.Parse("45.1.2.4")));
        _time.Advance(599);
        Assert.NotNull(_bans.WhyBanned(s_v4));
        _time.Advance(1);
        Assert.Null(_bans.WhyBanned(s_v4));
        Assert.Null(_bans.WhyBanned(s_node));
    }

    [Fact]
    public void Of_ipv6_the_subscribers_network_is_banned()
    {
        _bans.Report(s_v6, null, PeerOffence.BadFrame);
        Assert.NotNull(_bans.WhyBanned(IPAddress.Parse("2606:4700:1:2:ffff::1")));
        Assert.Null(_bans.WhyBanned(IPAddress.Parse("2606:4700:1:3::1")));
    }

    [Fact]
    public void Points_add_up_and_fall_by_one_in_ten_seconds()
    {
        for (int i = 0; i < 9; i++)
        {
            Assert.False(_bans.Report(s_v4, s_node, PeerOffence.OverRateLimit).Disconnects);
        }
        _time.Advance(100);
        BanVerdict verdict = _bans.Report(s_v4, s_node, PeerOffence.OverRateLimit);
        Assert.Equal(new BanVerdict(false, false, "went over a rate limit (90 of 100 points)"), verdict);
        Assert.True(_bans.Report(s_v4, s_node, PeerOffence.OverRateLimit).IsBanned);
    }

    [Fact]
    public void Each_ban_is_twice_as_long_up_to_a_day_and_a_good_day_forgets()
    {
        foreach (int seconds in new[] { 600, 1200, 2400, 4800, 9600, 19_200, 38_400, 76_800, 86_400, 86_400 })
        {
            Assert.Contains($"banned for {seconds} s", _bans.Report(s_v4, null, PeerOffence.BadLink).Words,
                StringComparison.Ordinal);
            _time.Advance(seconds + 1);
        }
        _time.Advance(86_400);
        Assert.Contains("banned for 600 s", _bans.Report(s_v4, null, PeerOffence.BadLink).Words,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Allowed_addresses_are_never_banned_and_nodes_behind_them_are()
    {
        IPAddress allowed = IPAddress.Parse("10.1.2.3");
        Assert.Equal((true, true),
            (_bans.Report(allowed, s_node, PeerOffence.BadFrame).IsBanned, _bans.WhyBanned(s_node) is not null));
        Assert.Null(_bans.WhyBanned(allowed));
        Assert.True(_bans.Report(allowed.MapToIPv6(), null, PeerOffence.BadFrame) is
        {
            Disconnects: true,
            IsBanned: false
        });
    }

    [Fact]
    public void Some_offences_only_end_the_connection()
    {
        Assert.True(_bans.Report(s_v4, s_node, PeerOffence.Silent) is { Disconnects: true, IsBanned: false });
        Assert.Empty(_bans.All());
    }

    [Fact]
    public void A_full_list_forgets_what_matters_least()
    {
        BanList small = new(_time, [], recordsMax: 64);
        small.Report(s_v4, null, PeerOffence.BadFrame);
        for (int i = 0; i < 10_000; i++)
        {
            small.Report(new IPAddress(0x0100_002d + (i << 8 & 0x00ff_ff00)), null, PeerOffence.HandshakeFailed);
        }
        Assert.NotNull(small.WhyBanned(s_v4));
        Assert.Equal("45.1.2.3", Assert.Single(small.All()).Subject);
    }

    [Fact]
    public void Bans_come_back_from_the_disk_and_a_damaged_file_is_put_aside()
    {
        CrashDisk disk = new();
        _bans.Report(s_v4, s_node, PeerOffence.BadFrame);
        _bans.Report(s_v6, null, PeerOffence.BadProofOfWork, "hash above target");
        BanFile.Save(_bans, disk, "/p/bans.txt");
        BanList back = new(_time, []);
        Assert.Null(BanFile.Load(back, disk, "/p/bans.txt"));
        Assert.Equal(_bans.All().ToHashSet(), back.All().ToHashSet());
        Assert.Equal(3, back.All().Count);
        byte[] good = disk.ReadWhole("/p/bans.txt"), flipped = [.. good];
        flipped[good.Length / 3] ^= 1;
        foreach (byte[] bad in (byte[][])[good[..(good.Length / 2)], flipped, [.. good, .. "1.2.3.4 9 1 y\n"u8], []])
        {
            disk.WriteWhole("/p/bans.txt", bad);
            BanList anew = new(_time, []);
            Assert.StartsWith("The list of bans /p/bans.txt cannot be used: ", BanFile.Load(anew, disk, "/p/bans.txt"),
                StringComparison.Ordinal);
            Assert.Empty(anew.All());
            Assert.Equal(bad, disk.ReadWhole("/p/bans.txt.damaged"));
            Assert.Null(BanFile.Load(anew, disk, "/p/bans.txt")); // said once
        }
        Assert.Null(BanFile.Load(back, disk, "/p/none.txt"));
    }

    [Fact]
    public void The_operator_forgives()
    {
        _bans.Report(s_v4, s_node, PeerOffence.BadFrame);
        Assert.True(_bans.Forgive(s_v4));
        Assert.True(_bans.Forgive(s_node));
        Assert.False(_bans.Forgive(s_node));
        Assert.Empty(_bans.All());
    }
}
