using System.Net;

namespace Otedama.Pool;

/// <summary>
/// When an address is slowed or shut out for a while. A limit of 0 is off. Where many miners share an address (a farm
/// behind NAT), those with accepted shares do not count against its share of the connections, and the rates grow with
/// their number.
/// </summary>
public sealed record GuardOptions
{
    /// <summary>
    /// Open connections without an accepted share of one address (IPv6: one /64); of its network (/24, /48) four times
    /// as many.
    /// </summary>
    public int ConnectionsPerAddressMax { get; init; } = 2_500;

    /// <summary>
    /// All places there are. Accepted shares are cheap, so the last eighth is not for who has many connections already,
    /// with accepted shares or without. 0: nothing is kept back.
    /// </summary>
    public int Places { get; init; }

    /// <summary>Open connections of one address that have not logged in.</summary>
    public int NotLoggedInPerAddressMax { get; init; } = 128;

    /// <summary>New connections a second of one address, on average.</summary>
    public double ConnectionsPerSecond { get; init; } = 2;

    /// <summary>New connections of one address at once.</summary>
    public int ConnectionBurst { get; init; } = 20;

    /// <summary>New connections a second of one network, on average.</summary>
    public double NetworkConnectionsPerSecond { get; init; } = 10;

    /// <summary>New connections of one network at once.</summary>
    public int NetworkConnectionBurst { get; init; } = 100;

    /// <summary>Messages a second of one connection, on average; bursts of 10 times that are fine.</summary>
    public double MessagesPerSecond { get; init; } = 1_000;

    /// <summary>
    /// Points of misbehaviour before a ban: a malformed line counts 10, a wrong submit 1; they halve each minute.
    /// </summary>
    public double ScoreMax { get; init; } = 100;

    /// <summary>
    /// Share of invalid shares (duplicate, bad proof, above target) that leads to a ban, of at least 200 shares.
    /// </summary>
    public double InvalidRatioMax { get; init; } = 0.75;

    /// <summary>The first ban; each further one lasts twice as long, up to a day.</summary>
    public TimeSpan BanTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Addresses kept in the table; the least active are forgotten first.</summary>
    public int AddressesMax { get; init; } = 65_536;

    /// <summary>Addresses no limit applies to.</summary>
    public IReadOnlyList<IPNetwork> Exempt { get; init; } =
        [new IPNetwork(IPAddress.Parse("127.0.0.0"), 8), new IPNetwork(IPAddress.IPv6Loopback, 128)];

    public void Check()
    {
        PoolOptions.Require(ConnectionsPerAddressMax >= 0, $"connections per address is {ConnectionsPerAddressMax}; it cannot be negative");
        PoolOptions.Require(Places >= 0, $"{Places} places for connections; it cannot be negative");
        PoolOptions.Require(NotLoggedInPerAddressMax >= 0, $"connections per address without login is {NotLoggedInPerAddressMax}; it cannot be negative");
        PoolOptions.Require(ConnectionsPerSecond >= 0, $"connections per second is {ConnectionsPerSecond}; it cannot be negative");
        PoolOptions.Require(ConnectionBurst >= 1, $"connection burst is {ConnectionBurst}; at least 1 is needed");
        PoolOptions.Require(NetworkConnectionsPerSecond >= 0, $"connections per second of a network is {NetworkConnectionsPerSecond}; it cannot be negative");
        PoolOptions.Require(NetworkConnectionBurst >= 1, $"connection burst of a network is {NetworkConnectionBurst}; at least 1 is needed");
        PoolOptions.Require(MessagesPerSecond >= 0, $"messages per second is {MessagesPerSecond}; it cannot be negative");
        PoolOptions.Require(AddressesMax is >= 16 and <= 10_000_000, $"guard table size is {AddressesMax}; 16 to 10000000 is allowed");
        PoolOptions.Require(InvalidRatioMax is >= 0 and <= 1, $"invalid ratio is {InvalidRatioMax}; 0 to 1 is allowed");
    }
}
