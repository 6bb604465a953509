using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// The peers that can be asked to connect back: ours by our own choice, so that nobody volunteers to lie.
/// </summary>
public interface IDialBackPeers
{
    /// <summary>Outbound peers that are up, with their groups.</summary>
    IReadOnlyList<(long Number, AddressGroup Group)> Peers();

    /// <summary>
    /// Asks for a connection to the address the peer sees, at this port. The answer comes to Answered.
    /// </summary>
    void Ask(long number, ushort port);
}

/// <summary>
/// Whether strangers reach our port: two peers of different groups have to say that they did. Until then nobody is
/// told that we listen. A step; answers come from any thread.
/// </summary>
public sealed class DialBackProof : IStep
{
    private const int Wanted = 2;

    /// <summary>Peers answer one such request in ten minutes; a proof is good for a day.</summary>
    private static readonly TimeSpan s_retry = TimeSpan.FromMinutes(10), s_good = TimeSpan.FromHours(24);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30), s_noPeers = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly Dictionary<long, (AddressGroup Group, bool? Reached)> _asked = [];
    private readonly PortMapper _mapper;
    private readonly IDialBackPeers _peers;
    private readonly TimeProvider _time;
    private readonly ushort _port;
    private PeerEndpoint? _outside;
    private Pause _pause;
    private bool _isReachable, _isJudged;
    private int _declined; // of those asked now

    /// <summary>port: where we listen, and what is asked for where no mapping says another.</summary>
    public DialBackProof(PortMapper mapper, IDialBackPeers peers, int port, TimeProvider time)
    {
        (_mapper, _peers, _port, _time) = (mapper, peers, (ushort)port, time);
        Wake = new Signal(time);
    }

    public Signal Wake { get; }

    /// <summary>Only then LISTEN is said and the port announced.</summary>
    public bool IsReachable
    {
        get
        {
            lock (_gate)
            {
                return _isReachable;
            }
        }
    }

    /// <summary>Peers have tried, whatever came of it.</summary>
    public bool IsJudged
    {
        get
        {
            lock (_gate)
            {
                return _isJudged;
            }
        }
    }

    /// <summary>The port to announce.</summary>
    public ushort Port => _mapper.Mapping.Outside?.Port ?? _port;

    /// <summary>As in `reachable: yes (pcp)` and `reachable: no: gateway refuses`.</summary>
    public string Report()
    {
        PortMapping mapping = _mapper.Mapping;
        lock (_gate)
        {
            if (_isReachable)
            {
                return $"yes ({mapping.Method ?? "open port"})";
            }
            string why = mapping.Reason.Length > 0 ? mapping.Reason : $"mapped by {mapping.Method}";
            return !_isJudged ? $"not known yet: {why}, no peer has tried"
                : mapping.Reason.Length > 0 ? $"no: {why}" : $"no: {why}, and peers could not connect";
        }
    }

    /// <summary>A peer's RESULT.</summary>
    public void Answered(long number, bool reached)
    {
        lock (_gate)
        {
            if (_asked.TryGetValue(number, out (AddressGroup Group, bool? Reached) asked) && asked.Reached is null)
            {
                _asked[number] = (asked.Group, reached);
            }
        }
        Wake.Set();
    }

    /// <summary>A peer has no time for it, or is gone: that says nothing about us.</summary>
    public void Declined(long number)
    {
        lock (_gate)
        {
            if (_asked.TryGetValue(number, out (AddressGroup Group, bool? Reached) asked) && asked.Reached is null)
            {
                _asked.Remove(number);
                _declined++;
            }
        }
        Wake.Set();
    }

    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        List<long> ask = [];
        TimeSpan pause;
        lock (_gate)
        {
            if (_outside != _mapper.Mapping.Outside)
            {
                _outside = _mapper.Mapping.Outside;
                (_isReachable, _isJudged, _pause) = (false, false, default);
                _asked.Clear();
                _declined = 0;
            }
            pause = _asked.Count + _declined > 0 ? Judge() : Begin(ask);
        }
        ask.ForEach(number => _peers.Ask(number, Port));
        return ValueTask.FromResult(pause);
    }

    private TimeSpan Begin(List<long> ask)
    {
        if (_pause.Left(_time) is { Ticks: > 0 } left)
        {
            return left;
        }
        (long Number, AddressGroup Group)[] chosen =
            [.. _peers.Peers().DistinctBy(static peer => peer.Group).Take(Wanted)];
        if (chosen.Length < Wanted)
        {
            return s_noPeers;
        }
        foreach ((long number, AddressGroup group) in chosen)
        {
            _asked[number] = (group, null);
            ask.Add(number);
        }
        _pause = Pause.Begin(_time, s_patience);
        return s_patience;
    }

    /// <summary>Who does not answer in time has not reached us.</summary>
    private TimeSpan Judge()
    {
        TimeSpan left = _pause.Left(_time);
        if (_asked.Values.Any(static one => one.Reached is null) && left > TimeSpan.Zero)
        {
            return left;
        }
        bool isProved = _declined == 0 && _asked.Values.All(static one => one.Reached == true);
        bool isRefuted = _asked.Values.Any(static one => one.Reached != true);
        (_isReachable, _isJudged) = (isProved || (_isReachable && !isRefuted), _isJudged || isProved || isRefuted);
        _asked.Clear();
        _declined = 0;
        TimeSpan next = isProved ? s_good : s_retry;
        _pause = Pause.Begin(_time, next);
        return next;
    }
}
