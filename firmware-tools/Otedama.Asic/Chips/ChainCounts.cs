namespace Otedama.Asic;

/// <summary>What a chain has counted since it was made. Each but Jobs, Good and Registers is a sign of ill
/// health.</summary>
public readonly record struct ChainCounts
{
    /// <summary>Jobs sent.</summary>
    public long Jobs { get; init; }

    /// <summary>Nonces that were brought to the caller.</summary>
    public long Good { get; init; }

    /// <summary>Register replies.</summary>
    public long Registers { get; init; }

    /// <summary>Nonces of an older generation.</summary>
    public long Stale { get; init; }

    /// <summary>The same nonce of the same job again.</summary>
    public long Duplicates { get; init; }

    /// <summary>Nonces for a job id that was not given out.</summary>
    public long UnknownJobs { get; init; }

    /// <summary>Nonces whose version lies outside of the mask.</summary>
    public long OutsideMask { get; init; }

    /// <summary>Nonces whose header does not have the zero bits every chip looks for.</summary>
    public long HashErrors { get; init; }

    /// <summary>Nonces with these bits, but below the ticket that was set.</summary>
    public long BelowTicket { get; init; }

    /// <summary>Frames with a wrong CRC.</summary>
    public long CrcErrors { get; init; }

    /// <summary>Bytes thrown away to find the next frame.</summary>
    public long ResyncBytes { get; init; }

    /// <summary>Times the chips were brought up anew.</summary>
    public long Restarts { get; init; }
}
