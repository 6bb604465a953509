using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

internal static partial class TemplateLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "node {Node} serves templates for height {Height}, long poll {LongPoll}")]
    public static partial void NodeReady(ILogger logger, string node, int height, bool longPoll);

    [LoggerMessage(Level = LogLevel.Warning, Message = "node {Node} gives no work: {Reason} Next attempt in {WaitSeconds:0.#} s.")]
    public static partial void NodeFailed(ILogger logger, string node, string reason, double waitSeconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "node {Node} has a new tip but its long poll did not end; asking again")]
    public static partial void LongPollStuck(ILogger logger, string node);

    [LoggerMessage(Level = LogLevel.Debug, Message = "new tip: mining height {Height} on {PreviousHash}, from node {Node}")]
    public static partial void NewTip(ILogger logger, int height, Hash256 previousHash, string node);
}
