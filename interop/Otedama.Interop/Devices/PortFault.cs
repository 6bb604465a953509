namespace Otedama.Interop;

/// <summary>Why a serial port or a USB device does not do what it was asked.</summary>
public enum PortFault
{
    /// <summary>It is not there.</summary>
    Missing,

    /// <summary>Another program has it.</summary>
    Busy,

    /// <summary>This user may not open it.</summary>
    Denied,

    /// <summary>It was there and went away, or this side closed it.</summary>
    Gone,

    /// <summary>A USB endpoint refused the transfer.</summary>
    Stalled,

    /// <summary>A USB transfer was not done in time.</summary>
    Timeout,

    /// <summary>It cannot do that, or what it needs is not installed.</summary>
    Unsupported,

    /// <summary>Anything else the system said.</summary>
    Other,
}
