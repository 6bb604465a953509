using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// What this node tells its peers of where nodes are, and what it takes of what they tell. Any thread; its step sends
/// what waits. Links that are for shares only neither tell nor hear anything here.
/// </summary>
/// <remarks>
/// Strangers fill the tables through it: 256 addresses as an answer to a link that we dialled, ten in ten minutes of
/// any link, and nobody can have more than two links of an address. What is news goes on to two others, once, within
/// the same ten in ten minutes; so a liar's cost is a link, and everybody's cost is bounded by the links he has.
/// Where more waits than may go out, chance decides, and this node's own address goes first.
/// </remarks>
internal sealed class AddressDesk(
    NodeId ownId, AddressManager addresses, Func<IReadOnlyList<SessionPeer>> peers, PoolWorld world) : IStep
{
    /// <summary>Entries of an ADDR that nobody asked for, of one that was asked for, and of all of one link.</summary>
    private const int UnaskedMax = 10, FrameMax = 8_192 / PeerBody.AddrBytes, AnswerMax = AddressManager.SampleMax;

    /// <summary>Peers that hear of what is news.</summary>
    private const int Listeners = 2;

    /// <summary>News is of no use any more.</summary>
    private const long StaleSeconds = 2 * 60 * 60;

    private const long DaySeconds = 24 * 60 * 60;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(10);

    /// <summary>One ADDR in ten minutes is allowed; chance on top hides who heard what when.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromMinutes(10), s_spread = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan s_ownAgain = TimeSpan.FromDays(1), s_sampleLasts = TimeSpan.FromHours(1);

    private readonly Lock _gate = new(); // of what follows, and of every talk
    private readonly TimeProvider _time = world.Time;
    private readonly SipHash _key = new(world.Random.NextUInt64(), world.Random.NextUInt64());
    private IReadOnlyList<AddressCandidate> _sample = [];
    private Pause _sampleLasts;

    public Signal Wake { get; } = new(world.Time);

    /// <summary>Where this node is as this peer may tell others; null while it cannot be reached.</summary>
    public Func<SessionPeer, PeerEndpoint?> Own { get; set; } = static _ => null;

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>A peer was let in: one of ours is asked whom it knows, and one that listens is news itself.</summary>
    public void OnOpen(SessionPeer peer)
    {
        if (peer.Kind is OutboundKind.ChainOnly or OutboundKind.Feeler)
        {
            return;
        }
        if (peer.IsOutbound)
        {
            Open(peer);
            peer.Ask(PeerMessage.GetAddr, []);
        }
        if (peer.Hello.ListenPort > 0)
        {
            PeerEndpoint place = PeerEndpoint.Of(peer.Session.Remote.Address, peer.Hello.ListenPort);
            PeerAddrEntry itself = new((uint)Now, PeerServices.Listen, place, peer.Session.Peer);
            Take(peer, place, itself, isNews: true);
            if (peer.IsOutbound && peer.Session.Remote.Port == place.Port)
            {
                addresses.Succeeded(place, peer.Session.Peer); // one that was configured was not in the table
            }
        }
    }

    /// <summary>
    /// Answered once, and only to who dialled: what we answer to whom we chose would tell him what we know.
    /// </summary>
    public void OnGetAddr(SessionPeer peer, uint correlation)
    {
        IReadOnlyList<AddressCandidate> sample;
        lock (_gate)
        {
            if (peer.IsOutbound || peer.Talk.IsAnswered)
            {
                return;
            }
            peer.Talk.IsAnswered = true;
            sample = Sample();
        }
        Open(peer);
        foreach (AddressCandidate[] part in sample.Chunk(FrameMax))
        {
            Send(peer, [.. part.Select(static known => new PeerAddrEntry(
                (uint)known.LastSeen, PeerServices.Listen, known.Place, known.NodeId ?? default))], correlation);
        }
    }

    public void OnAddr(SessionPeer peer, in PeerFrame frame)
    {
        if (peer.Kind is OutboundKind.ChainOnly)
        {
            return;
        }
        bool isAnswer = frame.Correlation != 0;
        int entries = PeerBody.Entries(frame);
        if (isAnswer && !TakeRoom(peer, entries, frame.Correlation))
        {
            return;
        }
        Open(peer);
        PeerEndpoint source = PeerEndpoint.Of(peer.Session.Remote.Address, peer.Session.Remote.Port);
        for (int i = 0; i < entries; i++)
        {
            Take(peer, source, PeerAddrEntry.Read(frame.Body, i), isNews: !isAnswer);
        }
    }

    /// <summary>Sends what waits to whoever may be told more.</summary>
    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        foreach (SessionPeer peer in peers())
        {
            if (TakeWaiting(peer, Own(peer)) is { Length: > 0 } entries)
            {
                Send(peer, entries, correlation: 0);
            }
        }
        return new ValueTask<TimeSpan>(s_look);
    }

    private void Open(SessionPeer peer)
    {
        PeerEndpoint? own = Own(peer);
        lock (_gate)
        {
            AddressTalk talk = peer.Talk;
            if (!talk.IsOpen && own is { } place)
            {
                talk.Own = (place, Pause.Begin(_time, s_ownAgain)); // its HELLO said so
            }
            talk.IsOpen = true;
        }
    }

    /// <summary>
    /// An answer may come in parts; the last one is not full. More than was asked for costs points.
    /// </summary>
    private bool TakeRoom(SessionPeer peer, int entries, uint question)
    {
        int given;
        lock (_gate)
        {
            given = peer.Talk.Given += entries;
        }
        if (entries < FrameMax || given >= AnswerMax)
        {
            peer.Answered(question);
        }
        if (given > AnswerMax)
        {
            peer.Blame(PeerOffence.TooManyAddresses, $"{given} in answers, and {AnswerMax} are allowed");
        }
        return given <= AnswerMax;
    }

    private void Take(SessionPeer peer, PeerEndpoint source, PeerAddrEntry entry, bool isNews)
    {
        bool wasNew = addresses.Add(entry.Endpoint, source, entry.LastSeen, AddressOrigin.Peer);
        if (!isNews || !wasNew || entry.Id == ownId || Math.Abs(Now - entry.LastSeen) > StaleSeconds)
        {
            return;
        }
        lock (_gate)
        {
            foreach (SessionPeer listener in peers()
                .Where(other => other != peer && other.Talk.IsOpen).OrderBy(other => Rank(entry.Endpoint, other))
                .Take(Listeners))
            {
                Queue(listener.Talk.Waiting, entry);
            }
        }
    }

    /// <summary>For a day the same two hear of an address, however often it is told.</summary>
    private ulong Rank(PeerEndpoint place, SessionPeer peer)
    {
        Span<byte> message = stackalloc byte[PeerEndpoint.Size + (2 * sizeof(long))];
        place.Write(message);
        BinaryPrimitives.WriteInt64LittleEndian(message[PeerEndpoint.Size..], peer.Number);
        BinaryPrimitives.WriteInt64LittleEndian(message[(PeerEndpoint.Size + sizeof(long))..], Now / DaySeconds);
        return _key.Of(message);
    }

    private void Queue(List<PeerAddrEntry> waiting, PeerAddrEntry entry)
    {
        if (waiting.Count < UnaskedMax)
        {
            waiting.Add(entry);
        }
        else
        {
            waiting[(int)(world.Random.NextUInt64() % UnaskedMax)] = entry;
        }
    }

    private PeerAddrEntry[] TakeWaiting(SessionPeer peer, PeerEndpoint? own)
    {
        lock (_gate)
        {
            AddressTalk talk = peer.Talk;
            if (!talk.IsOpen || talk.Rest.Left(_time) > TimeSpan.Zero)
            {
                return [];
            }
            if (own is { } place && (talk.Own.Place != place || talk.Own.Lasts.Left(_time) == TimeSpan.Zero))
            {
                talk.Own = (place, Pause.Begin(_time, s_ownAgain));
                talk.Waiting.Insert(0, new PeerAddrEntry((uint)Now, PeerServices.Listen, place, ownId));
            }
            PeerAddrEntry[] entries = [.. talk.Waiting.Take(UnaskedMax)];
            talk.Waiting.Clear();
            if (entries.Length > 0)
            {
                double chance = world.Random.NextUInt64() / (double)ulong.MaxValue;
                talk.Rest = Pause.Begin(_time, s_rest + (s_spread * chance));
            }
            return entries;
        }
    }

    /// <summary>Who asks again under new names is told the same for an hour, once there is enough to tell.</summary>
    private IReadOnlyList<AddressCandidate> Sample()
    {
        if (_sampleLasts.Left(_time) == TimeSpan.Zero)
        {
            _sample = addresses.Sample(AnswerMax);
            _sampleLasts = _sample.Count == AnswerMax ? Pause.Begin(_time, s_sampleLasts) : default;
        }
        return _sample;
    }

    private static void Send(SessionPeer peer, PeerAddrEntry[] entries, uint correlation)
    {
        byte[] body = new byte[entries.Length * PeerBody.AddrBytes];
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i].Write(body.AsSpan(i * PeerBody.AddrBytes));
        }
        peer.Send(PeerMessage.Addr, body, correlation);
    }
}
