using System.Diagnostics.CodeAnalysis;

namespace Otedama.Wire;

/// <summary>
/// Handshakes are arithmetic: half of the processors do them, so that a flood of them leaves the other half to miners
/// that are connected. Any thread.
/// </summary>
internal sealed class HandshakeLane
{
    /// <summary>Turns at once, of this lane and of that of peers.</summary>
    public static int Most { get; } = Math.Max(1, Environment.ProcessorCount / 2);

    private readonly Lock _gate = new();
    private readonly Queue<StreamConnection> _waiting = new();
    private int _running;

    /// <summary>
    /// Bytes of a connection in its handshake are to be looked at; a connection waits for one turn at a time.
    /// </summary>
    public void Enqueue(StreamConnection connection)
    {
        lock (_gate)
        {
            _waiting.Enqueue(connection);
            if (_running == Most)
            {
                return;
            }
            _running++;
        }
        ThreadPool.UnsafeQueueUserWorkItem(static lane => lane.Run(), this, preferLocal: false);
    }

    private void Run()
    {
        while (TryNext(out StreamConnection? connection))
        {
            connection.ContinueHandshake();
        }
    }

    private bool TryNext([NotNullWhen(true)] out StreamConnection? connection)
    {
        lock (_gate)
        {
            bool found = _waiting.TryDequeue(out connection);
            _running -= found ? 0 : 1;
            return found;
        }
    }
}
