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
    /// <summary>64 KiB a second.</summary>
    public const long GossipBudget = 64 << 10;

    /// <summary>An answer to GETSHARES or GETDATA that takes longer is late.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    /// <summary>A share that was pushed is taken long before.</summary>
    private static readonly TimeSpan s_tipPatience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// While shares follow each other faster than that, a peer hears so often where we are all the same: who finds none
    /// himself sends nothing else that shows it.
    /// </summary>
    private static readonly TimeSpan s_tipAtLatest = TimeSpan.FromSeconds(15);

    /// <summary>Our view of the coin has not moved for so long, and who is behind it stays behind.</summary>
    private static readonly TimeSpan s_coinSettles = TimeSpan.FromMinutes(1);

    private readonly ShareDesk _desk;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new(); // guards _links and what is in them; the desk's own may be taken before it
    private readonly Dictionary<long, ChainLink> _links = [];

    /// <summary>The same, nearest first: on a thin line those pass a share on while the far ones still wait.</summary>
    private readonly List<ChainLink> _nearestFirst = [];

    private readonly Queue<(ChainLink Link, ChainShare Share, ShareFault Fault)> _late = []; // as many as waited at most
    private readonly GossipMode _gossip; // this and the next two under the gate
    private readonly AnnouncedShares _announcedShares;
    private readonly EagerPeers _eager;
    private readonly IRandomness _random;
    private readonly PeerBlocks _blocks; // with a gate of its own, inside of which no other is taken
    private long _announced;
    private long _coinMovedAt; // our own view of the coin; no lock
    private Pause _tipRest; // between two tips told
    private Hash256 _lastTip; // of OnNext, and so the next
    private long _tipSince;

    /// <param name="times">When the coin's blocks were made.</param>
    /// <param name="nodes">Where coin blocks of others go; null: nowhere.</param>
    /// <param name="gossipBudget">Bytes a second of shares to all peers, above which most are only announced.</param>
    public ChainPeers(
        ShareDesk desk, IBlockTimes times, ICoinBlockSink? nodes, PoolWorld world, long gossipBudget = GossipBudget)
    {
        _random = world.Random;
        _gossip = new GossipMode(gossipBudget);
        _announcedShares = new AnnouncedShares(world.Time);
        _eager = new EagerPeers(world.Random, world.Time);
        _desk = desk;
        _time = world.Time;
        _logger = world.Loggers.CreateLogger(LogCategory.PoolChain);
        Wake = new Signal(_time);
        Sync = new ChainSync(desk, times, world);
        _blocks = new PeerBlocks(desk, nodes, _time, _logger);
        desk.Coin.Moved += OnCoinMoved;
        desk.Tell(this);
    }

    public Signal Wake { get; }

    /// <summary>Fetches what is missing where that is much.</summary>
    public ChainSync Sync { get; }

    /// <summary>Most peers get announcements of shares only, because the shares would be too many bytes.</summary>
    public bool IsHybrid
    {
        get
        {
            lock (_gate)
            {
                return _gossip.IsHybrid;
            }
        }
    }

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
    public PeerTip? TipOf(IChainPeer peer) => Sync.TipOf(peer);

    /// <summary>When this peer last gave us a new valid share and a coin block: Unix milliseconds, 0 = never.</summary>
    public (long Share, long Block) GiftsOf(IChainPeer peer) =>
        LinkOf(peer) is { } link ? (link.ShareAt, link.BlockAt) : default;

    /// <summary>A peer has said HELLO and may talk about shares.</summary>
    public void OnJoined(IChainPeer peer)
    {
        ChainLink link = new(peer) { ToldAt = _time.GetTimestamp() }; // by HELLO
        lock (_gate)
        {
            _links.Add(peer.Number, link);
            _nearestFirst.Add(link);
        }
        Sync.OnTip(peer, link.Tip);
        Wake.Set();
    }

    public void OnLeft(IChainPeer peer)
    {
        lock (_gate)
        {
            if (_links.Remove(peer.Number, out ChainLink? link))
            {
                _nearestFirst.Remove(link);
                AskOthers(link.Asked.TakeAll());
            }
        }
        _blocks.OnLeft(peer);
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
            case PeerMessage.GetTxList:
                OnGetTxList(link, frame);
                break;
            case PeerMessage.TxList:
                OnTxList(link, frame);
                break;
            case PeerMessage.BlockAnn:
                _blocks.OnFrame(peer, frame);
                Wake.Set();
                break;
            case PeerMessage.CoinTip:
                OnCoinTip(link, PeerCoinTip.Read(frame.Body));
                break;
        }
    }

    /// <summary>
    /// Sends more of the histories that are on their way, tells of a new tip, and asks others for what is late.
    /// </summary>
    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        bool isBusy = false;
        TimeSpan next;
        List<(ChainLink Link, int Late, IReadOnlyCollection<uint> Questions)> late = [];
        PeerTip tip = _desk.Tip;
        PeerCoinTip coinTip = _desk.Coin.Tip;
        lock (_gate)
        {
            SortByWay();
            ChooseEager();
            AskAnnounced();
            bool isTold = _tipRest.Left(_time) == TimeSpan.Zero;
            foreach (ChainLink link in _links.Values)
            {
                Stream(link);
                isBusy |= link.Stream is not null;
                if (link.Asked.TakeLate(_time, out IReadOnlyCollection<uint> questions) is { Count: > 0 } wanted)
                {
                    late.Add((link, wanted.Count, questions));
                    AskOthers(wanted);
                }
                isBusy |= !TryTellCoin(link, coinTip);
                isBusy |= link.Asked.Count > 0 || !(isTold ? TryTell(link, tip) : IsTold(link, tip));
            }
            next = Pause.Earlier(_announcedShares.Next, isBusy || _gossip.IsHybrid ? s_look : Timeout.InfiniteTimeSpan);
            _tipRest = isTold ? Pause.Begin(_time, s_look) : _tipRest;
        }
        isBusy |= _blocks.Tick();
        RefuseLate();
        foreach ((ChainLink link, int count, IReadOnlyCollection<uint> questions) in late)
        {
            foreach (uint question in questions)
            {
                link.Peer.GiveUp(question);
            }
            link.Peer.Blame(PeerOffence.NoAnswer, $"{count} shares that it was asked for");
        }
        return new ValueTask<TimeSpan>(isBusy ? Pause.Earlier(next, s_look) : next);
    }

    void IShareListener.OnTaken(ChainShare share, ShareOrigin origin)
    {
        if (_blocks.OnShare(share))
        {
            Wake.Set();
        }
        if (origin.IsAskedFor || (origin.IsOwn && !_desk.IsProven))
        {
            return; // others know it, or hear of the tip it leads to; or it stands on what we only believe
        }
        lock (_gate)
        {
            NoteGift(origin.Peer, share);
            _announcedShares.Remove(share.Id);
            _gossip.Count((long)share.Bytes.Length * _links.Count, NowSeconds);
            foreach (ChainLink link in _nearestFirst)
            {
                if (link.Known.Add(share.Id))
                {
                    Pass(link, share);
                }
            }
        }
    }

    void IShareListener.OnNext(NextShare next)
    {
        if (next.Parent != _lastTip)
        {
            _lastTip = next.Parent;
            _tipSince = _time.GetTimestamp();
            Wake.Set();
        }
    }

    void IShareListener.OnRefused(ChainShare share, ShareOrigin origin, ShareFault fault)
    {
        ChainLink? link;
        lock (_gate)
        {
            link = _links.GetValueOrDefault(origin.Peer);
            if (link is not null)
            {
                _late.Enqueue((link, share, fault));
            }
        }
        Wake.Set();
    }

    void IShareListener.OnMissing(Hash256 id, long peer)
    {
        lock (_gate)
        {
            if (_links.TryGetValue(peer, out ChainLink? link))
            {
                // Who sent what needs it has it; another one who was asked may be a liar who made the first that did.
                Ask(link, [new WantedShare(id, IsNeeded: true)], isMore: true);
            }
        }
    }

    /// <summary>Outside of the desk's turn, in which they were refused.</summary>
    private void RefuseLate()
    {
        while (true)
        {
            (ChainLink Link, ChainShare Share, ShareFault Fault) next;
            lock (_gate)
            {
                if (!_late.TryDequeue(out next))
                {
                    return;
                }
            }
            OnRefused(next.Link, next.Share, next.Fault);
        }
    }

    /// <summary>Under the gate.</summary>
    private void NoteGift(long peer, ChainShare share)
    {
        if (_links.TryGetValue(peer, out ChainLink? link))
        {
            link.ShareAt = _time.GetUtcNow().ToUnixTimeMilliseconds();
            link.BlockAt = share.IsCoinBlock == true ? link.ShareAt : link.BlockAt;
        }
    }

    /// <summary>Under the gate. The ways are read once each: they may change while it sorts.</summary>
    private void SortByWay()
    {
        foreach (ChainLink link in _nearestFirst)
        {
            link.Way = link.Peer.RoundTrip ?? TimeSpan.MaxValue;
        }
        _nearestFirst.Sort(static (one, other) => one.Way.CompareTo(other.Way));
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
        WantedShare? wanted;
        lock (_gate)
        {
            link.Known.Add(id);
            _announcedShares.Remove(id);
            wanted = link.Asked.Take(id);
        }
        Arrive(link, id, bytes, correlation != 0 ? wanted : null);
    }

    /// <summary>wanted: what it answers. One that was only announced comes as if it had been pushed.</summary>
    private void Arrive(ChainLink link, Hash256 id, ReadOnlySpan<byte> bytes, WantedShare? wanted)
    {
        ChainLink[] late = wanted is null ? [] : EagerWithout(id);
        Arrival arrival = _desk.Arrive(bytes, new ShareOrigin(link.Peer.Number, wanted is { IsNeeded: true }));
        if (arrival is { Kind: ArrivalKind.Taken or ArrivalKind.Known, Share: { } its })
        {
            Sync.OnHas(link.Peer, its.Id);
        }
        if (arrival.Kind == ArrivalKind.Taken)
        {
            Judge(link, wanted is null, late);
            Audit(link, arrival.Share!);
        }
        if (arrival is { Kind: ArrivalKind.Refused, Fault: { } fault })
        {
            OnRefused(link, arrival.Share, fault);
        }
        else if (wanted is null && arrival is { Kind: ArrivalKind.Ignored, Share: { } share } && IsOld(share))
        {
            link.Peer.Blame(
                PeerOffence.OldCoinHeight, $"a share for coin height {share.Core.CoinHeight}; ours is {_desk.Coin.Height}");
        }
    }

    /// <summary>
    /// For a coin height that we left long ago. Right after our view has moved others' shares were on their way, or one
    /// of the two nodes is catching up, and nobody is to blame for that.
    /// </summary>
    private bool IsOld(ChainShare share) => share.Core.CoinHeight + ShareDesk.CoinHeightBehind <= _desk.Coin.Height
        && _time.GetElapsedTime(Interlocked.Read(ref _coinMovedAt)) >= s_coinSettles;

    private void OnCoinMoved()
    {
        Interlocked.Exchange(ref _coinMovedAt, _time.GetTimestamp());
        Wake.Set();
    }

    private static void OnRefused(ChainLink link, ChainShare? share, ShareFault fault)
    {
        PeerOffence offence = fault.Step switch
        {
            ShareFault.Link => PeerOffence.BadLink,
            ShareFault.CheapProof or ShareFault.FullProof => PeerOffence.BadProofOfWork,
            _ => PeerOffence.InvalidShare,
        };
        Reject(link, share, fault);
        link.Peer.Blame(offence, fault.ToString());
    }

    private static void Reject(ChainLink link, ChainShare? share, ShareFault fault)
    {
        Span<byte> body = stackalloc byte[PeerReject.Bytes];
        new PeerReject((ushort)fault.Step, share?.Id ?? Hash256.Zero).Write(body);
        link.Peer.Send(PeerMessage.Reject, body);
    }

    private void OnTip(ChainLink link, PeerTip tip)
    {
        lock (_gate)
        {
            link.Tip = tip;
            link.WantsEager = tip.BeEager;
            link.Known.Add(tip.Id);
        }
        Sync.OnTip(link.Peer, tip);
    }

    /// <summary>
    /// Under the gate: false when it has to be told later. Who was pushed the share hears of it only when it should
    /// have it by now, in case it could not take it then.
    /// </summary>
    private bool TryTell(ChainLink link, PeerTip tip)
    {
        if (IsTold(link, tip))
        {
            return true;
        }
        bool isPushed = link.Known.Contains(tip.Id) && _time.GetElapsedTime(_tipSince) < s_tipPatience
            && _time.GetElapsedTime(link.ToldAt) < s_tipAtLatest;
        if (isPushed && link.IsEagerTold == link.IsEager)
        {
            return false;
        }
        Span<byte> body = stackalloc byte[PeerTip.Bytes];
        (tip with { BeEager = link.IsEager }).Write(body);
        if (!link.Peer.Send(PeerMessage.Tip, body))
        {
            return false;
        }
        (link.Told, link.IsEagerTold, link.ToldAt) = (tip.Id, link.IsEager, _time.GetTimestamp());
        return true;
    }

    private static bool IsTold(ChainLink link, PeerTip tip) =>
        link.Told == tip.Id && link.IsEagerTold == link.IsEager;

    /// <summary>
    /// Under the gate: asks for what is not asked for yet, as much as there is room for. isMore: although another one
    /// was asked.
    /// </summary>
    private void Ask(ChainLink link, IEnumerable<WantedShare> wanted, bool isMore = false)
    {
        WantedShare[] fresh =
        [
            .. wanted.Where(each => isMore ? !link.Asked.Contains(each.Id) : !IsAsked(each.Id)).Take(link.Asked.Room),
        ];
        if (fresh.Length == 0)
        {
            return;
        }
        byte[] body = new byte[fresh.Length * PeerBody.IdBytes];
        for (int i = 0; i < fresh.Length; i++)
        {
            fresh[i].Id.CopyTo(body.AsSpan(i * PeerBody.IdBytes));
        }
        uint question = link.Peer.Ask(PeerMessage.GetShares, body);
        if (question == 0)
        {
            return; // who knows it will be asked when the next share names it
        }
        Pause patience = Pause.Begin(_time, s_patience);
        foreach (WantedShare each in fresh)
        {
            each.OnAsked(link.Peer.Number);
            link.Asked.Add(each, question, patience);
        }
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

    /// <summary>
    /// Under the gate: somebody else who is known to have it, or just somebody else where that is worth it.
    /// </summary>
    private void AskOthers(IReadOnlyList<WantedShare> wanted)
    {
        foreach (WantedShare each in wanted.Where(static each => !each.IsHopeless))
        {
            ChainLink[] others = [.. _links.Values.Where(link => link.Asked.Room > 0 && !each.WasAsked(link.Peer.Number))];
            ChainLink? other = Array.Find(others, link => link.Known.Contains(each.Id))
                ?? (each.IsNeeded && others.Length > 0 ? others[0] : null);
            if (other is not null)
            {
                Ask(other, [each]);
            }
        }
    }
}
