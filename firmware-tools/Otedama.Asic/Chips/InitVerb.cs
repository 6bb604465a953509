namespace Otedama.Asic;

/// <summary>A step of an initialisation; in braces the word of the script.</summary>
public enum InitVerb
{
    /// <summary>Read all chip ids and check them (id).</summary>
    ReadIds,

    /// <summary>Chain inactive, so many times (inactive N).</summary>
    Inactive,

    /// <summary>Set addresses: at least so many commands (addresses N).</summary>
    Addresses,

    /// <summary>Registers of all chips at once (all R=V).</summary>
    WriteAll,

    /// <summary>Registers chip by chip (each R=V).</summary>
    WriteEach,

    /// <summary>Registers of the first chip (first R=V).</summary>
    WriteFirst,

    /// <summary>Registers of the last chip of each voltage domain (domain-last R=V).</summary>
    WriteDomainLast,

    /// <summary>Register 2C of the first and last chip of each domain, by its place (relay).</summary>
    Relay,

    /// <summary>Ticket mask of all (ticket).</summary>
    Ticket,

    /// <summary>Registers that change the link's rate, and the host's after them (rate R=V @BAUD).</summary>
    Rate,

    /// <summary>Registers to write instead where the rate stays (slow R=V).</summary>
    Slow,

    /// <summary>Registers to write once the rate was changed (fast R=V).</summary>
    Fast,

    /// <summary>The clock, in steps, to its target (ramp).</summary>
    Ramp,

    /// <summary>Hash counting number of all (hcn).</summary>
    HashCount,

    /// <summary>Version rolling on (mask).</summary>
    VersionMask,

    /// <summary>A counter offset for each chip (offsets).</summary>
    Offsets,

    /// <summary>One job, before the offsets (job).</summary>
    FirstJob,

    /// <summary>So many milliseconds (wait N).</summary>
    Wait,
}
