namespace Otedama.Wire;

/// <summary>
/// Asks who dials for a solved puzzle when there is pressure: the table of inbound links more than three quarters full,
/// more than a quarter of a core spent on handshakes in the last ten seconds, or more than half of the places for
/// handshakes held by such as do not go on. Any thread.
/// </summary>
public sealed class PuzzleDoor(NodeId own, TimeProvider time)
{
    /// <summary>
    /// Each entry costs its sender a solved puzzle; the oldest is forgotten first, and whoever solves so many within
    /// twenty minutes may use one of them twice.
    /// </summary>
    private const int UsedMax = 65_536;

    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly HashSet<(uint, UInt128)> _used = [];
    private readonly Queue<(uint, UInt128)> _usedInOrder = new();
    private long _windowStart = time.GetTimestamp();
    private TimeSpan _spent, _spentBefore;
    private double _fullness, _held;

    /// <summary>Zero bits wanted now; 0 lets everybody in.</summary>
    public int BitsWanted
    {
        get
        {
            lock (_gate)
            {
                Turn();
                double load = (_spent > _spentBefore ? _spent : _spentBefore) / s_window;
                return _fullness > 0.97 || load > 0.75 ? PeerPuzzle.BitsMax
                    : _fullness > 0.90 || load > 0.50 || _held > 0.75 ? 20
                    : _fullness > 0.75 || load > 0.25 || _held > 0.50 ? PeerPuzzle.BitsMin
                    : 0;
            }
        }
    }

    /// <summary>How full the table of inbound links is, 0 to 1.</summary>
    public void SetFullness(double fullness)
    {
        lock (_gate)
        {
            _fullness = fullness;
        }
    }

    /// <summary>Part of the places for handshakes, 0 to 1, whose holders do not go on.</summary>
    public void SetHeld(double held)
    {
        lock (_gate)
        {
            _held = held;
        }
    }

    /// <summary>So long a handshake has kept a core busy.</summary>
    public void Spent(TimeSpan duration)
    {
        lock (_gate)
        {
            Turn();
            _spent += duration;
        }
    }

    /// <summary>None when this server name opens the door.</summary>
    public PeerRefusal Judge(string? serverName)
    {
        int wanted = BitsWanted;
        if (wanted == 0)
        {
            return PeerRefusal.None;
        }
        if (!PeerPuzzle.TryParse(serverName, out PeerPuzzle puzzle))
        {
            return PeerRefusal.PuzzleMissing;
        }
        uint bucket = PeerPuzzle.BucketOf(time.GetUtcNow());
        if (puzzle.Bucket != bucket && puzzle.Bucket != bucket - 1)
        {
            return PeerRefusal.PuzzleStale;
        }
        return puzzle.Bits(own) < wanted ? PeerRefusal.PuzzleTooEasy : Use(puzzle);
    }

    private PeerRefusal Use(PeerPuzzle puzzle)
    {
        lock (_gate)
        {
            if (!_used.Add((puzzle.Bucket, puzzle.Random)))
            {
                return PeerRefusal.PuzzleUsed;
            }
            _usedInOrder.Enqueue((puzzle.Bucket, puzzle.Random));
            if (_used.Count > UsedMax)
            {
                _used.Remove(_usedInOrder.Dequeue());
            }
            return PeerRefusal.None;
        }
    }

    /// <summary>Under the lock. A window that nobody looked at was an idle one.</summary>
    private void Turn()
    {
        TimeSpan elapsed = time.GetElapsedTime(_windowStart);
        if (elapsed >= s_window)
        {
            _spentBefore = elapsed < 2 * s_window ? _spent : TimeSpan.Zero;
            _spent = TimeSpan.Zero;
            _windowStart = time.GetTimestamp();
        }
    }
}
