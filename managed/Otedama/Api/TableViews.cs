namespace Otedama;

/// <summary>A connected miner.</summary>
internal sealed record MinerView
{
    public required string Address { get; init; }

    public required string Worker { get; init; }

    public required string Agent { get; init; }

    public required int Connections { get; init; }

    public required double Difficulty { get; init; }

    public required double HashrateHs { get; init; }

    public required long Accepted { get; init; }

    public required long Rejected { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long ConnectedAt { get; init; }
}

/// <summary>A block the pool found.</summary>
internal sealed record BlockView
{
    public required int Height { get; init; }

    public required string Hash { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Time { get; init; }

    public required string Finder { get; init; }

    /// <summary>Coins, as text; null when not known.</summary>
    public required string? Reward { get; init; }

    /// <summary>found, confirmed, refused or orphaned.</summary>
    public required string Status { get; init; }
}

/// <summary>The money of one address.</summary>
internal sealed record PayoutView
{
    public required string Address { get; init; }

    /// <summary>Coins paid so far by blocks of this pool, as text.</summary>
    public required string Paid { get; init; }

    /// <summary>Coins earned by work so far, as text.</summary>
    public required string Earned { get; init; }

    /// <summary>Coins waiting below the minimum, as text.</summary>
    public required string Balance { get; init; }
}

/// <summary>Lists travel inside an object so that fields can be added beside them.</summary>
internal sealed record MinersAnswer(int Schema, IReadOnlyList<MinerView> Miners);

internal sealed record BlocksAnswer(int Schema, IReadOnlyList<BlockView> Blocks);

internal sealed record PayoutsAnswer(int Schema, IReadOnlyList<PayoutView> Payouts);
