namespace Otedama;

/// <summary>A verb cannot go on: one sentence for the user and the exit code that goes with it.</summary>
internal sealed class CommandException(int code, string message) : Exception(message)
{
    public int Code { get; } = code;
}
