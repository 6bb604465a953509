using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;
using Xunit;
using static Otedama.Tests.Addresses.Places;

namespace Otedama.Tests.Addresses;

public sealed class InboundPolicyTests
{
    private const int Full = 117;
    private readonly SeededRandom _random = new(5);

    /// <summary>
    /// Attackers come from one /16, near, and one after the other; honest peers are from twenty, far and slow.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_hundred_attackers_of_one_network_do_not_displace_twenty_others(bool honestCameFirst)
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            List<Inbound> table = [];
            SipHash key = new(seed, 9);
            IEnumerable<Inbound> honest = Enumerable.Range(0, 20)
                .Select(i => Peer(In(60 + i, 7, _random), i, ping: 0.3));
            IEnumerable<Inbound> attackers = Enumerable.Range(0, 200)
                .Select(i => Peer(In(45, 1, _random), 1000 + i, ping: 0.001));
            foreach (Inbound peer in honestCameFirst ? honest.Concat(attackers)
                : attackers.Take(150).Concat(honest).Concat(attackers.Skip(150)))
            {
                if (table.Count == Full)
                {
                    table.Remove(InboundPolicy.Victim(table, key)!);
                }
                table.Add(peer with { Since = 1_000_000 + table.Count + peer.Number });
            }
            Assert.True(table.Count(static peer => peer.Number < 1000) >= 18, $"seed {seed}");
        }
    }

    [Fact]
    public void Those_who_are_of_use_are_not_chosen()
    {
        Inbound[] table = [.. Enumerable.Range(1, 40).Select(i => Peer(In(45, 1, _random), i, ping: i) with
        {
            LastShare = i is > 30 and <= 34 ? i : 0,
            LastBlock = i is > 34 and <= 38 ? i : 0,
            IsAllowed = i > 38,
        })];
        for (int i = 0; i < 40; i++)
        {
            Inbound? victim = InboundPolicy.Victim(table, new SipHash(1, 1));
            if (victim is null)
            {
                break;
            }
            Assert.True(victim.Number <= 30 && victim.Ping > 8, $"{victim}");
            table = [.. table.Where(one => one != victim)];
        }
        Assert.Contains(table, static one => one.IsAllowed);
    }

    [Fact]
    public void Nobody_goes_when_all_are_allowed() =>
        Assert.Null(InboundPolicy.Victim([Peer(At("1.1.1.1"), 1, 1) with { IsAllowed = true }], default));

    [Theory]
    [InlineData("45.1.2.3", "45.1.2.3", 1, true)]
    [InlineData("45.1.2.3", "45.1.2.3", 2, false)]
    [InlineData("45.1.2.9", "45.1.2.3", 7, true)]
    [InlineData("45.1.2.9", "45.1.2.3", 8, false)]
    [InlineData("45.1.3.9", "45.1.2.3", 8, true)]
    [InlineData("2606:4700:1:2::1", "2606:4700:1:2:ff::1", 2, false)]
    [InlineData("2606:4700:1:3::1", "2606:4700:1:2::1", 7, true)]
    [InlineData("2606:4700:1:3::1", "2606:4700:1:2::1", 8, false)]
    public void There_are_limits_for_an_address_and_a_network(string newcomer, string connected, int count,
        bool isLetIn)
    {
        Inbound[] table = [.. Enumerable.Range(0, count).Select(i => Peer(At(connected), i, 1))];
        string? refusal = InboundPolicy.WhyRefused(At(newcomer), table);
        Assert.Equal(isLetIn, refusal is null);
        Assert.Null(InboundPolicy.WhyRefused(At(newcomer),
            [.. table.Select(static one => one with { IsAllowed = true })]));
    }

    private static Inbound Peer(PeerEndpoint place, long number, double ping) => new()
    {
        Number = number,
        Place = place,
        Group = new NetworkGroups().Of(place),
        Since = 1000 + number,
        Ping = ping,
    };
}
