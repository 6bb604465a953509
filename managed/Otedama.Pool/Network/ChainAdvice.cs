using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Says once a day that a smaller chain fits better, where this node's miners find few shares of this one in a window.
/// </summary>
/// <remarks>shares: found by them in a window on average, null while nobody mines; and seconds that it lasts.</remarks>
internal sealed partial class ChainAdvice(
    ChainParameters parameters,
    Func<(double? Shares, double Seconds)> expect,
    TimeProvider time,
    ILogger logger) : IStep
{
    /// <summary>With fewer in a window what a miner is paid swings by more than a fifth from block to block.</summary>
    public const double SharesMin = 20;

    /// <summary>A rate needs this long to mean something.</summary>
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan s_again = TimeSpan.FromDays(1);

    private Pause _rest = Pause.Begin(time, s_every);
    private Pause _said;

    public Signal Wake { get; } = new(time);

    /// <summary>
    /// Whether the nano chain fits the miners better than this one: not where they are a fifth of it or more, as on a
    /// coin whose blocks are so easy that no window holds many shares.
    /// </summary>
    public static bool IsNanoBetter(ChainParameters parameters, double? expectedShares, double windowSeconds) =>
        expectedShares < SharesMin
        && windowSeconds * 1_000 / parameters.SpacingMs > SharesMin * 5
        && ChainSets.NameOf(parameters) == ChainSets.Standard;

    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        TimeSpan left = _rest.Left(time);
        if (left > TimeSpan.Zero)
        {
            return new ValueTask<TimeSpan>(left);
        }
        _rest = Pause.Begin(time, s_every);
        (double? expected, double seconds) = expect();
        if (IsNanoBetter(parameters, expected, seconds) && _said.Left(time) == TimeSpan.Zero)
        {
            _said = Pause.Begin(time, s_again);
            LogNano(Math.Round(expected!.Value, 1), Math.Round(seconds / 3_600, 1), SharesMin);
        }
        return new ValueTask<TimeSpan>(s_every);
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "chain_nano_fits",
        Message = "Miners of this node find {Expected} shares in a window of {Hours} h; with fewer than {Least} "
            + "their payouts swing widely, though not their average. The chain for small miners fits better: p2p.chain: nano")]
    private partial void LogNano(double expected, double hours, double least);
}
