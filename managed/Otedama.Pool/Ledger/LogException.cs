namespace Otedama.Pool;

/// <summary>
/// The share log cannot be opened: made by a newer version, damaged in the middle, or in use. The message says which,
/// where, and what to do.
/// </summary>
public sealed class LogException : Exception
{
    public LogException(string message)
        : base(message)
    {
    }

    public LogException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
