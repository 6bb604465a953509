using Microsoft.Extensions.Logging;

namespace Otedama.Node;

internal static partial class NodeLog
{
    [LoggerMessage(1, LogLevel.Warning, "{File}: {Bytes} bytes after offset {Offset} are not a whole record (a write was interrupted); cut off and kept as {Kept}")]
    public static partial void TailCut(ILogger logger, string file, long bytes, long offset, string kept);

    [LoggerMessage(2, LogLevel.Information, "embedded chain at height {Height}, JSON-RPC at {Uri}")]
    public static partial void Started(ILogger logger, int height, string uri);

    [LoggerMessage(3, LogLevel.Debug, "new tip {Height} {Id}, {Transactions} transactions")]
    public static partial void NewTip(ILogger logger, int height, string id, int transactions);

    [LoggerMessage(4, LogLevel.Warning, "reorganised from {OldHeight} {OldId} to {NewHeight} {NewId}, fork at {ForkHeight}")]
    public static partial void Reorganised(ILogger logger, int oldHeight, string oldId, int newHeight, string newId, int forkHeight);

    [LoggerMessage(5, LogLevel.Information, "block {Id} refused: {Reason}")]
    public static partial void BlockRefused(ILogger logger, string id, string reason);

    [LoggerMessage(6, LogLevel.Error, "block {Id} cannot be stored")]
    public static partial void StoreFailed(ILogger logger, Exception error, string id);

    [LoggerMessage(7, LogLevel.Warning, "stored block {Id} at offset {Offset} is no longer acceptable: {Reason}; skipped")]
    public static partial void ReplayRefused(ILogger logger, string id, long offset, string reason);

    [LoggerMessage(8, LogLevel.Warning, "{File}: one flipped bit in the block at offset {Offset} was mended; the damaged bytes are kept as {Kept}. Check that disk and the memory.")]
    public static partial void BitMended(ILogger logger, string file, long offset, string kept);
}
