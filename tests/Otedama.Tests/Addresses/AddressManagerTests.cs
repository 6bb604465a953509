using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Wire;
using Xunit;
using static Otedama.Tests.Addresses.Places;

namespace Otedama.Tests.Addresses;

public sealed class AddressManagerTests
{
    private static readonly PeerEndpoint s_honest = At("8.8.8.8");
    private readonly HeldClock _time = new();
    private readonly SeededRandom _random = new(1);
    private readonly AddressManager _manager;

    public AddressManagerTests() => _manager = New();

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("172.31.0.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.128.0.1", true)]
    [InlineData("169.254.1.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("192.88.99.1", false)]
    [InlineData("192.0.3.1", true)]
    [InlineData("198.51.100.9", false)]
    [InlineData("203.0.113.9", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("2001:200::1", true)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2001::1", false)]
    [InlineData("2002:808:808::1", false)]
    [InlineData("3fff:123::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("::1", false)]
    [InlineData("64:ff9b::808:808", false)]
    public void Only_places_on_the_internet_are_taken(string address, bool isPublic)
    {
        PeerEndpoint place = At(address);
        Assert.Equal(isPublic, place.IsPublic);
        Assert.Equal(isPublic, _manager.Add(place, s_honest, Now, AddressOrigin.Peer));
        Assert.True(New(isPrivate: true).Add(place, s_honest, Now, AddressOrigin.Peer));
        Assert.False(_manager.Add(place with { Port = 0 }, s_honest, Now, AddressOrigin.Peer));
        Span<byte> bytes = stackalloc byte[PeerEndpoint.Size];
        place.Write(bytes);
        Assert.Equal(place, PeerEndpoint.Read(bytes));
    }

    [Fact]
    public void A_million_addresses_of_one_source_reach_4096_places_of_new()
    {
        PeerEndpoint liar = At("45.1.2.3");
        for (int i = 0; i < 1_000_000; i++)
        {
            _manager.Add(Anywhere(_random), liar with { Address = liar.Address + (uint)(i % 1000) }, Now,
                AddressOrigin.Peer);
        }
        int taken = _manager.Count().New;
        Assert.InRange(taken, 3500, AddressBuckets.NewBucketsOfSource * AddressBuckets.Slots);
    }

    [Fact]
    public void A_million_listeners_of_one_group_reach_512_places_of_tried()
    {
        for (int i = 0; i < 1_000_000; i++)
        {
            PeerEndpoint place =
                At("45.1.0.0", 1024 + (i >> 16)) with { Address = At("45.1.0.0").Address + (uint)(i & 0xffff) };
            _manager.Add(place, Anywhere(_random), Now, AddressOrigin.Peer);
            _manager.Succeeded(place, default);
        }
        int taken = _manager.Count().Tried;
        Assert.InRange(taken, 6 * AddressBuckets.Slots, AddressBuckets.TriedBucketsOfGroup * AddressBuckets.Slots);
        Assert.True(_manager.Newcomers <= 10);
    }

    [Fact]
    public void Where_addresses_lie_depends_on_the_key()
    {
        AddressBuckets one = new(new SipHash(1, 2), new NetworkGroups()),
            other = new(new SipHash(1, 3), new NetworkGroups());
        PeerEndpoint[] places = [.. Enumerable.Range(0, 64).Select(_ => Anywhere(_random))];
        Assert.Contains(places, place => one.Tried(place) != other.Tried(place));
        Assert.Contains(places, place => one.New(place, s_honest) != other.New(place, s_honest));
        Assert.Equal(places.Select(place => one.New(place, s_honest)), places
            .Select(place => one.New(place, s_honest)));
    }

    [Fact]
    public void Who_answers_keeps_its_place_against_a_newcomer()
    {
        (PeerEndpoint incumbent, PeerEndpoint newcomer) = Colliding();
        _time.Advance(5 * 3600);
        Assert.Null(_manager.ToTest());
        _manager.Succeeded(newcomer, default);
        Assert.Equal(incumbent, _manager.ToTest());
        _manager.Trying(incumbent);
        _time.Advance(10);
        Assert.Null(_manager.ToTest());
        _manager.Succeeded(incumbent, default);
        Assert.Null(_manager.ToTest());
        Assert.Equal(0, _manager.Newcomers);
        Assert.Equal(incumbent, _manager.Select(triedOnly: true)?.Place);
    }

    [Fact]
    public void Who_no_longer_answers_makes_room_and_is_not_forgotten()
    {
        (PeerEndpoint incumbent, PeerEndpoint newcomer) = Colliding();
        _time.Advance(5 * 3600);
        _manager.Succeeded(newcomer, default);
        _manager.Trying(incumbent);
        _manager.Failed(incumbent);
        _time.Advance(61);
        Assert.Null(_manager.ToTest());
        Assert.Equal(newcomer, _manager.Select(triedOnly: true)?.Place);
        Assert.Equal(incumbent, _manager.Select(newOnly: true)?.Place);
        Assert.Equal((1, 1), _manager.Count());
    }

    [Fact]
    public void A_newcomer_that_nobody_could_test_for_waits_no_longer_than_forty_minutes()
    {
        (PeerEndpoint incumbent, PeerEndpoint newcomer) = Colliding();
        _time.Advance(5 * 3600);
        _manager.Succeeded(newcomer, default);
        _time.Advance((40 * 60) + 1);
        Assert.Null(_manager.ToTest());
        Assert.Equal(incumbent, _manager.Select(triedOnly: true)?.Place);
    }

    [Fact]
    public void What_never_answered_in_three_tries_is_terrible()
    {
        KnownAddress entry = new(s_honest) { LastSeen = Now, LastTry = Now - 3600, Failures = 2 };
        Assert.False(entry.IsTerrible(Now));
        entry.Failures = 3;
        Assert.True(entry.IsTerrible(Now));
        entry.LastTry = Now - 30;
        Assert.False(entry.IsTerrible(Now));
        (entry.LastTry, entry.LastSuccess, entry.Failures) = (Now - 3600, Now - (8 * 86_400), 11);
        Assert.True(entry.IsTerrible(Now));
        entry.LastSuccess = Now - 86_400;
        Assert.False(entry.IsTerrible(Now));
        entry.LastSeen = Now - (31 * 86_400);
        Assert.True(entry.IsTerrible(Now));
        entry.LastSeen = Now + 660;
        Assert.True(entry.IsTerrible(Now));
    }

    [Fact]
    public void Failures_and_recent_tries_make_a_choice_less_likely()
    {
        KnownAddress entry = new(s_honest);
        Assert.Equal(1, entry.Chance(Now));
        entry.Failures = 2;
        Assert.Equal(0.66 * 0.66, entry.Chance(Now), 1e-12);
        entry.Failures = 100;
        Assert.Equal(Math.Pow(0.66, 8), entry.Chance(Now), 1e-12);
        entry.LastTry = Now - 599;
        Assert.Equal(0.01 * Math.Pow(0.66, 8), entry.Chance(Now), 1e-12);
    }

    [Fact]
    public void A_sample_has_only_what_answered_and_never_all()
    {
        for (int i = 0; i < 4000; i++)
        {
            PeerEndpoint place = Anywhere(_random);
            _manager.Add(place, Anywhere(_random), Now, AddressOrigin.Peer);
            if (i % 2 == 0)
            {
                _manager.Succeeded(place, default(NodeId));
            }
        }
        IReadOnlyList<AddressCandidate> sample = _manager.Sample();
        Assert.Equal(AddressManager.SampleMax, sample.Count);
        Assert.All(sample, static one => Assert.True(one.HasAnswered));
        Assert.Equal(sample.Count, sample.DistinctBy(static one => one.Place).Count());
    }

    [Fact]
    public void Nothing_is_chosen_from_nothing()
    {
        Assert.Null(_manager.Select());
        Assert.Empty(_manager.Sample());
    }

    [Fact]
    public void The_tables_come_back_from_the_disk()
    {
        Fill(_manager, 3000);
        CrashDisk disk = new();
        _manager.Save(disk, "/p/peers.dat");
        AddressManager back = New();
        Assert.Null(back.Load(disk, "/p/peers.dat"));
        Assert.Equal(_manager.Count(), back.Count());
        back.Save(disk, "/p/again.dat");
        Assert.Equal(disk.ReadWhole("/p/peers.dat").Order(), disk.ReadWhole("/p/again.dat").Order());
    }

    [Fact]
    public void Addresses_are_placed_anew_when_they_are_grouped_otherwise()
    {
        Fill(_manager, 1000);
        CrashDisk disk = new();
        _manager.Save(disk, "/p/peers.dat");
        AddressManager back = new(_time, _random, new BySystem());
        Assert.Null(back.Load(disk, "/p/peers.dat"));
        Assert.InRange(back.Count().Tried, 1, AddressBuckets.TriedBucketsOfGroup * AddressBuckets.Slots);
    }

    [Theory]
    [InlineData(0, "its checksum")]
    [InlineData(1, "does not begin")]
    [InlineData(2, "version 2")]
    public void A_damaged_file_is_put_aside_and_said(int damage, string reason)
    {
        Fill(_manager, 100);
        CrashDisk disk = new();
        _manager.Save(disk, "/p/peers.dat");
        byte[] bytes = disk.ReadWhole("/p/peers.dat");
        bytes[damage switch { 0 => 500, 1 => 0, _ => 4 }] = 2;
        disk.WriteWhole("/p/peers.dat", bytes);
        AddressManager back = New();
        Assert.Contains(reason, back.Load(disk, "/p/peers.dat"), StringComparison.Ordinal);
        Assert.Equal((0, 0), back.Count());
        Assert.True(disk.Exists("/p/peers.dat.damaged"));
        Assert.Null(back.Load(disk, "/p/peers.dat"));
    }

    private AddressManager New(bool isPrivate = false) => new(_time, _random, new NetworkGroups(), isPrivate);

    private void Fill(AddressManager manager, int count)
    {
        for (int i = 0; i < count; i++)
        {
            PeerEndpoint place = Anywhere(_random);
            manager.Add(place, Anywhere(_random), Now, i % 3 == 0 ? AddressOrigin.Dht : AddressOrigin.Peer);
            if (i % 4 == 0)
            {
                manager.Succeeded(place, new NodeId([.. Enumerable.Repeat((byte)(i % 251), 32)]));
            }
        }
    }

    /// <summary>One in `tried`, and one in `new` that would have to lie in the same place.</summary>
    private (PeerEndpoint Incumbent, PeerEndpoint Newcomer) Colliding()
    {
        _manager.Add(s_honest, s_honest, Now, AddressOrigin.Peer);
        _manager.Succeeded(s_honest, default);
        PeerEndpoint other = Enumerable.Range(1, ushort.MaxValue)
            .Select(static port => s_honest with { Port = (ushort)port })
            .First(place => place != s_honest && _manager.TriedIndex(place) == _manager.TriedIndex(s_honest));
        _manager.Add(other, s_honest, Now + (6 * 3600), AddressOrigin.Peer);
        return (s_honest, other);
    }

    private sealed class BySystem : IAddressGroups
    {
        public ulong Edition => 7;

        public AddressGroup Of(PeerEndpoint place) => new(AddressGroupKind.System, 1);
    }
}
