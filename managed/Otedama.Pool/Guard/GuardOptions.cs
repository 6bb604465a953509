using System.Net;

namespace Otedama.Pool;

/// <summary>When an address is slowed or shut out for a while. A limit of 0 is off.</summary>
public sealed record GuardOptions
{
    /// <summary>Open connections of one address (IPv6: one /64). A farm behind NAT needs thousands.</summary>
    public int ConnectionsPerAddressMax { get; init; } = 10_000;

    /// <summary>New connections a second of one address, on average; bursts of 60 times that are fine.</summary>
    public double ConnectionsPerSecond { get; init; } = 50;

    /// <summary>Messages a second of one connection, on average; bursts of 10 times that are fine.</summary>
    public double MessagesPerSecond { get; init; } = 1_000;

    /// <summary>Points of misbehaviour before a ban: a malformed line counts 10, a wrong submit 1; they halve each minute.</summary>
    public double ScoreMax { get; init; } = 100;

    /// <summary>Share of invalid shares (duplicate, bad proof, above target) that leads to a ban, of at least 200 shares.</summary>
    public double InvalidRatioMax { get; init; } = 0.75;

    public TimeSpan BanTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Addresses kept in the table; the least active are forgotten first.</summary>
    public int AddressesMax { get; init; } = 65_536;

    /// <summary>Addresses no limit applies to.</summary>
    public IReadOnlyList<IPNetwork> Exempt { get; init; } =
        [new IPNetwork(IPAddress.Parse("127.0.0.0"), 8), new IPNetwork(IPAddress.IPv6Loopback, 128)];

    public void Check()
    {
        PoolOptions.Require(ConnectionsPerAddressMax >= 0, $"connections per address is {ConnectionsPerAddressMax}; it cannot be negative");
        PoolOptions.Require(ConnectionsPerSecond >= 0, $"connections per second is {ConnectionsPerSecond}; it cannot be negative");
        PoolOptions.Require(MessagesPerSecond >= 0, $"messages per second is {MessagesPerSecond}; it cannot be negative");
        PoolOptions.Require(AddressesMax is >= 16 and <= 10_000_000, $"guard table size is {AddressesMax}; 16 to 10000000 is allowed");
        PoolOptions.Require(InvalidRatioMax is >= 0 and <= 1, $"invalid ratio is {InvalidRatioMax}; 0 to 1 is allowed");
    }
}
