namespace Otedama.Wire;

/// <summary>
/// Handshakes of peers take turns on half of the processors, so that a flood of them leaves the other half to what is
/// connected; what those who came have cost is told to the door. Any thread.
/// </summary>
/// <param name="stopwatch">
/// Measures a turn. It never waits, so that this is processor time, and more than that only on a machine that has too
/// much to do: pressure as well.
/// </param>
internal sealed class HandshakeTurns(PuzzleDoor door, TimeProvider stopwatch)
{
    private readonly SemaphoreSlim _turns = new(HandshakeLane.Most);

    /// <summary>Bytes of a link in its handshake are looked at when it is its turn.</summary>
    public async Task FeedAsync(PeerTls tls, ReadOnlyMemory<byte> bytes, bool isDialled)
    {
        await _turns.WaitAsync();
        try
        {
            long began = stopwatch.GetTimestamp();
            tls.Feed(bytes);
            if (!isDialled)
            {
                door.Spent(stopwatch.GetElapsedTime(began));
            }
        }
        finally
        {
            _turns.Release();
        }
    }
}
