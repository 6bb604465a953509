using Microsoft.Extensions.Logging;
using Otedama.Interop;

namespace Otedama;

/// <summary>
/// Logs failures of a plugin, at most one line in ten seconds: each could be a stranger's share. Any thread.
/// </summary>
internal sealed class PluginAlarm(ILogger logger, TimeProvider clock)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long? _last;
    private long _unsaid;

    public void OnFailure(PluginException failure)
    {
        lock (_gate)
        {
            if (_last is { } last && clock.GetElapsedTime(last) < s_pause)
            {
                _unsaid++;
                return;
            }
            InstanceLog.PluginFailed(logger, failure.Message, _unsaid);
            (_last, _unsaid) = (clock.GetTimestamp(), 0);
        }
    }
}
