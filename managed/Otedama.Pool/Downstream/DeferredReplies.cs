using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Refusals that wait for the verdicts on submits before them. Under the session's lock.</summary>
internal sealed class DeferredReplies(MinerLink link)
{
    /// <summary>Behind submits still being checked; more means a flood, and the connection is closed.</summary>
    private const int Max = 1_024;

    private Queue<(long After, byte[] Reply)>? _waiting;

    /// <summary>To be sent once as many submits are answered.</summary>
    public void Add(long after, ReadOnlySpan<byte> id, StratumError code, string text)
    {
        _waiting ??= new Queue<(long, byte[])>();
        if (_waiting.Count >= Max)
        {
            link.Connection.Close(CloseReason.Malformed);
            return;
        }
        WireBuffer buffer = new();
        StratumWriter.Error(buffer, id, code, text);
        _waiting.Enqueue((after, buffer.Written.ToArray()));
        buffer.Clear();
    }

    public void Send(long answered)
    {
        while (_waiting is { Count: > 0 } && _waiting.Peek().After <= answered)
        {
            link.Reply.Append(_waiting.Dequeue().Reply);
        }
    }
}
