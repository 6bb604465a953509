using System.Net.Sockets;
using System.Runtime.InteropServices;
using Otedama.Interop;

namespace Otedama.Wire;

/// <summary>
/// The thread of a ring. A turn: what was written goes to the kernel, it waits, what came is delivered, and the user
/// works. Other threads leave connections with output here, and wake it.
/// </summary>
internal sealed class RingLoop : ILoopDisk
{
    private const int EventsMax = 1_024;

    private const ulong CommitTag = 1;

    /// <summary>The kernel gave up waiting for its output to be taken, or for a sign of life (ETIMEDOUT).</summary>
    private const int TimedOut = 110;

    private static readonly TimeSpan s_lastTurns = TimeSpan.FromSeconds(2);

    private readonly Ring _ring;
    private readonly RingTransport _transport;
    private readonly Thread _thread;
    private readonly Dictionary<ulong, RingConnection> _connections = [];
    private readonly RingEvent[] _events = new RingEvent[EventsMax];
    private readonly List<RingItem> _items = [];
    private readonly WireBuffer _data = new();
    private readonly List<(ulong Number, bool Flush)> _ending = [];
    private List<RingConnection> _dirty = []; // the loop's own

    private readonly Lock _postGate = new(); // guards _posted
    private List<RingConnection> _posted = [];

    private Socket[] _listeners = [];
    private volatile bool _stopsListening;
    private volatile bool _ends;
    private bool _isUnlistening;
    private string _commitPath = "";
    private uint _commitFile;

    public RingLoop(Ring ring, RingTransport transport)
    {
        _ring = ring;
        _transport = transport;
        _thread = new Thread(Run) { Name = "otd-ring", IsBackground = true };
    }

    public ILoopUser? User { get; set; }

    public void Start(Socket[] listeners)
    {
        _listeners = listeners;
        _thread.Start();
    }

    /// <summary>Any thread: a turn is due.</summary>
    public void Wake() => _ring.Wake();

    /// <summary>Any thread: that connection has something to take, and nobody said so yet.</summary>
    public void Post(RingConnection connection)
    {
        if (Thread.CurrentThread == _thread)
        {
            _dirty.Add(connection);
            return;
        }
        lock (_postGate)
        {
            _posted.Add(connection);
        }
        _ring.Wake();
    }

    /// <summary>Any thread: the same for many, which wakes the loop once.</summary>
    public void Post(ReadOnlySpan<TransportConnection> written)
    {
        bool isLoop = Thread.CurrentThread == _thread;
        bool any = false;
        lock (_postGate)
        {
            foreach (TransportConnection one in written)
            {
                RingConnection connection = (RingConnection)one;
                if (connection.TryPost())
                {
                    (isLoop ? _dirty : _posted).Add(connection);
                    any = true;
                }
            }
        }
        if (any && !isLoop)
        {
            _ring.Wake();
        }
    }

    /// <summary>Any thread. The sockets are closed once the ring has let go of them.</summary>
    public void StopListening()
    {
        _stopsListening = true;
        if (!_thread.IsAlive)
        {
            CloseListeners();
            return;
        }
        _ring.Wake();
    }

    /// <summary>Waits for the last words of all connections, at most that long.</summary>
    public void End(TimeSpan patience)
    {
        _ends = true;
        if (_thread.IsAlive)
        {
            _ring.Wake();
            if (Thread.CurrentThread != _thread)
            {
                _thread.Join(patience);
            }
            return;
        }
        _ring.Dispose();
    }

    public void BeginCommit(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (path != _commitPath)
            {
                if (_commitPath.Length > 0)
                {
                    _ring.CloseFile(_commitFile);
                    _commitPath = "";
                }
                _commitFile = _ring.OpenFile(path);
                _commitPath = path;
            }
            _ring.Commit(_commitFile, CommitTag, offset, bytes);
        }
        catch (NativeException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    private void Run()
    {
        try
        {
            Turn();
        }
        catch (NativeException e)
        {
            _transport.OnBroken(e.Message);
        }
        CloseListeners();
        _ring.Dispose();
    }

    private void Turn()
    {
        for (int i = 0; i < _listeners.Length; i++)
        {
            _ring.Listen(_listeners[i].SafeHandle, (ulong)i);
        }
        TimeSpan wait = Timeout.InfiniteTimeSpan;
        long endedAt = 0;
        while (true)
        {
            HandOver();
            if (_ends)
            {
                endedAt = endedAt == 0 ? _transport.Time.GetTimestamp() : endedAt;
                if (_connections.Count == 0 || _transport.Time.GetElapsedTime(endedAt) > s_lastTurns)
                {
                    break;
                }
                wait = TimeSpan.FromMilliseconds(50);
            }
            foreach (ref readonly RingEvent happened in _ring.Turn(_events, wait))
            {
                Take(in happened);
            }
            wait = User?.OnTurn(this) ?? Timeout.InfiniteTimeSpan;
        }
    }

    private void Take(in RingEvent happened)
    {
        switch (happened.Kind)
        {
            case RingEventKind.Accepted:
                Accept(in happened);
                break;
            case RingEventKind.Received:
                if (_connections.TryGetValue(happened.Connection, out RingConnection? receiver))
                {
                    receiver.OnReceived(_ring.BytesOf(in happened));
                }
                break;
            case RingEventKind.Ended:
                if (_connections.TryGetValue(happened.Connection, out RingConnection? silent))
                {
                    silent.Close(CloseReason.PeerClosed);
                }
                break;
            case RingEventKind.Closed:
                Forget(in happened);
                break;
            case RingEventKind.Committed:
                User?.OnCommitted(
                    happened.Error == 0 ? null : new IOException(Marshal.GetPInvokeErrorMessage(happened.Error)));
                break;
            case RingEventKind.Unlistened when _isUnlistening:
                _listeners[(int)happened.Tag].Dispose();
                break;
        }
    }

    private void Accept(in RingEvent accepted)
    {
        if (_transport.Accept(in accepted) is not { } connection)
        {
            _ring.End(accepted.Connection, flush: false);
            return;
        }
        _connections.Add(connection.Number, connection);
        connection.Begin();
    }

    private void Forget(in RingEvent closed)
    {
        if (!_connections.Remove(closed.Connection, out RingConnection? connection))
        {
            return;
        }
        connection.Close(closed.Reason switch
        {
            RingEnd.Full or RingEnd.Unread => CloseReason.SlowReader,
            RingEnd.ByPeer when closed.Error == TimedOut => CloseReason.SlowReader,
            _ => CloseReason.Error,
        });
        connection.OnGone();
    }

    /// <summary>What was written and what is to end goes to the ring, in one call.</summary>
    private void HandOver()
    {
        if (_stopsListening && !_isUnlistening)
        {
            _isUnlistening = true;
            for (int i = 0; i < _listeners.Length; i++)
            {
                _ring.Unlisten((ulong)i);
            }
        }
        TakePosted();
        if (_dirty.Count == 0)
        {
            return;
        }
        // By index: a connection that breaks meanwhile is added at the end.
        for (int i = 0; i < _dirty.Count; i++)
        {
            RingHandover next = _dirty[i].Take(_items, _data);
            if (next != RingHandover.Open)
            {
                _ending.Add((_dirty[i].Number, next == RingHandover.End));
            }
        }
        _dirty.Clear();
        if (_items.Count > 0)
        {
            _ring.Send(CollectionsMarshal.AsSpan(_items), _data.Written);
            _items.Clear();
            _data.Reset();
        }
        foreach ((ulong number, bool flush) in _ending)
        {
            _ring.End(number, flush);
        }
        _ending.Clear();
    }

    private void TakePosted()
    {
        lock (_postGate)
        {
            if (_posted.Count == 0)
            {
                return;
            }
            if (_dirty.Count == 0)
            {
                (_dirty, _posted) = (_posted, _dirty);
                return;
            }
            _dirty.AddRange(_posted);
            _posted.Clear();
        }
    }

    private void CloseListeners() => Array.ForEach(_listeners, static listener => listener.Dispose());
}
