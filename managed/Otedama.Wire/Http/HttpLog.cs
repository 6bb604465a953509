using Microsoft.Extensions.Logging;

namespace Otedama.Wire;

internal static partial class HttpLog
{
    [LoggerMessage(1, LogLevel.Error, "{Host}: {Method} {Path} failed")]
    public static partial void HandlerFailed(ILogger logger, Exception error, string host, string method, string path);
}
