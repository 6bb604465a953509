using Microsoft.Extensions.Logging;

namespace Otedama;

/// <summary>One message on its way to the console.</summary>
internal sealed record LogLine(
    DateTimeOffset Time,
    LogLevel Level,
    string Category,
    EventId Event,
    string Message,
    IReadOnlyList<KeyValuePair<string, object?>> Fields,
    Exception? Exception)
{
    public string LevelName => Level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };
}
