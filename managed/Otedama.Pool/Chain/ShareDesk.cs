using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Where every share of a chain arrives, our own not excepted: checks in the order of their price, then the chain, then
/// the disk, then everybody who listens. Safe from any thread; what a share shows about itself is checked on the
/// caller's, without a lock. Its step looks again at what was held.
/// </summary>
public sealed partial class ShareDesk : IStep, IDisposable
{
    /// <summary>How far ahead of our clock a share's time may be, ms; what is further waits until it is not.</summary>
    private const ulong AheadMax = 60_000;

    /// <summary>And is not even held beyond this.</summary>
    private const ulong HeldAheadMax = 120_000;

    /// <summary>A share nobody asked for weighs at least half of the least of so many of the newest.</summary>
    private const int RecentShares = 64;

    /// <summary>
    /// Bytes of shares that may wait for a disk which refuses: what a node fetches at its first start, and no less than
    /// this.
    /// </summary>
    private const int PendingMin = 8 << 20, PendingOfShare = 1_536;

    /// <summary>Shares that a change of the tip takes back and that is worth a warning.</summary>
    internal const int DeepReorganisation = 12;

    /// <summary>A share this many coin blocks behind ours is of no use to anybody.</summary>
    public const uint CoinHeightBehind = 5;

    private static readonly TimeSpan s_coinPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_clockPatience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    private readonly ChainCoin _coin;
    private readonly IProofChecker _checker;
    private readonly NativeSeedHashes _hashes = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ShareStore _store;
    private readonly StoreKeeper _keeper;
    private readonly IRandomness _random;
    private readonly LateProofs _late;
    private readonly Lock _gate = new(); // guards the four below
    private ShareChain _chain; // replaced by another one that shares nothing with it
    private readonly OrphanPool _orphans;
    private readonly HeldShares _held;
    private readonly List<IShareListener> _listeners = [];
    private volatile Ahead _ahead;

    /// <summary>
    /// Opens what was kept of the chain. Throws IOException when the folder cannot be used. checker: of the coin's
    /// algorithm.
    /// </summary>
    public ShareDesk(ChainParameters parameters, IProofChecker checker, PoolWorld world, string folder)
    {
        Parameters = parameters;
        _coin = ChainCoin.Of(parameters);
        _checker = checker;
        _time = world.Time;
        _logger = world.Loggers.CreateLogger(LogCategory.PoolChain);
        _orphans = new OrphanPool(_time);
        _held = new HeldShares(_time);
        Wake = new Signal(_time);
        KeptShares kept = new(parameters, _coin, checker, _hashes);
        int pendingMax = Math.Max(PendingMin, ((2 * parameters.WindowShares) + ChainSync.BeyondWindows) * PendingOfShare);
        _store = ShareStore.Open(world.Files, folder, pendingMax, _logger, kept.Load);
        _chain = kept.ToChain();
        if (_chain.Count == 0 && kept.Count > 0)
        {
            LogUseless(folder, kept.Count);
        }
        _ahead = Ahead.Of(_chain);
        _keeper = new StoreKeeper(_store, this, _time, _logger);
        _random = world.Random;
        _late = new LateProofs(this, _time);
        Coin.Moved += Wake.Set; // what was held for it
        LogOpened(folder, _chain.Count, _chain.Height, parameters.ToString());
    }

    public ChainParameters Parameters { get; }

    /// <summary>What our coin nodes offer; to be told each template.</summary>
    public CoinTips Coin { get; } = new();

    /// <summary>Of the blocks that our own shares would be.</summary>
    public OwnTransactions Transactions { get; } = new();

    public Signal Wake { get; }

    /// <summary>The disk's side, to be called by a loop of its own.</summary>
    public IStep Keeper => _keeper;

    /// <summary>Everything taken so far is safe on the disk.</summary>
    internal bool IsKept => !_store.HasPending;

    /// <summary>Checks what was believed at first, to be called by a loop of its own.</summary>
    public IStep Proofs => _late;

    /// <summary>Every proof of work in the chain was checked.</summary>
    public bool IsProven => _late.Count == 0;

    /// <summary>What the next share has to say.</summary>
    public NextShare Next => _ahead.Next;

    /// <summary>The newest share of the heaviest branch, as others are told of it.</summary>
    public PeerTip Tip => _ahead.Tip;

    /// <summary>From now on this one is told.</summary>
    public void Tell(IShareListener listener)
    {
        lock (_gate)
        {
            _listeners.Add(listener);
        }
    }

    /// <summary>Looks at the chain as it is; must not wait and must not keep it.</summary>
    public T Look<T>(Func<ShareChain, T> look)
    {
        lock (_gate)
        {
            return look(_chain);
        }
    }

    /// <summary>Shares that wait for others, and that wait for our clock or our coin node.</summary>
    public (int Orphans, int Held) Waiting
    {
        get
        {
            lock (_gate)
            {
                return (_orphans.Count, _held.Count);
            }
        }
    }

    /// <summary>A share in bytes, from anywhere. Never throws for what they say.</summary>
    public Arrival Arrive(ReadOnlySpan<byte> bytes, ShareOrigin origin)
    {
        ChainShare? share = Decode(bytes, out ShareFault? fault);
        return share is null ? Arrival.Refused(null, fault!) : Arrive(share, origin);
    }

    /// <summary>As Arrive of its bytes.</summary>
    public Arrival Arrive(ChainShare share, ShareOrigin origin)
    {
        if (IsKnown(share.Id, origin))
        {
            return new Arrival(ArrivalKind.Known, share, null);
        }
        ShareFault? fault = ShareChecks.Fields(share, Parameters, _coin);
        if (fault is not null)
        {
            return Arrival.Refused(share, fault);
        }
        if (Policy(share, origin) is { } answer)
        {
            return answer;
        }
        fault = ShareChecks.Link(share, Parameters) ?? ShareChecks.CheapProof(share, _coin)
            ?? ShareChecks.FullProof(share, _coin, _checker);
        return fault is null ? Take(share, origin) : Arrival.Refused(share, fault);
    }

    /// <summary>The header of a coin block in bytes. Throws FormatException.</summary>
    internal BlockHeader ReadHeader(ReadOnlySpan<byte> block) => BlockHeader.Parse(block, _coin.Spec.Family);

    /// <summary>Whether it has the proof of work of a coin block at this height, by bits that were looked at.</summary>
    internal bool IsCoinBlock(BlockHeader header, uint height) =>
        ShareChecks.IsCoinBlock(header, height, _coin, _checker);

    /// <summary>Whether it is in the chain or on a branch.</summary>
    internal bool Has(Hash256 id)
    {
        lock (_gate)
        {
            return _chain.Find(id) is not null;
        }
    }

    /// <summary>Whether it came already and need not be asked for.</summary>
    internal bool IsKnown(Hash256 id)
    {
        lock (_gate)
        {
            return _chain.Find(id) is not null || _chain.IsRefused(id) || _orphans.Contains(id) || _held.Contains(id);
        }
    }

    /// <summary>Looks again at what was held.</summary>
    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        IReadOnlyList<(ChainShare Share, ShareOrigin Origin, TimeSpan Left)> held;
        lock (_gate)
        {
            held = _held.TakeAll();
        }
        foreach ((ChainShare share, ShareOrigin origin, TimeSpan left) in held)
        {
            switch (origin.IsAskedFor ? ViewOfAsked(share) : View(share))
            {
                case ArrivalKind.Taken:
                    if (Arrive(share, origin) is { Kind: ArrivalKind.Refused, Fault: { } fault })
                    {
                        TellRefused(share, origin, fault);
                    }
                    break;
                case ArrivalKind.Held:
                    HoldOn(share, origin, left); // without a wake, which would call this step again at once
                    break;
            }
        }
        lock (_gate)
        {
            return new ValueTask<TimeSpan>(_held.Count > 0 ? s_again : Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Brings what was taken to the disk and lets the folder go.</summary>
    public void Dispose()
    {
        _keeper.Keep();
        _store.Dispose();
    }

    /// <summary>Brings what was taken to the disk at once.</summary>
    public void Flush() => _keeper.Keep();

    /// <summary>What waits for clock or coin is not known to who asked for it: others name it, so that it is needed.</summary>
    private bool IsKnown(Hash256 id, ShareOrigin origin)
    {
        lock (_gate)
        {
            if (origin.IsAskedFor)
            {
                _held.Remove(id);
            }
            return IsKnown(id);
        }
    }

    /// <summary>Steps 4 (our clock), 5 (what nobody asked for) and 6; null when they have nothing against it.</summary>
    private Arrival? Policy(ChainShare share, ShareOrigin origin)
    {
        if (!origin.IsOwn && !origin.IsAskedFor && IsLight(share))
        {
            return new Arrival(ArrivalKind.Ignored, share, null);
        }
        ArrivalKind view = origin.IsOwn ? ArrivalKind.Taken : origin.IsAskedFor ? ViewOfAsked(share) : View(share);
        if (view == ArrivalKind.Held)
        {
            // Steps 7 and 8 come before the few places, or these would be filled for nothing.
            if ((ShareChecks.Link(share, Parameters) ?? ShareChecks.CheapProof(share, _coin)) is { } fault)
            {
                return Arrival.Refused(share, fault);
            }
            TimeSpan patience = IsAhead(share, AheadMax) ? s_clockPatience : s_coinPatience;
            view = Hold(share, origin, patience) ? ArrivalKind.Held : ArrivalKind.Ignored;
        }
        return view == ArrivalKind.Taken ? null : new Arrival(view, share, null);
    }

    /// <summary>Taken: nothing against it. Held: it may become good. Ignored: not here.</summary>
    private ArrivalKind View(ChainShare share)
    {
        if (IsAhead(share, HeldAheadMax) || share.Core.CoinHeight + CoinHeightBehind <= Coin.Height)
        {
            return ArrivalKind.Ignored;
        }
        BlockHeader header = share.Work.Header;
        return Coin.See(header.PreviousHash, share.Core.CoinHeight, header.Bits) switch
        {
            CoinView.Wrong => ArrivalKind.Ignored,
            CoinView.Unknown => ArrivalKind.Held,
            _ => IsAhead(share, AheadMax) ? ArrivalKind.Held : ArrivalKind.Taken,
        };
    }

    /// <summary>
    /// The same of a share that others build on: it may be old, or on a block that our coin nodes do not know. But not
    /// of tomorrow, nor on bits that no coin block has: whoever gets such a share into the chain as somebody's parent or
    /// uncle would be paid alone by the next one.
    /// </summary>
    private ArrivalKind ViewOfAsked(ChainShare share) =>
        IsAhead(share, HeldAheadMax) || !HasCoinBits(share) ? ArrivalKind.Ignored
        : IsAhead(share, AheadMax) ? ArrivalKind.Held
        : ArrivalKind.Taken;

    private bool HasCoinBits(ChainShare share) =>
        Coin.Allows(share.Work.Header.PreviousHash, share.Core.CoinHeight, share.Work.Header.Bits);

    private bool IsAhead(ChainShare share, ulong most) =>
        share.Core.TimeMs > (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds() + most;

    private bool IsLight(ChainShare share)
    {
        lock (_gate)
        {
            return ShareDifficulty.Work(share.Core.Bits, 0) < _chain.LeastWork(RecentShares) / 2;
        }
    }

    private bool Hold(ChainShare share, ShareOrigin origin, TimeSpan patience)
    {
        bool isHeld = HoldOn(share, origin, patience);
        if (isHeld)
        {
            Wake.Set();
        }
        return isHeld;
    }

    private bool HoldOn(ChainShare share, ShareOrigin origin, TimeSpan patience)
    {
        lock (_gate)
        {
            return _held.TryAdd(share, origin, patience);
        }
    }

    /// <summary>Steps 10 to 13, and then for whoever waited for this one.</summary>
    private Arrival Take(ChainShare share, ShareOrigin origin)
    {
        lock (_gate)
        {
            Hash256 tip = _chain.TipId;
            int count = _chain.Count;
            Arrival answer = TakeOne(share, origin);
            TakeWaiting(answer);
            if (_chain.TipId != tip || _chain.Count != count)
            {
                Announce();
            }
            return answer;
        }
    }

    private Arrival TakeOne(ChainShare share, ShareOrigin origin)
    {
        ShareFault? fault = _chain.Add(share);
        if (fault is null)
        {
            OnAdded(share, origin);
            return new Arrival(ArrivalKind.Taken, share, null);
        }
        if (fault.Step == ShareFault.Known)
        {
            return new Arrival(ArrivalKind.Known, share, fault);
        }
        if (fault.Step != ShareFault.Orphan || _chain.IsRefused(share.Id))
        {
            LogRefused(share.ToString(), fault.ToString());
            return Arrival.Refused(share, fault);
        }
        if (!_orphans.TryAdd(share, origin))
        {
            return new Arrival(ArrivalKind.Ignored, share, fault);
        }
        foreach (Hash256 missing in Missing(share.Core))
        {
            _listeners.ForEach(listener => listener.OnMissing(missing, origin.Peer));
        }
        return new Arrival(ArrivalKind.Orphan, share, fault);
    }

    private void OnAdded(ChainShare share, ShareOrigin origin, bool isProven = true)
    {
        _store.Append(share, isProven);
        _keeper.Wake.Set();
        if (_chain.Undone > DeepReorganisation && _chain.TipId == share.Id)
        {
            LogReorganised(_chain.Undone, _chain.Height, share.ToString());
        }
        _listeners.ForEach(listener => listener.OnTaken(share, origin));
    }

    /// <summary>Whoever waited for a share is taken with it, or refused with it.</summary>
    private void TakeWaiting(Arrival first)
    {
        Queue<Arrival> settled = new([first]);
        while (settled.TryDequeue(out Arrival one))
        {
            if (one.Kind is not (ArrivalKind.Taken or ArrivalKind.Refused))
            {
                continue;
            }
            foreach ((ChainShare child, ShareOrigin origin) in _orphans.TakeChildren(one.Share!.Id))
            {
                Arrival answer = TakeOne(child, origin);
                settled.Enqueue(answer);
                if (answer.Kind == ArrivalKind.Refused)
                {
                    _listeners.ForEach(listener => listener.OnRefused(child, origin, answer.Fault!));
                }
            }
        }
    }

    private void TellRefused(ChainShare share, ShareOrigin origin, ShareFault fault)
    {
        lock (_gate)
        {
            _listeners.ForEach(listener => listener.OnRefused(share, origin, fault));
        }
    }

    private IEnumerable<Hash256> Missing(ShareCore core) =>
        core.Uncles.Prepend(core.Parent)
            .Where(id => _chain.Find(id) is null && !_orphans.Contains(id) && id != Parameters.Id);

    private void Announce()
    {
        Ahead ahead = Ahead.Of(_chain);
        _ahead = ahead;
        _listeners.ForEach(listener => listener.OnNext(ahead.Next));
    }

    private sealed record Ahead(NextShare Next, PeerTip Tip)
    {
        public static Ahead Of(ShareChain chain) =>
            new(chain.Next(), new PeerTip(chain.Height, chain.TipId, chain.CumulativeWork, BeEager: false));
    }

    [LoggerMessage(Level = LogLevel.Information, EventName = "chain_open",
        Message = "Share chain {Folder}: {Shares} shares, tip at height {Height}. {Parameters}")]
    private partial void LogOpened(string folder, int shares, uint height, string parameters);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "chain_useless",
        Message = "{Folder} has {Shares} shares, and not enough of them hang together to tell whom the next one pays: the "
            + "chain is asked for from other nodes")]
    private partial void LogUseless(string folder, int shares);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "share_chain_reorganised",
        Message = "The share chain took {Undone} shares back for a heavier branch; height {Height}, tip {Tip}")]
    private partial void LogReorganised(int undone, uint height, string tip);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "share_chain_replaced",
        Message = "The share chain at height {Old} gave way to one that shares nothing with it, at height {New}")]
    private partial void LogReplaced(uint old, uint @new);

    [LoggerMessage(Level = LogLevel.Error, EventName = "chain_share_distrusted",
        Message = "Share {Share}, taken with its history, is refused at {Fault}; the share chain is fetched anew")]
    private partial void LogDistrusted(string share, string fault);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "chain_share_refused",
        Message = "Share {Share} is refused at {Fault}")]
    private partial void LogRefused(string share, string fault);
}
