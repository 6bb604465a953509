using Microsoft.Extensions.Logging;

namespace Otedama.Wire;

internal static partial class RpcLog
{
    [LoggerMessage(1, LogLevel.Error, "rpc method {Method} failed")]
    public static partial void MethodFailed(ILogger logger, Exception error, string method);

    [LoggerMessage(2, LogLevel.Warning, "rpc: wrong credentials from {Address}")]
    public static partial void WrongCredentials(ILogger logger, string address);
}
