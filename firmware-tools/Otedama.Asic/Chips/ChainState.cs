namespace Otedama.Asic;

/// <summary>Where a chain is between its device being absent and mining. Each transition has a deadline and a reason
/// text.</summary>
public enum ChainState
{
    /// <summary>The device is not there; looked for again.</summary>
    Absent,

    /// <summary>The link is open.</summary>
    Opened,

    /// <summary>The chips were reset.</summary>
    Reset,

    /// <summary>All chips answered and have their addresses.</summary>
    Enumerated,

    /// <summary>The registers are written.</summary>
    Configured,

    /// <summary>The clock goes to its target in steps.</summary>
    Ramping,

    /// <summary>Jobs are sent and nonces expected.</summary>
    Mining,

    /// <summary>Mining at a lower clock because it is hot.</summary>
    Throttled,

    /// <summary>Stopped because it is too hot, until it is cool.</summary>
    Cooling,

    /// <summary>Something is wrong; tried again after a pause unless ChainReport.NeedsHelp.</summary>
    Faulted,

    /// <summary>Shut down; the end.</summary>
    Stopped,
}
