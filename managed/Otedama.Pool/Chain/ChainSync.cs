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

    /// <summary>A gap this small is filled by what is being pushed.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(3);

    /// <summary>A peer that sends nothing for this long is left for the next one.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly ShareDesk _desk;
    private readonly IBlockTimes _times;
    private readonly ChainCoin _coin;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly int _max;
    private readonly Lock _gate = new(); // guards everything below
    private readonly Dictionary<long, Offer> _offers = [];
    private readonly Dictionary<Hash256, string> _refused = []; // tips that led nowhere, few, the oldest forgotten
    private Fetch? _fetch;

    public ChainSync(ShareDesk desk, IBlockTimes times, PoolWorld world)
    {
        _desk = desk;
        _times = times;
        _coin = ChainCoin.Of(desk.Parameters);
        _time = world.Time;
        _logger = world.Loggers.CreateLogger(LogCategory.PoolChain);
        _max = (int)(((2 * desk.Parameters.WindowShares) + BeyondWindows) * WithUncles);
        Wake = new Signal(_time);
    }

    public Signal Wake { get; }

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

    internal void OnTip(IChainPeer peer, PeerTip tip, UInt128 windowWork)
    {
        lock (_gate)
        {
            Pause grace = Pause.Begin(_time, tip.Height > _desk.Next.Height + 8 ? TimeSpan.Zero : s_grace);
            _offers[peer.Number] = new Offer(peer, tip, windowWork, grace);
        }
        if (tip.Work > Work)
        {
            Wake.Set();
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
        string? problem;
        lock (_gate)
        {
            if (_fetch is not { } fetch || fetch.Peer != peer || fetch.Number != frame.Correlation)
            {
                return; // of a question that was given up
            }
            problem = fetch.History.Take(frame);
            fetch.HeardAt = _time.GetTimestamp();
            fetch.IsEnded = PeerChainHead.Read(frame.Body).IsEnd;
            if (problem is not null)
            {
                _fetch = null;
                _offers.Remove(peer.Number);
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
        Fetch? done = null;
        lock (_gate)
        {
            if (_fetch is null)
            {
                Begin();
            }
            else if (_fetch.History.IsWhole || _fetch.IsEnded)
            {
                _fetch.Peer.Answered(_fetch.Number);
                (done, _fetch) = (_fetch, null);
            }
            else if (_fetch.IsLost || _time.GetElapsedTime(_fetch.HeardAt) > s_patience)
            {
                GoOnElsewhere();
            }
        }
        if (done is not null)
        {
            await JoinAsync(done, stop);
        }
        return IsIdle ? Timeout.InfiniteTimeSpan : s_look;
    }

    private UInt128 Work => _desk.Next.CumulativeWork - _desk.Next.Work; // uncles that wait count too; they are few

    private bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _fetch is null && Candidates(isLater: true).FirstOrDefault() is null;
            }
        }
    }

    /// <summary>
    /// Under the gate: whose tip we do not have, the heaviest first. isLater: also those that may still be pushed.
    /// </summary>
    private IEnumerable<Offer> Candidates(bool isLater) => _offers.Values
        .Where(offer => offer.Tip.Work > Work && !_refused.ContainsKey(offer.Tip.Id))
        .Where(offer => isLater || offer.Grace.Left(_time) == TimeSpan.Zero)
        .Where(offer => !IsKnown(offer.Tip.Id))
        .OrderByDescending(static offer => offer.Tip.Work);

    private void Begin()
    {
        if (Candidates(isLater: false).FirstOrDefault() is not { } best)
        {
            return;
        }
        long gap = Math.Max(1, best.Tip.Height - (long)_desk.Next.Height + 1);
        int depth = (int)Math.Min(_max, (2 * gap) + BeyondWindows);
        Ask(best.Peer, new Fetch(best.Peer, best.Tip, new History(best.Tip.Id, _desk.Parameters, _coin, IsKnown, _max), depth));
    }

    private void Ask(IChainPeer peer, Fetch fetch)
    {
        byte[] body = new byte[PeerChainRequest.Bytes];
        new PeerChainRequest(fetch.Tip.Id, (uint)fetch.Expected, (uint)fetch.History.Count).Write(body);
        fetch.Peer = peer;
        fetch.Number = peer.Ask(PeerMessage.GetChain, body);
        fetch.HeardAt = _time.GetTimestamp();
        fetch.IsLost = fetch.Number == 0;
        fetch.IsEnded = false;
        _fetch = fetch;
    }

    /// <summary>Another peer with the same tip goes on where this one ended; without one all begins anew.</summary>
    private void GoOnElsewhere()
    {
        Fetch fetch = _fetch!;
        fetch.Peer.Answered(fetch.Number);
        fetch.Peer.Blame(PeerOffence.NoAnswer, "a part of the chain");
        _offers.Remove(fetch.Peer.Number);
        _fetch = null;
        IChainPeer? next = _offers.Values.Where(offer => offer.Tip.Work >= fetch.Tip.Work).Select(static offer => offer.Peer).FirstOrDefault();
        if (next is not null)
        {
            Ask(next, fetch);
        }
    }

    /// <summary>Without the gate: hands over what came.</summary>
    private async ValueTask JoinAsync(Fetch fetch, CancellationToken stop)
    {
        if (!fetch.History.IsWhole && fetch.Expected < _max && fetch.History.Count >= fetch.Expected)
        {
            lock (_gate)
            {
                Ask(fetch.Peer, fetch with { Expected = Math.Min(_max, 4 * fetch.Expected) });
            }
            return;
        }
        ShareFault? fault = fetch.History.IsWhole
            ? TakeAll(fetch, stop)
            : await ReplaceAsync(fetch, stop);
        if (fault is null)
        {
            LogJoined(fetch.History.Count, fetch.Peer.Name, _desk.Next.Height - 1);
            return;
        }
        lock (_gate)
        {
            Refuse(fetch.Tip.Id, fault.ToString());
        }
        LogNotJoined(fetch.History.Count, fetch.Peer.Name, fault.ToString());
        if (fetch.History.IsWhole && fault.Step != ShareFault.Orphan)
        {
            fetch.Peer.Blame(PeerOffence.InvalidShare, fault.ToString());
        }
    }

    /// <summary>
    /// The peer's chain begins later than ours knows it: it takes the place of ours when work, the coin's blocks and
    /// the clock speak for it.
    /// </summary>
    private async ValueTask<ShareFault?> ReplaceAsync(Fetch fetch, CancellationToken stop)
    {
        ShareChain? candidate = _desk.Candidate([.. fetch.History.OldestFirst], out ShareFault? fault);
        if (candidate is null)
        {
            return fault;
        }
        int window = _desk.Parameters.WindowShares;
        Hash256[] blocks =
        [
            .. candidate.Newest().Take(window).Select(static share => share.Work.Header.PreviousHash),
            .. _desk.Look(chain => chain.Newest().Take(window).Select(static share => share.Work.Header.PreviousHash).ToArray()),
        ];
        ICoinBlocks? known = await _times.LookAsync(blocks, stop);
        return known is null
            ? new ShareFault(ShareFault.Orphan, "our coin node does not answer, so that nothing speaks for a chain that begins late")
            : _desk.TryReplace(candidate, known);
    }

    private ShareFault? TakeAll(Fetch fetch, CancellationToken stop)
    {
        foreach (ChainShare share in fetch.History.OldestFirst)
        {
            stop.ThrowIfCancellationRequested();
            Arrival arrival = _desk.Arrive(share, new ShareOrigin(fetch.Peer.Number, IsAskedFor: true));
            if (arrival is { Kind: ArrivalKind.Refused or ArrivalKind.Orphan, Fault: { } fault })
            {
                return fault;
            }
        }
        return null;
    }

    private bool IsKnown(Hash256 id) => _desk.Look(chain => chain.Find(id) is not null);

    private void Refuse(Hash256 tip, string why)
    {
        if (_refused.Count == 256)
        {
            _refused.Clear();
        }
        _refused[tip] = why;
    }

    private sealed record Offer(IChainPeer Peer, PeerTip Tip, UInt128 WindowWork, Pause Grace);

    private sealed record Fetch(IChainPeer First, PeerTip Tip, History History, int Expected)
    {
        public IChainPeer Peer { get; set; } = First;

        public uint Number { get; set; }

        public long HeardAt { get; set; }

        public bool IsLost { get; set; }

        public bool IsEnded { get; set; }
    }

    [LoggerMessage(Level = LogLevel.Information, EventName = "chain_joined",
        Message = "{Shares} shares of the share chain came from {Peer}; height {Height} now")]
    private partial void LogJoined(int shares, string peer, uint height);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "chain_not_joined",
        Message = "{Shares} shares of the share chain came from {Peer} and were not taken: {Problem}")]
    private partial void LogNotJoined(int shares, string peer, string problem);
}
