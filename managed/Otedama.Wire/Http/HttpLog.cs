using Microsoft.Extensions.Logging;

namespace Otedama.Wire;

internal static partial class HttpLog
{
    [LoggerMessage(Level = LogLevel.Error, EventName = "http_failed",
        Message = "{Host}: {Method} {Path} failed")]
    public static partial void HandlerFailed(ILogger logger, Exception error, string host, string method, string path);
}
