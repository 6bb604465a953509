using System.Net;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// Two ends of a connection: bytes come in order, after the latency and no faster than the line. A lost piece comes a
/// while later, as TCP sends it again, and holds up those behind it.
/// </summary>
internal sealed class NetLink
{
    /// <summary>
    /// A connection ends when what was sent is not acknowledged for so long, as that of the real transport.
    /// </summary>
    private static readonly TimeSpan s_unheardFor = TimeSpan.FromSeconds(30);

    private readonly NetWorld _world;
    private readonly SeededRandom _random;
    private readonly TimeSpan _latency;
    private long _stalledUntil;
    private int _stall; // the newest one counts

    public NetLink(NetWorld world, NetPort from, NetPort to, IPEndPoint place, TimeSpan latency, ulong seed)
    {
        (_world, _latency, _random) = (world, latency, new SeededRandom(seed));
        IPEndPoint outgoing = new(from.Place.Address, 40_000 + _random.Below(20_000));
        One = new NetEnd(this, from, to.Id, place, isInitiator: true);
        Other = new NetEnd(this, to, from.Id, outgoing, isInitiator: false);
        (One.Back, Other.Back) = (Other, One);
    }

    public NetEnd One { get; }

    public NetEnd Other { get; }

    /// <summary>Both ends hear that it has ended.</summary>
    public void Cut()
    {
        One.HangUp();
        Other.HangUp();
        Gone();
    }

    /// <summary>Nothing comes through for so long; too long ends it.</summary>
    public void Stall(TimeSpan length)
    {
        int stall = ++_stall;
        _stalledUntil = _world.Schedule.Now + length.Ticks;
        if (length > s_unheardFor)
        {
            _world.Schedule.After(s_unheardFor, _world.Life, () =>
            {
                if (stall == _stall)
                {
                    Cut();
                }
            });
        }
    }

    public void Gone() => _world.Wires.Forget(this);

    /// <summary>The other end is not there any more, and says so or not.</summary>
    public void OnVanished(NetEnd left, bool isHeard)
    {
        Gone();
        _world.Schedule.After(isHeard ? _latency : s_unheardFor, _world.Life, left.HangUp);
    }

    /// <summary>The end closes its side; the other hears of it after all that was sent.</summary>
    public void OnClosed(NetEnd by)
    {
        Gone();
        by.ArrivesAt = Math.Max(by.ArrivesAt + 1, _world.Schedule.Now + _latency.Ticks);
        _world.Schedule.At(by.ArrivesAt, _world.Life, by.Back.HangUp);
    }

    public void Send(NetEnd from, byte[] bytes)
    {
        _world.Wires.BytesSent += bytes.Length;
        double seconds = bytes.Length / _world.Options.BytesPerSecond;
        long ready = Math.Max(_world.Schedule.Now, from.FreeAt) + (long)(seconds * TimeSpan.TicksPerSecond);
        from.FreeAt = ready;
        bool isLost = _random.Chance(_world.Options.Loss);
        long again = isLost ? (2 * _latency.Ticks) + (TimeSpan.TicksPerMillisecond * 200) : 0;
        long arrives = Math.Max(Math.Max(ready, _stalledUntil) + _latency.Ticks + again, from.ArrivesAt + 1);
        from.ArrivesAt = arrives;
        _world.Schedule.At(arrives, _world.Life, () => from.Delivered(bytes));
    }
}

/// <summary>One end: the link as one node has it.</summary>
internal sealed class NetEnd(NetLink link, NetPort port, NodeId peer, IPEndPoint remote, bool isInitiator) : IPeerLink
{
    private readonly List<byte> _written = [];
    private readonly Queue<byte[]> _unread = [];
    private IPeerLinkUser? _user;
    private bool _isEnded;
    private bool _isPaused;

    public NetPort Port { get; } = port;

    public bool IsEnded => _isEnded;

    public NetEnd Back { get; set; } = null!;

    public NodeId Peer { get; } = peer;

    public bool IsInitiator { get; } = isInitiator;

    public IPEndPoint Remote { get; } = remote;

    public int Unsent { get; private set; }

    /// <summary>When the line has taken what was sent, and when it will have come; of the link.</summary>
    public long FreeAt { get; set; }

    public long ArrivesAt { get; set; }

    public void Begin(IPeerNetworkUser user, long number)
    {
        Port.Add(this);
        _user = user.OnLink(this, number);
        _user.Start();
        if (_isEnded)
        {
            Tell(static user => user.OnClosed());
        }
        Read();
    }

    public bool Write(ReadOnlyMemory<byte> plain)
    {
        if (_isEnded)
        {
            return false;
        }
        _written.AddRange(plain.Span);
        Unsent += plain.Length;
        return true;
    }

    public void Flush()
    {
        if (_written.Count > 0)
        {
            link.Send(this, [.. _written]);
            _written.Clear();
        }
    }

    public void PauseReading() => _isPaused = true;

    public void ResumeReading()
    {
        _isPaused = false;
        Port.Do(Read);
    }

    public void Close(CloseReason reason)
    {
        if (!_isEnded)
        {
            Flush();
            _isEnded = true;
            Port.Remove(this);
            link.OnClosed(this);
            Tell(static user => user.OnClosed());
        }
    }

    /// <summary>The link has ended without this end's doing.</summary>
    public void HangUp()
    {
        if (!_isEnded)
        {
            _isEnded = true;
            Port.Remove(this);
            link.Gone();
            Tell(static user => user.OnClosed());
        }
    }

    /// <summary>Nobody is at this end any more.</summary>
    public void Vanish(bool isHeard)
    {
        _isEnded = true;
        Port.Remove(this);
        link.OnVanished(Back, isHeard);
    }

    /// <summary>What this end sent has come.</summary>
    public void Delivered(byte[] bytes)
    {
        Unsent -= bytes.Length;
        if (Unsent == 0 && !_isEnded)
        {
            Tell(static user => user.OnSent());
        }
        Back._unread.Enqueue(bytes);
        Back.Port.Do(Back.Read);
    }

    private void Read()
    {
        while (!_isPaused && _user is { } user && _unread.TryDequeue(out byte[]? bytes))
        {
            if (!_isEnded)
            {
                user.OnReceived(bytes);
            }
        }
    }

    private void Tell(Action<IPeerLinkUser> what)
    {
        if (_user is { } user)
        {
            Port.Do(() => what(user));
        }
    }
}
