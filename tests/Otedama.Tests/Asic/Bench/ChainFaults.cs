namespace Otedama.Tests.Asic;

/// <summary>What goes wrong in a simulated chain; all off.</summary>
internal sealed class ChainFaults
{
    /// <summary>Part of the bytes to the host that get lost.</summary>
    public double Drop { get; set; }

    /// <summary>Part of the bytes to the host that come twice.</summary>
    public double Duplicate { get; set; }

    /// <summary>Part of the bytes to the host of which one bit is turned over.</summary>
    public double Corrupt { get; set; }

    /// <summary>From this chip on (from 0) the chain is cut; null = whole.</summary>
    public int? CutAt { get; set; }

    /// <summary>These answer reads and find nothing.</summary>
    public HashSet<int> Dead { get; } = [];

    /// <summary>These find that part of what they should.</summary>
    public Dictionary<int, double> Weak { get; } = [];

    /// <summary>The first nonce found is reported for ever.</summary>
    public bool StuckNonce { get; set; }

    /// <summary>Nonces come under the id of another job.</summary>
    public bool WrongJobId { get; set; }

    /// <summary>Nonces are noise.</summary>
    public bool WrongNonce { get; set; }

    /// <summary>The ticket is ignored.</summary>
    public bool NonceStorm { get; set; }

    /// <summary>At another rate than that of reset nothing is understood.</summary>
    public bool FastRateGarbles { get; set; }

    /// <summary>So long after reset it says and does nothing more.</summary>
    public TimeSpan? HangAfter { get; set; }

    /// <summary>Nothing is found, while the hash counters go on.</summary>
    public bool FindsNothing { get; set; }

    /// <summary>The hash counters stand still.</summary>
    public bool StillCounters { get; set; }

    /// <summary>Another chip id than the model's.</summary>
    public uint? Id { get; set; }
}
