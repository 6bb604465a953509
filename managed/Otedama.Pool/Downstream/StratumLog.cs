using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Wire;

namespace Otedama.Pool;

internal static partial class StratumLog
{
    [LoggerMessage(1, LogLevel.Information, "Stratum listens on {Endpoint}")]
    public static partial void Listening(ILogger logger, IPEndPoint endpoint);

    [LoggerMessage(2, LogLevel.Debug, "connection {Id} from {Remote} closed: {Reason}")]
    public static partial void Closed(ILogger logger, long id, IPEndPoint remote, CloseReason reason);

    [LoggerMessage(3, LogLevel.Debug, "worker {User} logged in")]
    public static partial void LoggedIn(ILogger logger, string user);

    [LoggerMessage(4, LogLevel.Debug, "login refused: {Error}")]
    public static partial void LoginRefused(ILogger logger, string error);

    [LoggerMessage(5, LogLevel.Error, "the Stratum pacer failed and goes on")]
    public static partial void PacerFailed(ILogger logger, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "{Pending} submits were not answered within {Timeout} at stop")]
    public static partial void DrainIncomplete(ILogger logger, long pending, TimeSpan timeout);

    [LoggerMessage(7, LogLevel.Error, "a Stratum session failed and was closed")]
    public static partial void SessionFailed(ILogger logger, Exception exception);

    [LoggerMessage(9, LogLevel.Warning, "{Count} connections were refused: all {Max} places (pool.max_connections) were taken, or the process may open no more files")]
    public static partial void ConnectionsRefused(ILogger logger, long count, int max);

    [LoggerMessage(20, LogLevel.Warning, "connection {Id} from {Remote} is closed: {Count} wrong proofs of work more than good ones")]
    public static partial void WrongProofs(ILogger logger, long id, IPEndPoint remote, int count);

    [LoggerMessage(8, LogLevel.Warning, "could not follow our blocks on the chain, trying again in 30 s: {Reason}")]
    public static partial void SettlingFailed(ILogger logger, string reason);

    [LoggerMessage(10, LogLevel.Warning, "connection of {User} closed: {Refused}. {Cure}")]
    public static partial void RefusedWork(ILogger logger, string user, string refused, string cure);

    [LoggerMessage(14, LogLevel.Warning, "{Count} more connections were closed for refused work or wrong proofs")]
    public static partial void MoreEnded(ILogger logger, long count);

    [LoggerMessage(13, LogLevel.Warning, "the guard kept strangers out since the last such line: {Rules}")]
    public static partial void Guarded(ILogger logger, string rules);
}
