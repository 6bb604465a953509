namespace Otedama.Mining;

/// <summary>A connection to a pool that failed, in words an operator can act on.</summary>
public sealed class UpstreamException : Exception
{
    public UpstreamException(string message)
        : base(message)
    {
    }

    public UpstreamException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
