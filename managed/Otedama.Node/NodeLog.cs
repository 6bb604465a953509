using Microsoft.Extensions.Logging;

namespace Otedama.Node;

internal static partial class NodeLog
{
    [LoggerMessage(Level = LogLevel.Warning, EventName = "chain_tail_cut",
        Message = "{File}: {Bytes} bytes after offset {Offset} are not a whole record (a write was interrupted); cut off and kept as {Kept}")]
    public static partial void TailCut(ILogger logger, string file, long bytes, long offset, string kept);

    [LoggerMessage(Level = LogLevel.Information, EventName = "chain_started",
        Message = "embedded chain at height {Height}, JSON-RPC at {Uri}")]
    public static partial void Started(ILogger logger, int height, string uri);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "chain_tip",
        Message = "new tip {Height} {Id}, {Transactions} transactions")]
    public static partial void NewTip(ILogger logger, int height, string id, int transactions);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "chain_reorganised",
        Message = "reorganised from {OldHeight} {OldId} to {NewHeight} {NewId}, fork at {ForkHeight}")]
    public static partial void Reorganised(ILogger logger, int oldHeight, string oldId, int newHeight, string newId, int forkHeight);

    [LoggerMessage(Level = LogLevel.Information, EventName = "chain_block_refused",
        Message = "block {Id} refused: {Reason}")]
    public static partial void BlockRefused(ILogger logger, string id, string reason);

    [LoggerMessage(Level = LogLevel.Error, EventName = "chain_store_failed",
        Message = "block {Id} cannot be stored")]
    public static partial void StoreFailed(ILogger logger, Exception error, string id);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "chain_replay_refused",
        Message = "stored block {Id} at offset {Offset} is no longer acceptable: {Reason}; skipped")]
    public static partial void ReplayRefused(ILogger logger, string id, long offset, string reason);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "chain_bit_mended",
        Message = "{File}: one flipped bit in the block at offset {Offset} was mended; the damaged bytes are kept as {Kept}. Check that disk and the memory.")]
    public static partial void BitMended(ILogger logger, string file, long offset, string kept);
}
