using Microsoft.Extensions.Logging;

namespace Otedama.Wire;

internal static partial class RpcLog
{
    [LoggerMessage(Level = LogLevel.Error, EventName = "rpc_failed",
        Message = "rpc method {Method} failed")]
    public static partial void MethodFailed(ILogger logger, Exception error, string method);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "rpc_credentials_wrong",
        Message = "rpc: wrong credentials from {Address}")]
    public static partial void WrongCredentials(ILogger logger, string address);
}
