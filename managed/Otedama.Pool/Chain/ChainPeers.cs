using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// What this node says to the others about its share chain, and what it makes of what they say: passes shares on, asks
/// for what is missing, answers questions, and leaves long gaps to the synchronisation. Any thread; its step looks
/// after what is late.
/// </summary>
public sealed partial class ChainPeers : IShareListener, IStep
{
    /// <summary>An answer to GETSHARES or GETDATA that takes longer is late.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly ShareDesk _desk;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new(); // guards _links and what is in them; the desk's own may be taken before it
    private readonly Dictionary<long, ChainLink> _links = [];

    public ChainPeers(ShareDesk desk, IBlockTimes times, PoolWorld world)
    {
        _desk = desk;
        _time = world.Time;
        _logger = world.Loggers.CreateLogger(LogCategory.PoolChain);
        Wake = new Signal(_time);
        Sync = new ChainSync(desk, times, world);
        desk.Tell(this);
    }

    public Signal Wake { get; }

    /// <summary>Fetches what is missing where that is much.</summary>
    public ChainSync Sync { get; }

    /// <summary>Links whose HELLO was good.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _links.Count;
            }
        }
    }

    /// <summary>The newest tip this peer told; null when it has left.</summary>
    public PeerTip? TipOf(IChainPeer peer) => LinkOf(peer)?.Tip;

    /// <summary>A peer has said HELLO and may talk about shares.</summary>
    public void OnJoined(IChainPeer peer)
    {
        ChainLink link = new(peer);
        lock (_gate)
        {
            _links.Add(peer.Number, link);
        }
        Sync.OnTip(peer, link.Tip, peer.Hello.WindowWork);
    }

    public void OnLeft(IChainPeer peer)
    {
        lock (_gate)
        {
            _links.Remove(peer.Number);
        }
        Sync.OnLeft(peer);
    }

    /// <summary>One message of this peer about the chain; others are not for here and are passed over.</summary>
    public void OnMessage(IChainPeer peer, in PeerFrame frame)
    {
        if (LinkOf(peer) is not { } link)
        {
            return;
        }
        switch (frame.Message)
        {
            case PeerMessage.Share:
                OnShare(link, frame.Body, frame.Correlation);
                break;
            case PeerMessage.Inv:
                OnInv(link, frame);
                break;
            case PeerMessage.GetData:
                OnGetData(link, frame);
                break;
            case PeerMessage.NotFound:
                OnNotFound(link, frame);
                break;
            case PeerMessage.GetShares:
                OnGetShares(link, frame);
                break;
            case PeerMessage.Shares:
                OnShares(link, frame);
                break;
            case PeerMessage.Tip:
                OnTip(link, PeerTip.Read(frame.Body));
                break;
            case PeerMessage.GetChain:
                OnGetChain(link, frame);
                break;
            case PeerMessage.Chain:
                Sync.OnChain(peer, frame);
                break;
        }
    }

    /// <summary>Sends more of the histories that are on their way, and asks others for what is late.</summary>
    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        bool isBusy = false;
        List<(ChainLink Link, IReadOnlyList<(Hash256 Id, uint Number)> Questions)> late = [];
        lock (_gate)
        {
            foreach (ChainLink link in _links.Values)
            {
                Stream(link);
                isBusy |= link.Stream is not null;
                if (link.Asked.TakeLate(_time) is { Count: > 0 } questions)
                {
                    late.Add((link, questions));
                }
                isBusy |= link.Asked.Count > 0;
            }
        }
        foreach ((ChainLink link, IReadOnlyList<(Hash256 Id, uint Number)> questions) in late)
        {
            foreach (uint number in questions.Select(static question => question.Number).Distinct())
            {
                link.Peer.Answered(number);
            }
            link.Peer.Blame(PeerOffence.NoAnswer, $"{questions.Count} shares that it was asked for");
            AskAnother(link, [.. questions.Select(static question => question.Id)]);
        }
        return new ValueTask<TimeSpan>(isBusy ? s_look : Timeout.InfiniteTimeSpan);
    }

    void IShareListener.OnTaken(ChainShare share, ShareOrigin origin)
    {
        if (origin.IsAskedFor)
        {
            return; // others know it, or hear of the tip it leads to
        }
        lock (_gate)
        {
            foreach (ChainLink link in _links.Values)
            {
                if (link.Known.Add(share.Id))
                {
                    link.Peer.Send(PeerMessage.Share, share.Bytes.Span);
                }
            }
        }
    }

    void IShareListener.OnNext(NextShare next)
    {
        Span<byte> body = stackalloc byte[PeerTip.Bytes];
        new PeerTip(next.Height - 1, next.Parent, next.CumulativeWork - next.Work, BeEager: false).Write(body);
        lock (_gate)
        {
            foreach (ChainLink link in _links.Values)
            {
                link.Peer.Send(PeerMessage.Tip, body);
            }
        }
    }

    void IShareListener.OnMissing(Hash256 id, long peer)
    {
        lock (_gate)
        {
            if (_links.TryGetValue(peer, out ChainLink? link))
            {
                Ask(link, [id]);
            }
        }
    }

    private ChainLink? LinkOf(IChainPeer peer)
    {
        lock (_gate)
        {
            return _links.GetValueOrDefault(peer.Number);
        }
    }

    private void OnShare(ChainLink link, ReadOnlySpan<byte> bytes, uint correlation)
    {
        Hash256 id = Sha256d.Hash(bytes);
        bool isAsked;
        lock (_gate)
        {
            link.Known.Add(id);
            isAsked = link.Asked.Remove(id);
        }
        Arrive(link, bytes, isAsked && correlation != 0);
    }

    private void Arrive(ChainLink link, ReadOnlySpan<byte> bytes, bool isAsked)
    {
        Arrival arrival = _desk.Arrive(bytes, new ShareOrigin(link.Peer.Number, isAsked));
        if (arrival is { Kind: ArrivalKind.Refused, Fault: { } fault })
        {
            PeerOffence offence = fault.Step switch
            {
                ShareFault.Link => PeerOffence.BadLink,
                ShareFault.CheapProof or ShareFault.FullProof => PeerOffence.BadProofOfWork,
                _ => PeerOffence.InvalidShare,
            };
            Reject(link, arrival, fault);
            link.Peer.Blame(offence, fault.ToString());
        }
    }

    private static void Reject(ChainLink link, Arrival arrival, ShareFault fault)
    {
        Span<byte> body = stackalloc byte[PeerReject.Bytes];
        new PeerReject((ushort)fault.Step, arrival.Share?.Id ?? Hash256.Zero).Write(body);
        link.Peer.Send(PeerMessage.Reject, body);
    }

    private void OnTip(ChainLink link, PeerTip tip)
    {
        lock (_gate)
        {
            link.Tip = tip;
            link.Known.Add(tip.Id);
        }
        Sync.OnTip(link.Peer, tip, link.WindowWork);
    }

    /// <summary>Under the gate: asks for what is not asked for yet.</summary>
    private void Ask(ChainLink link, IReadOnlyList<Hash256> ids)
    {
        Pause patience = Pause.Begin(_time, s_patience);
        Hash256[] fresh = [.. ids.Where(id => !IsAsked(id) && link.Asked.TryAdd(id, patience))];
        if (fresh.Length == 0)
        {
            return;
        }
        byte[] body = new byte[fresh.Length * PeerBody.IdBytes];
        for (int i = 0; i < fresh.Length; i++)
        {
            fresh[i].CopyTo(body.AsSpan(i * PeerBody.IdBytes));
        }
        link.Asked.Number(fresh, link.Peer.Ask(PeerMessage.GetShares, body));
        Wake.Set();
    }

    private bool IsAsked(Hash256 id)
    {
        foreach (ChainLink link in _links.Values)
        {
            if (link.Asked.Contains(id))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Somebody else who is known to have it, or just somebody else.</summary>
    private void AskAnother(ChainLink late, IReadOnlyList<Hash256> ids)
    {
        lock (_gate)
        {
            foreach (Hash256 id in ids)
            {
                ChainLink? other = _links.Values.FirstOrDefault(link => link != late && link.Known.Contains(id))
                    ?? _links.Values.FirstOrDefault(link => link != late);
                if (other is not null)
                {
                    Ask(other, [id]);
                }
            }
        }
    }
}
