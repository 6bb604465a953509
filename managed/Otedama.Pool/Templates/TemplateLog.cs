using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

internal static partial class TemplateLog
{
    [LoggerMessage(Level = LogLevel.Information, EventName = "node_ready",
        Message = "node {Node} gives work for height {Height} (new blocks by {Ears})")]
    public static partial void NodeReady(ILogger logger, string node, int height, string ears);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "node_failed",
        Message = "node {Node} gives no work: {Reason} Next attempt in {WaitSeconds:0.#} s.")]
    public static partial void NodeFailed(ILogger logger, string node, string reason, double waitSeconds);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "long_poll_stuck",
        Message = "node {Node} has a new tip but its long poll did not end; asking again")]
    public static partial void LongPollStuck(ILogger logger, string node);

    [LoggerMessage(Level = LogLevel.Information, EventName = "long_poll_never_waits",
        Message = "node {Node} answers long polls at once; until its next block it is asked every {Seconds:0.##} s")]
    public static partial void LongPollNeverWaits(ILogger logger, string node, double seconds);

    [LoggerMessage(Level = LogLevel.Information, EventName = "block_news_open",
        Message = "node {Node}: listening for its blocks at {Address}")]
    public static partial void EarOpen(ILogger logger, string node, Uri address);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "block_news_silent",
        Message = "node {Node} publishes no blocks at {Address}: {Reason}. Start it with -zmqpubhashblock={Address} or correct node.zmq; until then long poll or polling tells.")]
    public static partial void EarDeaf(ILogger logger, string node, Uri address, string reason);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "chains_differ",
        Message = "the nodes tell different blocks at height {Height}, where one of ours is waited for: {Answers}")]
    public static partial void ChainsDiffer(ILogger logger, int height, string answers);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "template_tip",
        Message = "new tip: mining height {Height} on {PreviousHash}, from node {Node}")]
    public static partial void NewTip(ILogger logger, int height, Hash256 previousHash, string node);
}
