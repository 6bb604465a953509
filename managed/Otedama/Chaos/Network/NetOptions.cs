namespace Otedama;

/// <summary>What a simulated network is like.</summary>
internal sealed record NetOptions
{
    /// <summary>Virtual seconds in which things go wrong, where nobody says otherwise.</summary>
    public const int DefaultSeconds = 150;

    /// <summary>As many as one process holds in memory without trouble.</summary>
    public const int NodesMax = 1_000;

    public required int Nodes { get; init; }

    public int Hostile { get; init; }

    /// <summary>So many of the honest nodes are behind routers that let nobody in.</summary>
    public int Hidden { get; init; }

    /// <summary>Those only let others connect, and never say or answer anything after their HELLO.</summary>
    public bool HostileAreSilent { get; init; }

    /// <summary>Flushes are confirmed and not done, so that power cuts take what was promised to be kept.</summary>
    public bool DisksLie { get; init; }

    /// <summary>Trouble for so long; the calm follows.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromSeconds(DefaultSeconds);

    /// <summary>Full links that a node dials.</summary>
    public int Dials { get; init; } = 4;

    public int Window { get; init; } = 40;

    /// <summary>Clocks are wrong by at most so much, the same all the time.</summary>
    public int SkewMs { get; init; } = 5_000;

    /// <summary>Mean time between faults; zero = none.</summary>
    public TimeSpan Faults { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Intended time between shares, which come about as often.</summary>
    public TimeSpan Spacing { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Miners take a new coin block up so long after it came.</summary>
    public TimeSpan CoinDelay { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Of the coin's headers: with its own, no share is a block.</summary>
    public uint CoinBits { get; init; } = EasyShares.CoinBits;

    /// <summary>A coin node hears of a block so long after it was made, on average.</summary>
    public TimeSpan CoinLate { get; init; } = TimeSpan.FromMilliseconds(700);

    /// <summary>Of the coin's blocks so many are not on the newest one, so that some win and some lose.</summary>
    public double CoinRivals { get; init; }

    /// <summary>Miners are let in everywhere although nobody is connected; else at the first node only.</summary>
    public bool AllSolo { get; init; }

    /// <summary>Hostile nodes have addresses of one network, as who rents them has.</summary>
    public bool HostileAreNeighbours { get; init; }

    /// <summary>So many of the nodes have a share chain with other rules, and know those that have not.</summary>
    public int Others { get; init; }

    /// <summary>Blocks have transactions beside the coinbase, and nodes ask each other for them.</summary>
    public bool Audits { get; init; }

    /// <summary>Of the nodes so many mine on a list of transactions that nobody has, and say another one.</summary>
    public int Liars { get; init; }

    /// <summary>One way between two nodes by their numbers, in milliseconds; drawn once for a pair.</summary>
    public Func<SeededRandom, int, int, double> LatencyMs { get; init; } =
        static (random, _, _) => random.Between(5, 250);

    /// <summary>Of a piece on its way that it is lost: it comes later then, and what follows it waits.</summary>
    public double Loss { get; init; }

    public double BytesPerSecond { get; init; } = 1_250_000;

    /// <summary>All nodes know these many of the others at the start and find the rest.</summary>
    public int Known { get; init; } = 2;

    /// <summary>Whether what happens is written down; a thousand nodes say a lot.</summary>
    public bool IsTraced { get; init; } = true;

    /// <summary>What the seed decides where nobody says otherwise.</summary>
    public static NetOptions Of(ulong seed, int? nodes = null, int seconds = DefaultSeconds)
    {
        SeededRandom random = SeededRandom.For(seed, "options");
        int many = random.Between(2, 12), slow = random.Between(20, 250), skew = random.Between(0, 30_000);
        int hostile = random.Below(5), window = random.Between(10, 60), spacing = random.Between(6, 12);
        int count = nodes ?? many;
        return new NetOptions
        {
            Nodes = count,
            Hostile = nodes is null ? Math.Min(hostile, count / 2) : count / 5,
            Hidden = random.Chance(0.5) ? random.Below(count) : 0,
            Length = TimeSpan.FromSeconds(seconds),
            Dials = random.Between(2, 8),
            Window = window,
            SkewMs = skew,
            Faults = TimeSpan.FromSeconds(random.Between(4, 20)),
            Spacing = TimeSpan.FromSeconds(spacing),
            LatencyMs = (each, _, _) => each.Between(2, slow),
            Loss = random.Chance(0.5) ? 0.03 * random.Fraction() : 0,
            CoinBits = random.Chance(0.6) ? EasyShares.FoundCoinBits : EasyShares.CoinBits,
            CoinLate = TimeSpan.FromMilliseconds(random.Between(200, 2_000)),
            CoinRivals = 0.2,
            HostileAreNeighbours = random.Chance(0.5),
            AllSolo = random.Chance(0.3),
        };
    }
}
