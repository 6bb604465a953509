using Microsoft.Extensions.Logging;

namespace Otedama.Pool;

/// <summary>Says that our coin nodes stay behind others', for longer than a block takes to go round.</summary>
internal sealed partial class CoinAlarm(Func<CoinSight> look, TimeProvider time, ILogger logger) : IStep
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(10), s_patience = TimeSpan.FromMinutes(2);

    private Pause _rest;
    private long? _since; // null: level
    private volatile bool _isOn;

    public Signal Wake { get; } = new(time);

    /// <summary>They have been behind for a while; how far, Look says.</summary>
    public bool IsOn => _isOn;

    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        TimeSpan left = _rest.Left(time);
        if (left > TimeSpan.Zero)
        {
            return new ValueTask<TimeSpan>(left);
        }
        _rest = Pause.Begin(time, s_every);
        CoinSight sight = look();
        if (sight.Blocks == 0)
        {
            if (_isOn)
            {
                LogLevelAgain();
            }
            (_since, _isOn) = (null, false);
        }
        else if (_since is not { } since)
        {
            _since = time.GetTimestamp();
        }
        else if (!_isOn && time.GetElapsedTime(since) >= s_patience)
        {
            _isOn = true;
            LogBehind(sight.Blocks, sight.Peers);
        }
        return new ValueTask<TimeSpan>(s_every);
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "coin_node_behind",
        Message = "Your coin node is {Blocks} blocks behind what {Peers} peers see; look at its connections and log")]
    private partial void LogBehind(uint blocks, int peers);

    [LoggerMessage(Level = LogLevel.Information, EventName = "coin_node_level",
        Message = "Your coin node has what the peers of the share chain see")]
    private partial void LogLevelAgain();
}
