namespace Otedama.Asic;

/// <summary>Why a link does not do what it was asked.</summary>
public enum LinkFault
{
    /// <summary>There is no such port or device.</summary>
    Missing,

    /// <summary>Another program has it.</summary>
    Busy,

    /// <summary>This user may not open it.</summary>
    Permission,

    /// <summary>It was there and went away: unplugged, closed by the other side, disposed.</summary>
    Gone,

    /// <summary>It took or gave nothing in time.</summary>
    Timeout,

    /// <summary>A USB endpoint refused the transfer.</summary>
    Stalled,

    /// <summary>It cannot do that: a rate the hardware has not, a library that is not installed.</summary>
    Unsupported,

    /// <summary>Anything else the system said.</summary>
    Io,
}

/// <summary>What went wrong on a link, in a sentence for people: what failed, on which link, and the next
/// step.</summary>
public sealed class LinkException(LinkFault fault, string link, string sentence, Exception? inner = null)
    : IOException(sentence, inner)
{
    public LinkFault Fault { get; } = fault;

    /// <summary>ILink.Name.</summary>
    public string Link { get; } = link;
}
