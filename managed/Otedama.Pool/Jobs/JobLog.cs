using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

internal static partial class JobLog
{
    [LoggerMessage(Level = LogLevel.Debug, EventName = "job_published",
        Message = "job {JobId:x8}: height {Height}, generation {Generation}, clean {Clean}, {Transactions} transactions, worth {Value}")]
    public static partial void JobPublished(
        ILogger logger, uint jobId, int height, uint generation, bool clean, int transactions, Amount value);

    [LoggerMessage(Level = LogLevel.Error, EventName = "job_failed",
        Message = "no job at height {Height} for coinbase class {Class}, account {Account}: {Reason}")]
    public static partial void MintFailed(ILogger logger, int height, CoinbaseClass @class, int account, string reason);

    [LoggerMessage(Level = LogLevel.Error, EventName = "job_handler_failed",
        Message = "a receiver of job {JobId:x8} failed; the job stays published")]
    public static partial void HandlerFailed(ILogger logger, uint jobId, Exception exception);
}
