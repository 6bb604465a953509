namespace Otedama.Asic;

/// <summary>A chain as it was at one moment; immutable, for any thread.</summary>
public sealed record ChainReport
{
    public required string Board { get; init; }

    public required string Family { get; init; }

    public required ChainState State { get; init; }

    /// <summary>Why it is in this state: a sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>When it came into this state.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>It has given up: someone has to look at it, and Restart it.</summary>
    public bool NeedsHelp { get; init; }

    /// <summary>Where the way back from faults has come to: 0 = all as set, 1 = lower clock, 2 = slow link, 3 = power
    /// cycled, 4 = given up.</summary>
    public int Rung { get; init; }

    /// <summary>Clock the chips run at; null = not known yet.</summary>
    public double? Megahertz { get; init; }

    public int? Millivolts { get; init; }

    /// <summary>Bits a second on the link.</summary>
    public int Rate { get; init; }

    /// <summary>Difficulty of what chips report.</summary>
    public int TicketDifficulty { get; init; }

    /// <summary>Hashes a second that clock and cores give.</summary>
    public double ExpectedHashrate { get; init; }

    /// <summary>Hashes a second by good nonces, over the last minutes; null = none yet.</summary>
    public double? NonceHashrate { get; init; }

    /// <summary>Hashes a second by the chips' own counters; null = they have none, or not known yet.</summary>
    public double? CounterHashrate { get; init; }

    /// <summary>Hashes done since the chain was made, by good nonces.</summary>
    public double Hashes { get; init; }

    public required ChainCounts Counts { get; init; }

    /// <summary>The last of the board's sensors.</summary>
    public required BoardReading Reading { get; init; }

    /// <summary>In the order of the chain; empty before it is enumerated.</summary>
    public required IReadOnlyList<ChipReport> Chips { get; init; }

    /// <summary>The last faults, newest last, with their time; at most ChipChain.FaultsMax.</summary>
    public required IReadOnlyList<ChainFault> Faults { get; init; }
}

/// <summary>What went wrong once.</summary>
public sealed record ChainFault(DateTimeOffset At, string Reason);
