using System.Buffers.Binary;
using System.Net;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What came of a connection back; the first byte of RESULT.</summary>
internal enum DialBackOutcome : byte
{
    Reached,
    Refused,
    NoAnswer,
    AnotherNode,
    NotNow,
}

/// <summary>
/// Connects back for peers that ask whether they can be reached: only to the address they are seen at, to no port of the
/// system's services, once in ten minutes for one subscriber and few at once, so that nobody has us knock at doors that
/// are not his. Any thread.
/// </summary>
internal sealed class DialBackDesk(IPeerNetwork network, IPeerNetworkUser user, DhtRules rules, TimeProvider time)
{
    private const int UnderWayMax = 4;

    /// <summary>Peers in ten minutes. Full, those who ask later are told to come again.</summary>
    private const int ServedMax = 1_024;

    private const int ResultBytes = 19;

    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<long, Favour> _underWay = [];
    private readonly Dictionary<AddressBlock, Pause> _served = [];
    private long _last;

    /// <summary>A DIALBACK.</summary>
    public void Take(SessionPeer peer, in PeerFrame frame)
    {
        IPEndPoint remote = peer.Session.Remote;
        ushort port = BinaryPrimitives.ReadUInt16LittleEndian(frame.Body);
        Favour favour = new(peer, frame.Correlation, PeerEndpoint.Of(remote.Address, port));
        if (Begin(favour) is { } number)
        {
            network.Dial(new IPEndPoint(favour.Place.IP, port), peer.Session.Peer, number, user);
        }
        else
        {
            Answer(favour, DialBackOutcome.NotNow);
        }
    }

    /// <summary>How a dial of this desk, whose numbers are below zero, ended. None: there was a link.</summary>
    public void Ended(long number, PeerRefusal reason, string detail)
    {
        Favour? favour;
        lock (_gate)
        {
            if (!_underWay.Remove(number, out favour))
            {
                return;
            }
        }
        Answer(favour, reason switch
        {
            PeerRefusal.None => DialBackOutcome.Reached,
            PeerRefusal.WrongNode => DialBackOutcome.AnotherNode,
            PeerRefusal.Closed when detail.Length > 0 => DialBackOutcome.NoAnswer,
            _ => DialBackOutcome.Refused,
        });
    }

    private long? Begin(Favour favour)
    {
        lock (_gate)
        {
            foreach (AddressBlock old in _served.Where(one => one.Value.Left(time) == TimeSpan.Zero)
                .Select(static one => one.Key).ToArray())
            {
                _served.Remove(old);
            }
            AddressBlock subscriber = favour.Place.Subscriber;
            if (!rules.IsDialable(favour.Place) || _underWay.Count >= UnderWayMax || _served.Count >= ServedMax
                || _served.ContainsKey(subscriber))
            {
                return null;
            }
            _served[subscriber] = Pause.Begin(time, s_every);
            _underWay[--_last] = favour;
            return _last;
        }
    }

    private static void Answer(Favour favour, DialBackOutcome outcome)
    {
        Span<byte> body = stackalloc byte[ResultBytes];
        body[0] = (byte)outcome;
        favour.Place.Write(body[1..]);
        favour.Peer.Send(PeerMessage.DialBackResult, body, favour.Correlation);
    }

    private sealed record Favour(SessionPeer Peer, uint Correlation, PeerEndpoint Place);
}

/// <summary>A link that was only to see whether it comes to be.</summary>
internal sealed class DialBackLine(IPeerLink link) : IPeerLinkUser
{
    public void Start() => link.Close(CloseReason.ServerStopping);

    public void OnReceived(ReadOnlySpan<byte> bytes)
    {
        // The other end's HELLO, which is not of interest.
    }

    public void OnSent()
    {
    }

    public void OnClosed()
    {
    }
}
