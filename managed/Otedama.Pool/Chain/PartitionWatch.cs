using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Notices that the shares of others fail to come: this node may be cut off from the rest of the chain, or be shown a
/// part of it only. What is expected is what came in the hour before; while the alarm is on, that is forgotten by half
/// each hour, because others may have gone for good.
/// </summary>
/// <remarks>
/// A miner with most of the chain's work who leaves looks the same, until difficulty has followed. Only the chain is
/// looked at, by the shares' own times: a history that is fetched at once counts where it belongs.
/// </remarks>
/// <param name="isOwn">Whose shares are no sign of others.</param>
internal sealed class PartitionWatch(ShareDesk desk, Func<PayoutKey, bool> isOwn, TimeProvider time) : IStep
{
    /// <summary>One in a million, of a network that is whole.</summary>
    private const double Odds = 1e-6;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_recent = TimeSpan.FromMinutes(10), s_before = TimeSpan.FromHours(1);

    private Pause _rest;
    private long? _lookedAt;
    private volatile Partition? _alarm;
    private double _expected;

    public Signal Wake { get; } = new(time);

    /// <summary>Null while shares of others come as they should.</summary>
    public Partition? Alarm => _alarm;

    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        TimeSpan left = _rest.Left(time);
        if (left > TimeSpan.Zero)
        {
            return new ValueTask<TimeSpan>(left);
        }
        _rest = Pause.Begin(time, s_look);
        Look();
        return new ValueTask<TimeSpan>(s_look);
    }

    private void Look()
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        long recentFrom = now - (long)s_recent.TotalMilliseconds;
        long from = recentFrom - (long)s_before.TotalMilliseconds;
        (int recent, int hour) = Count(recentFrom, from);
        double usual = hour * (s_recent / s_before);
        TimeSpan since = _lookedAt is { } before ? time.GetElapsedTime(before) : TimeSpan.Zero;
        _lookedAt = time.GetTimestamp();
        double faded = _expected * Math.Pow(2, -(since / s_before));
        _expected = _alarm is null ? usual : Math.Max(usual, faded);
        _alarm = Poisson.AtMost(recent, _expected) < Odds ? new Partition(recent, _expected) : null;
    }

    /// <summary>Shares of others in the last ten minutes, and in the hour before them.</summary>
    private (int Recent, int Before) Count(long recentFrom, long from)
    {
        int recent = 0, before = 0;
        IReadOnlyList<ChainShare> newest =
            desk.Look(chain => chain.NewestWithUncles(share => (long)share.Core.TimeMs > from));
        foreach (ChainShare share in newest)
        {
            if (!isOwn(share.Core.Payout))
            {
                _ = (long)share.Core.TimeMs > recentFrom ? recent++ : before++;
            }
        }
        return (recent, before);
    }
}

/// <param name="Came">Shares of others in the last ten minutes.</param>
/// <param name="Expected">How many come in ten minutes otherwise.</param>
internal sealed record Partition(int Came, double Expected);
