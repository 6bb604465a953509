namespace Otedama.Mining;

/// <summary>How a pool failed, which decides how long a rig stays with it.</summary>
public enum UpstreamFault
{
    /// <summary>May be over in a moment: three in a row lead to the next pool.</summary>
    Ordinary,

    /// <summary>The pool is there and gives nothing to do, or never answers: the next pool is taken at once.</summary>
    Silence,

    /// <summary>
    /// The pool is not for this rig: the next one is taken at once, and this one is left alone for long.
    /// </summary>
    Unfit,
}

/// <summary>A connection to a pool that failed, in words an operator can act on.</summary>
public sealed class UpstreamException : Exception
{
    public UpstreamException(string message)
        : base(message)
    {
    }

    public UpstreamException(string message, UpstreamFault fault)
        : base(message) => Fault = fault;

    public UpstreamException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public UpstreamFault Fault { get; }
}
