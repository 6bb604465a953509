namespace Otedama.Wire;

/// <summary>
/// Who may begin a handshake: four of one address in ten seconds (of IPv6 a /64 is one address), and 64 at once. A
/// place is taken by who has said a whole ClientHello; who has not waits outside, where nothing is kept for it but its
/// connection, and when all places there are taken the oldest of the network with most of them goes. Who has begun goes
/// for another one after two seconds without an end. Any thread.
/// </summary>
/// <remarks>
/// Strangers fill both for the price of a connection. 1,000 that say nothing keep nobody out: each newcomer gets a
/// place, and an honest one speaks with the packet that ends its TCP handshake, long before 256 others have come after
/// it. Who speaks and then says nothing more holds a place for two seconds when others want it, and pays for it with a
/// puzzle as soon as half of them are held so (<see cref="PuzzleDoor"/>).
/// </remarks>
public sealed class HandshakeGate(TimeProvider time)
{
    public const int ConcurrentMax = 64, PerAddressMax = 4, SilentMax = 256;

    /// <summary>
    /// Addresses remembered in each of two halves. Who has more addresses than that makes us forget sooner; the bound
    /// on all handshakes together still holds.
    /// </summary>
    private const int AddressesMax = 8_192;

    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A handshake takes one way there and back, by satellite 0.7 s: after half a second it is slow, and after two it
    /// has had its time when another one waits.
    /// </summary>
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(0.5), s_guaranteed = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly DoorCrowd _silent = new(), _shaking = new();
    private Dictionary<UInt128, int> _now = [], _before = [];
    private long _windowStart = time.GetTimestamp();

    /// <summary>Connections that have come and whose handshake is not over.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _silent.Count + _shaking.Count;
            }
        }
    }

    /// <summary>Part of the places of handshakes, 0 to 1, that are held by slow ones.</summary>
    internal double Held
    {
        get
        {
            lock (_gate)
            {
                return (double)_shaking.CameBy(Before(s_slow)) / ConcurrentMax;
            }
        }
    }

    /// <summary>None lets it wait until it speaks; then and otherwise Leave has to be called at its end.</summary>
    internal PeerRefusal Enter(DoorGuest guest)
    {
        DoorGuest? victim = null;
        lock (_gate)
        {
            Turn();
            int begun = _now.GetValueOrDefault(guest.Address);
            if (!guest.IsAllowed && begun + _before.GetValueOrDefault(guest.Address) >= PerAddressMax)
            {
                return PeerRefusal.TooManyFromAddress;
            }
            if (_silent.Count >= SilentMax && !TryFree(_silent, time.GetTimestamp(), out victim))
            {
                return PeerRefusal.TooManyHandshakes;
            }
            _silent.Add(guest, time.GetTimestamp());
            if (!guest.IsAllowed)
            {
                _now[guest.Address] = begun + 1;
            }
        }
        victim?.PutOut();
        return PeerRefusal.None;
    }

    /// <summary>
    /// It has said its ClientHello. isTableFull: no room for another link, but in the place of one that comes to none.
    /// </summary>
    internal PeerRefusal Begin(DoorGuest guest, bool isTableFull)
    {
        DoorGuest? victim = null;
        lock (_gate)
        {
            if (!_silent.Remove(guest))
            {
                return PeerRefusal.GaveWay;
            }
            if ((isTableFull || _shaking.Count >= ConcurrentMax)
                && !TryFree(_shaking, Before(s_guaranteed), out victim))
            {
                return isTableFull ? PeerRefusal.TableFull : PeerRefusal.TooManyHandshakes;
            }
            _shaking.Add(guest, time.GetTimestamp());
        }
        victim?.PutOut();
        return PeerRefusal.None;
    }

    /// <summary>The last call; any number of times.</summary>
    internal void Leave(DoorGuest guest)
    {
        lock (_gate)
        {
            _ = _silent.Remove(guest) || _shaking.Remove(guest);
        }
    }

    private static bool TryFree(DoorCrowd crowd, long cameBy, out DoorGuest? victim)
    {
        victim = crowd.Victim(cameBy);
        return victim is not null && crowd.Remove(victim);
    }

    private long Before(TimeSpan span) =>
        time.GetTimestamp() - (long)(span.TotalSeconds * time.TimestampFrequency);

    private void Turn()
    {
        TimeSpan elapsed = time.GetElapsedTime(_windowStart);
        if (elapsed < s_window / 2 && _now.Count < AddressesMax)
        {
            return;
        }
        (_before, _now) = (_now, _before);
        _now.Clear();
        if (elapsed >= s_window)
        {
            _before.Clear();
        }
        _windowStart = time.GetTimestamp();
    }
}
