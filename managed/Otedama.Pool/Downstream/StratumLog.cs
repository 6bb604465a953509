using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Wire;

namespace Otedama.Pool;

internal static partial class StratumLog
{
    [LoggerMessage(Level = LogLevel.Critical, EventName = "engine_broken",
        Message = "No miner is served any more: {Reason} Start the program again, with pool.engine: sockets if it "
            + "happens twice.")]
    public static partial void EngineBroken(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, EventName = "listening",
        Message = "Stratum listens on {Endpoint}")]
    public static partial void Listening(ILogger logger, IPEndPoint endpoint);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "connection_closed",
        Message = "connection {Id} from {Remote} closed: {Reason}")]
    public static partial void Closed(ILogger logger, long id, IPEndPoint remote, CloseReason reason);

    [LoggerMessage(EventName = "gate_moved", Message = "To the miners: {Words}")]
    public static partial void Gate(ILogger logger, LogLevel level, string words);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "worker_logged_in",
        Message = "worker {User} logged in")]
    public static partial void LoggedIn(ILogger logger, string user);

    [LoggerMessage(Level = LogLevel.Information, EventName = "worker_sent_to_region",
        Message = "worker {User} asked for its region and is told of {Region} at {Host}:{Port}")]
    public static partial void SentToRegion(ILogger logger, string user, string region, string host, int port);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "login_refused",
        Message = "login refused: {Error}")]
    public static partial void LoginRefused(ILogger logger, string error);

    [LoggerMessage(Level = LogLevel.Error, EventName = "pacer_failed",
        Message = "the Stratum pacer failed and goes on")]
    public static partial void PacerFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "drain_incomplete",
        Message = "{Pending} submits were not answered within {Timeout} at stop")]
    public static partial void DrainIncomplete(ILogger logger, long pending, TimeSpan timeout);

    [LoggerMessage(Level = LogLevel.Error, EventName = "session_failed",
        Message = "a Stratum session failed and was closed")]
    public static partial void SessionFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "connections_refused",
        Message = "{Count} connections were refused: all {Max} places (pool.max_connections) were taken, or the process may open no more files")]
    public static partial void ConnectionsRefused(ILogger logger, long count, int max);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "wrong_proofs",
        Message = "connection {Id} from {Remote} is closed: {Count} wrong proofs of work more than good ones")]
    public static partial void WrongProofs(ILogger logger, long id, IPEndPoint remote, int count);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "settling_failed",
        Message = "could not follow our blocks on the chain, trying again in 30 s: {Reason}")]
    public static partial void SettlingFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "work_refused",
        Message = "connection of {User} closed: {Refused}. {Cure}")]
    public static partial void RefusedWork(ILogger logger, string user, string refused, string cure);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "more_connections_closed",
        Message = "{Count} more connections were closed for refused work or wrong proofs")]
    public static partial void MoreEnded(ILogger logger, long count);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "guard_refused",
        Message = "the guard kept strangers out since the last such line: {Rules}")]
    public static partial void Guarded(ILogger logger, string rules);
}
