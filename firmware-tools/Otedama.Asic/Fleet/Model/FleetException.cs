namespace Otedama.Asic;

/// <summary>Why a device did not do or tell what it was asked.</summary>
public enum FleetFault
{
    /// <summary>Nobody listens, no route, or the connection broke before anything came.</summary>
    Unreachable,

    /// <summary>It took or gave nothing in time.</summary>
    Timeout,

    /// <summary>The reply cannot be read, with every repair.</summary>
    Malformed,

    /// <summary>The reply broke off in the middle.</summary>
    Truncated,

    /// <summary>The reply is larger than is read.</summary>
    TooBig,

    /// <summary>It wants a password, or another one, or does not let this machine in.</summary>
    Denied,

    /// <summary>It said that it failed.</summary>
    Device,

    /// <summary>It does not know that request, or the driver may not send it.</summary>
    Unsupported,

    /// <summary>The request was sent and what came of it is not known: the answer was lost.</summary>
    Unknown,
}

/// <summary>What went wrong with a device, in a sentence for people; holds no secret.</summary>
/// <param name="at">host:port.</param>
public sealed class FleetException(FleetFault fault, string at, string sentence, Exception? inner = null)
    : IOException(sentence, inner)
{
    public FleetFault Fault { get; } = fault;

    public string At { get; } = at;
}
