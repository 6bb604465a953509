using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Sees when the share chain stands still, has the dialler try one node more, and decides whether that one stays: whose
/// tip has more work than that of another of our links takes its place. What a peer says of its work counts only as far
/// as its shares are here and were checked.
/// </summary>
internal sealed partial class TipWatch(
    ShareDesk desk, ChainPeers chain, PeerHost host, Dialler dialler, int fullMax, PoolWorld world) : IStep
{
    /// <summary>
    /// Intervals without a new best share; while all is well it comes to that once in fifty-five intervals, and costs
    /// one link that goes again.
    /// </summary>
    private const int StaleIntervals = 4;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(5);

    /// <summary>A new link has so long to show its shares, and longer while they are being fetched.</summary>
    private static readonly TimeSpan s_trial = TimeSpan.FromSeconds(60), s_longTrial = TimeSpan.FromMinutes(10);

    private readonly TimeProvider _time = world.Time;
    private readonly ILogger _logger = world.Loggers.CreateLogger(LogCategory.PoolPeers);
    private readonly TimeSpan _staleAfter =
        TimeSpan.FromMilliseconds((double)StaleIntervals * desk.Parameters.SpacingMs);
    private Hash256 _tip;
    private Pause _fresh;

    public Signal Wake { get; } = new(world.Time);

    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        Hash256 tip = desk.Tip.Id;
        if (tip != _tip)
        {
            (_tip, _fresh) = (tip, Pause.Begin(_time, _staleAfter));
        }
        bool isStale = _fresh.Left(_time) == TimeSpan.Zero;
        if (isStale && !dialler.IsTipStale)
        {
            dialler.IsTipStale = true;
            dialler.Wake.Set();
        }
        dialler.IsTipStale = isStale;
        foreach (SessionPeer peer in host.Peers.Where(IsTried))
        {
            Judge(peer);
        }
        return new ValueTask<TimeSpan>(s_look);
    }

    private bool IsTried(SessionPeer peer) => peer.Kind == OutboundKind.Extra
        && peer.Session.Age >= (chain.Sync.Progress is null ? s_trial : s_longTrial);

    private void Judge(SessionPeer extra)
    {
        SessionPeer[] others = [.. host.Peers.Where(static peer => peer.Kind == OutboundKind.Full)];
        SessionPeer? least = others.MinBy(Proven);
        bool isFull = least is not null && others.Length >= fullMax;
        bool stays = !isFull || Proven(extra) > Proven(least!);
        LogJudged(extra.Name, stays ? "stays" : "goes");
        if (isFull)
        {
            SessionPeer goes = stays ? least! : extra;
            goes.Session.End(PeerByeCode.Full, "another node whose share chain has no less work is kept");
        }
        if (stays)
        {
            dialler.Promote(extra.Session.DialNumber);
        }
    }

    /// <summary>Work of its tip; zero where we do not have that.</summary>
    private UInt128 Proven(SessionPeer peer) =>
        chain.TipOf(peer) is { } tip ? desk.Look(shares => shares.WorkOf(tip.Id)) : 0;

    [LoggerMessage(Level = LogLevel.Information, EventName = "peer_extra",
        Message = "The share chain stood still, so {Peer} was tried, and {Verdict}")]
    private partial void LogJudged(string peer, string verdict);
}
