using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Pool;
using Otedama.Tests.App;
using Otedama.Tests.Ledgers;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Region;

/// <summary>Whom a pool tells of another pool of its operator, and of which.</summary>
public sealed class RegionHintTests
{
    private static readonly RegionFacts s_japan = new("JP", "AS"), s_nowhere = new("", "");
    private static readonly IPAddress s_miner = IPAddress.Parse("203.0.113.9");

    private static readonly RegionState[] s_regions =
    [
        new(new RegionPool("DE", "de.pool.example", 3333, false) { Continents = ["EU"] }, 0.02),
        new(new RegionPool("JP", "jp.pool.example", 3333, false) { Countries = ["JP", "KR"], Continents = ["AS"] }, 0.25),
        new(new RegionPool("SG", "sg.pool.example", 3333, false) { Continents = ["AS", "OC"] }, 0.18),
        new(new RegionPool("US", "us.pool.example", 3333, false) { Continents = ["NA"] }, null),
        new(new RegionPool("DE-tls", "de.pool.example", 3334, true) { Continents = ["EU"] }, 0.02),
    ];

    [Theory]
    [InlineData("auto", "JP", "AS", "DE", false, "JP")] // its country before its continent
    [InlineData("AUTO", "CN", "AS", "DE", false, "SG")] // of two that suit as well the nearer one
    [InlineData("auto", "FR", "EU", "JP", false, "DE")]
    [InlineData("auto", "FR", "EU", "DE", false, null)] // it is here already
    [InlineData("auto", "FR", "EU", "FR", false, null)] // a label that is its country is here too
    [InlineData("auto", "MX", "NA", "DE", false, null)] // that one does not answer
    [InlineData("auto", "BR", "SA", "DE", false, null)]
    [InlineData("auto", "", "", "DE", false, null)] // no database
    [InlineData("auto", "FR", "EU", "JP", true, "DE-tls")] // never from TLS to a plain port
    [InlineData("auto", "JP", "AS", "DE", true, null)]
    [InlineData("jp", "FR", "EU", "DE", false, "JP")] // it says itself
    [InlineData("US", "FR", "EU", "DE", false, null)]
    [InlineData("de", "FR", "EU", "DE", false, null)]
    [InlineData("XX", "FR", "EU", "DE", false, null)]
    public void The_region_that_suits_better_and_answers(
        string wish, string country, string continent, string own, bool isTls, string? label) =>
        Assert.Equal(label, RegionChoice.For(wish, new RegionFacts(country, continent), own, isTls, s_regions)?.Label);

    [Theory]
    [InlineData("region=auto", "auto")]
    [InlineData("x,region=DE", "DE")]
    [InlineData("d=1024;REGION=us-east x", "us-east")]
    [InlineData("x", null)]
    [InlineData("", null)]
    [InlineData("region=", null)]
    [InlineData("myregion=DE", null)]
    public void The_wish_stands_in_the_password(string password, string? wish) =>
        Assert.Equal(wish, LoginOptions.TryGetRegion(password, out string found) ? found : null);

    [Fact]
    public void A_region_counts_while_it_answers_and_a_miner_is_told_once_in_ten_minutes()
    {
        HeldClock clock = new();
        double? answer = null;
        RegionDesk desk = new([s_regions[0].Pool, s_regions[1].Pool], "DE", new PoolWorld
        {
            Time = clock,
            Random = new SeededRandom(1),
            Transport = null!,
            Files = new CrashDisk(),
            Nodes = null!,
            Loggers = NullLoggerFactory.Instance,
            Atlas = new OneCountry(s_japan),
            Visit = (region, _) => Task.FromResult((region.Label == "JP" ? answer : throw new InvalidOperationException("that is here"), (string?)"down")),
        });
        Assert.Null(desk.For("auto", "a", s_miner, isTls: false)); // not visited yet
        clock.Advance(60, desk);
        Assert.Null(desk.For("auto", "a", s_miner, isTls: false));
        answer = 0.2;
        clock.Advance(61, desk);
        Assert.Equal("jp.pool.example", desk.For("auto", "a", s_miner, isTls: false)!.Host);
        Assert.Null(desk.For("auto", "a", s_miner, isTls: false));
        Assert.NotNull(desk.For("auto", "b", s_miner, isTls: false));
        clock.Advance(601, desk);
        Assert.NotNull(desk.For("auto", "a", s_miner, isTls: false));
        answer = null;
        clock.Advance(61, desk);
        Assert.Null(desk.For("auto", "c", s_miner, isTls: false));
    }

    /// <summary>Strangers who log in with ever new names take no more room than there is, and cost others nothing.</summary>
    [Fact]
    public void The_list_of_those_told_is_bounded()
    {
        RegionDesk desk = Answering(new HeldClock());
        Assert.NotNull(desk.For("auto", "honest", s_miner, isTls: false));
        for (int i = 0; i < 4_095; i++)
        {
            Assert.NotNull(desk.For("auto", $"stranger{i}", s_miner, isTls: false));
        }
        Assert.Null(desk.For("auto", "honest", s_miner, isTls: false));
        Assert.NotNull(desk.For("auto", "one more", s_miner, isTls: false));
        Assert.NotNull(desk.For("auto", "honest", s_miner, isTls: false)); // forgotten, and told again
    }

    [Theory]
    [InlineData("{url: stratum+tcp://jp.pool.example:3333, label: JP, countries: JP KR, continents: AS}", "pool.example", null)]
    [InlineData("{url: stratum+tcp://pool.example:3333, label: JP}", "Pool.Example", null)]
    [InlineData("{url: stratum+tcp://jp.pool.example:3333, label: JP}", "", "no host of yours: pool.region_domains has no domain")]
    [InlineData("{url: stratum+tcp://jp.pool.example.evil.test:3333, label: JP}", "pool.example", "no host of yours: pool.region_domains has pool.example")]
    [InlineData("{url: stratum+tcp://evilpool.example:3333, label: JP}", "pool.example", "no host of yours")]
    [InlineData("{url: stratum+tcp://203.0.113.7:3333, label: JP}", "203.0.113.7", "\"203.0.113.7\" is no domain such as pool.example")]
    [InlineData("{url: stratum+tcp://203.0.113.7:3333, label: JP}", "pool.example", "no host of yours")]
    [InlineData("{url: stratum+tcp://jp.pool.example:3333}", "pool.example", "needs a label")]
    [InlineData("{url: stratum+tcp://jp.pool.example:3333, label: JP, countries: Japan}", "pool.example", "\"Japan\" at stratum+tcp://jp.pool.example:3333 is no code")]
    [InlineData("{url: http://jp.pool.example, label: JP}", "pool.example", "scheme \"http\" is not known")]
    public void Miners_are_sent_to_the_operators_own_hosts_only(string entry, string domain, string? problem)
    {
        using TempFolder folder = new();
        Configuration configuration = ConfigurationLoader.Load(
            folder.File("c.yaml", $"pool:\n  regions:\n    - {entry}\n  region_domains: [{domain}]\n"), [], new Dictionary<string, string>());
        List<string> problems = [];
        RegionPools.Check(configuration, problems);
        if (problem is null)
        {
            Assert.Empty(problems);
            Assert.Equal("JP", Assert.Single(RegionPools.Of(configuration)).Label);
        }
        else
        {
            Assert.Contains(problem, Assert.Single(problems));
            Assert.Matches("c.yaml line [2-4]", problems[0]);
        }
    }

    private static RegionDesk Answering(HeldClock clock)
    {
        RegionDesk desk = new([s_regions[1].Pool], "DE", new PoolWorld
        {
            Time = clock,
            Random = new SeededRandom(1),
            Transport = null!,
            Files = new CrashDisk(),
            Nodes = null!,
            Loggers = NullLoggerFactory.Instance,
            Atlas = new OneCountry(s_japan),
            Visit = static (_, _) => Task.FromResult(((double?)0.2, (string?)null)),
        });
        clock.Advance(1, desk);
        return desk;
    }

    private sealed class OneCountry(RegionFacts facts) : IAtlas
    {
        public ulong SystemEdition => 0;

        public uint SystemOf(IPAddress address) => 0;

        public RegionFacts RegionOf(IPAddress address) => address.Equals(s_miner) ? facts : s_nowhere;
    }
}
