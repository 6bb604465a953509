using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Fetches the history of a tip that has more work than ours, from one peer at a time and from the next where one is
/// slow or wrong, and hands it to the desk oldest first. Any thread; one step at a time.
/// </summary>
public sealed partial class ChainSync : IStep
{
    /// <summary>Shares beyond two windows that a node keeps, and so the most that can be asked for.</summary>
    public const int BeyondWindows = 64;

    /// <summary>
    /// Uncles come on top: a fifth of all shares at the worst latency that a chain is meant for, and as much again.
    /// </summary>
    private const double WithUncles = 1.5;

    /// <summary>
    /// Asked for first where the gap looks small; a branch can begin far below it, and then all there is comes next: a
    /// peer answers few such questions.
    /// </summary>
    private const int FirstAsked = 256;

    /// <summary>Tips known to lead to a share that breaks the rules.</summary>
    private const int RefusedMax = 256;

    /// <summary>A peer that sends less in a second is left where another one is there.</summary>
    private const int SlowBytes = 64 << 10;

    /// <summary>A gap this small is filled by what is being pushed.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(3);

    /// <summary>A peer that sends nothing for this long is left for the next one, and without one after the other.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5), s_lastPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly ShareDesk _desk;
    private readonly IBlockTimes _times;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly int _max;
    private readonly Lock _gate = new(); // guards everything below; the desk's may be taken inside it, a peer's blame not
    private readonly Dictionary<long, ChainOffer> _offers = [];
    private readonly HashSet<Hash256> _refused = [];
    private ChainFetch? _fetch;
    private bool _wasLevel;

    public ChainSync(ShareDesk desk, IBlockTimes times, PoolWorld world)
    {
        _desk = desk;
        _times = times;
        _time = world.Time;
        _logger = world.Loggers.CreateLogger(LogCategory.PoolChain);
        _max = (int)(((2 * desk.Parameters.WindowShares) + BeyondWindows) * WithUncles);
        Wake = new Signal(_time);
    }

    public Signal Wake { get; }

    /// <summary>
    /// There was a moment at which no peer, but those who did not keep their word, told of more work than is here.
    /// </summary>
    public bool WasLevel => Volatile.Read(ref _wasLevel);

    /// <summary>
    /// Shares fetched and shares there are to fetch as far as is known; null while nothing is fetched.
    /// </summary>
    public (int Had, int Of, string From)? Progress
    {
        get
        {
            lock (_gate)
            {
                return _fetch is { } fetch ? (fetch.History.Count, fetch.Expected, fetch.Peer.Name) : null;
            }
        }
    }

    /// <summary>Most work that a peer told of, by its own word; zero where there is no peer.</summary>
    public UInt128 BestWork
    {
        get
        {
            lock (_gate)
            {
                return _offers.Count == 0 ? UInt128.Zero : _offers.Values.Max(static offer => offer.Tip.Work);
            }
        }
    }

    /// <summary>The newest tip this peer told; null when it has left.</summary>
    internal PeerTip? TipOf(IChainPeer peer)
    {
        lock (_gate)
        {
            return _offers.GetValueOrDefault(peer.Number)?.Tip;
        }
    }

    internal void OnTip(IChainPeer peer, PeerTip tip)
    {
        lock (_gate)
        {
            if (!_offers.TryGetValue(peer.Number, out ChainOffer? offer))
            {
                _offers.Add(peer.Number, offer = new ChainOffer(peer));
            }
            if (!IsAhead(offer))
            {
                bool isFar = tip.Height > _desk.Tip.Height + 8UL;
                offer.Grace = Pause.Begin(_time, isFar ? TimeSpan.Zero : s_grace);
            }
            offer.Tip = tip;
        }
        if (tip.Work > _desk.Tip.Work)
        {
            Wake.Set();
        }
    }

    /// <summary>
    /// A peer has shown that it has this share: its chain is at least there, whatever its last TIP said, which rests
    /// while shares follow each other closely.
    /// </summary>
    internal void OnHas(IChainPeer peer, Hash256 id)
    {
        if (_desk.Look(chain => chain.Find(id)) is not { } share)
        {
            return;
        }
        lock (_gate)
        {
            if (_offers.TryGetValue(peer.Number, out ChainOffer? offer) && share.Core.CumulativeWork > offer.Tip.Work)
            {
                offer.Tip = new PeerTip(share.Core.Height, id, share.Core.CumulativeWork, offer.Tip.BeEager);
            }
        }
    }

    internal void OnLeft(IChainPeer peer)
    {
        lock (_gate)
        {
            _offers.Remove(peer.Number);
            if (_fetch?.Peer == peer)
            {
                _fetch.IsLost = true;
            }
        }
        Wake.Set();
    }

    internal void OnChain(IChainPeer peer, in PeerFrame frame)
    {
        if (PeerChainHead.Read(frame.Body).IsEnd)
        {
            peer.Answered(frame.Correlation); // not before: who was not listened to to the end still answers
        }
        string? problem;
        lock (_gate)
        {
            if (_fetch is not { IsLost: false } fetch || fetch.Peer != peer || fetch.Number != frame.Correlation)
            {
                return; // of a question that was given up
            }
            problem = fetch.Take(frame, _time.GetTimestamp());
            if (problem is not null)
            {
                _offers.GetValueOrDefault(peer.Number)?.OnFailed(_time);
            }
        }
        if (problem is not null)
        {
            peer.Blame(PeerOffence.InvalidShare, problem);
        }
        Wake.Set();
    }

    /// <summary>Begins, goes on or ends a fetch.</summary>
    public async ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        ChainFetch? done = null;
        IChainPeer? silent = null;
        lock (_gate)
        {
            if (_fetch is null)
            {
                Begin();
                if (_fetch is null && _offers.Count > 0 && !_offers.Values.Any(offer => IsAhead(offer) && !offer.Rests(_time)))
                {
                    Volatile.Write(ref _wasLevel, true);
                }
            }
            else if (_fetch.History.IsWhole || _fetch.IsEnded)
            {
                done = End(_fetch);
            }
            else
            {
                silent = Watch(_fetch);
            }
        }
        silent?.Blame(PeerOffence.NoAnswer, "a part of the chain");
        if (done is not null)
        {
            await JoinAsync(done, stop);
        }
        return IsIdle ? Timeout.InfiniteTimeSpan : s_look;
    }

    private bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _fetch is null && !_offers.Values.Any(IsAhead);
            }
        }
    }

    /// <summary>Under the gate: it tells of a tip with more work that we do not have, and that may be good.</summary>
    private bool IsAhead(ChainOffer offer) =>
        offer.Tip.Work > _desk.Tip.Work && !_refused.Contains(offer.Tip.Id) && !_desk.Has(offer.Tip.Id);

    /// <summary>
    /// Who kept his word comes first, then whose tip has come itself and waits for what is before it: that was mined,
    /// and to tell of much work costs nothing.
    /// </summary>
    private void Begin()
    {
        ChainOffer? best = _offers.Values
            .Where(offer => IsAhead(offer) && !offer.Rests(_time) && offer.Grace.Left(_time) == TimeSpan.Zero)
            .OrderBy(static offer => offer.Failures)
            .ThenByDescending(offer => _desk.IsKnown(offer.Tip.Id))
            .ThenByDescending(static offer => offer.Tip.Work)
            .ThenByDescending(static offer => offer.Peer.IsOutbound)
            .FirstOrDefault();
        if (best is not null)
        {
            long gap = Math.Max(1, best.Tip.Height - (long)_desk.Tip.Height);
            int expected = (int)Math.Min(_max, Math.Max(FirstAsked, 2 * gap));
            _fetch = new ChainFetch(best.Tip, new History(best.Tip, _desk, _max), expected);
            _fetch.Ask(best.Peer, _time.GetTimestamp());
        }
    }

    /// <summary>Under the gate: leaves a peer that is gone, silent or slow. Who is to blame for silence, or null.</summary>
    private IChainPeer? Watch(ChainFetch fetch)
    {
        if (fetch.IsLost)
        {
            GoOnElsewhere(fetch);
            return null;
        }
        ChainOffer? next = NextFor(fetch);
        // Nobody else has as much work as a liar tells of; a chain that others have need not wait for him.
        bool hasOthers = next is not null
            || _offers.Values.Any(offer => offer.Peer != fetch.Peer && IsAhead(offer) && !offer.Rests(_time));
        if (_time.GetElapsedTime(fetch.HeardAt) > (hasOthers ? s_patience : s_lastPatience))
        {
            IChainPeer silent = fetch.Peer;
            Fail(silent);
            GoOnElsewhere(fetch);
            return silent;
        }
        if (_time.GetElapsedTime(fetch.CountedAt) >= s_patience)
        {
            if (next is not null && fetch.Bytes < SlowBytes * (long)s_patience.TotalSeconds)
            {
                GoOnElsewhere(fetch);
            }
            else
            {
                fetch.CountAgain(_time.GetTimestamp());
            }
        }
        return null;
    }

    /// <summary>
    /// Under the gate: whom to ask for the rest of it; those who told of the same tip come first, others with as much
    /// work may have it.
    /// </summary>
    private ChainOffer? NextFor(ChainFetch fetch) => _offers.Values
        .Where(offer => offer.Tip.Work >= fetch.Tip.Work && !fetch.WasTried(offer.Peer) && !offer.Rests(_time))
        .OrderByDescending(offer => offer.Tip.Id == fetch.Tip.Id)
        .ThenBy(static offer => offer.Failures)
        .FirstOrDefault();

    private void GoOnElsewhere(ChainFetch fetch)
    {
        ChainOffer? next = NextFor(fetch);
        if (next is null)
        {
            _fetch = null;
        }
        else
        {
            fetch.Ask(next.Peer, _time.GetTimestamp());
        }
    }

    private void Fail(IChainPeer peer) => _offers.GetValueOrDefault(peer.Number)?.OnFailed(_time);

    /// <summary>
    /// Under the gate: the fetch when there is something to join, null when more was asked for or nothing came.
    /// </summary>
    private ChainFetch? End(ChainFetch fetch)
    {
        if (fetch.History.IsWhole)
        {
            _fetch = null;
            return fetch;
        }
        if (fetch.History.Count == fetch.From && !fetch.Sources.Contains(fetch.Peer))
        {
            Fail(fetch.Peer); // it told of what it does not have
            GoOnElsewhere(fetch);
            return fetch.History.Count > 0 && _fetch is null ? fetch : null;
        }
        if (fetch.History.Count >= fetch.Expected && fetch.Expected < _max)
        {
            fetch.Expected = _max;
            fetch.Ask(fetch.Peer, _time.GetTimestamp());
            return null;
        }
        _fetch = null;
        return fetch;
    }

    /// <summary>Without the gate: hands over what came.</summary>
    private async ValueTask JoinAsync(ChainFetch fetch, CancellationToken stop)
    {
        ShareFault? fault = fetch.History.IsWhole
            ? _desk.TakeHistory(fetch.History.OldestFirst, fetch.Peer.Number, stop)
            : await ReplaceAsync(fetch, stop);
        lock (_gate)
        {
            if (fault is null)
            {
                _offers.GetValueOrDefault(fetch.Peer.Number)?.OnGood();
            }
            else
            {
                OnNotJoined(fetch, fault);
            }
        }
        if (fault is null)
        {
            LogJoined(fetch.History.Count, fetch.Peer.Name, _desk.Tip.Height);
            return;
        }
        LogNotJoined(fetch.History.Count, fetch.Peer.Name, fault.ToString());
        if (fault.Step != ShareFault.Orphan)
        {
            foreach (IChainPeer source in fetch.Sources)
            {
                source.Blame(PeerOffence.InvalidShare, fault.ToString()); // none of them can have checked that tip
            }
        }
    }

    /// <summary>
    /// Under the gate. A share that breaks the rules makes the tip worthless, whoever tells of it; a history that ends
    /// too early or does not outweigh ours says something about the peer only.
    /// </summary>
    private void OnNotJoined(ChainFetch fetch, ShareFault fault)
    {
        fetch.Sources.ToList().ForEach(Fail);
        if (fault.Step != ShareFault.Orphan)
        {
            if (_refused.Count == RefusedMax)
            {
                _refused.Clear();
            }
            _refused.Add(fetch.Tip.Id);
        }
        else if (!fetch.History.IsWhole && NextFor(fetch) is { } next)
        {
            _fetch = fetch; // perhaps it only was not told all
            fetch.Ask(next.Peer, _time.GetTimestamp());
        }
    }

    /// <summary>
    /// The peer's chain begins later than ours knows it: it takes the place of ours when work, the coin's blocks and
    /// the clock speak for it.
    /// </summary>
    private async ValueTask<ShareFault?> ReplaceAsync(ChainFetch fetch, CancellationToken stop)
    {
        ShareChain? candidate = _desk.Candidate(fetch.History.OldestFirst, out ShareFault? fault);
        if (candidate is null)
        {
            return fault;
        }
        int window = _desk.Parameters.WindowShares;
        Hash256[] blocks =
        [
            .. candidate.Newest().Take(window).Concat(_desk.Look(chain => chain.Newest().Take(window).ToArray()))
                .Select(static share => share.Work.Header.PreviousHash).Distinct(),
        ];
        ICoinBlocks? known = await _times.LookAsync(blocks, stop);
        return known is null
            ? new ShareFault(
                ShareFault.Orphan, "our coin node does not answer, so that nothing speaks for a chain that begins late")
            : _desk.TryReplace(candidate, known);
    }

    [LoggerMessage(Level = LogLevel.Information, EventName = "chain_joined",
        Message = "{Shares} shares of the share chain came from {Peer}; height {Height} now")]
    private partial void LogJoined(int shares, string peer, uint height);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "chain_not_joined",
        Message = "{Shares} shares of the share chain came from {Peer} and were not taken: {Problem}")]
    private partial void LogNotJoined(int shares, string peer, string problem);
}
