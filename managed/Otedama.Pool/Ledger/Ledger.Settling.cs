using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>What became of our blocks.</summary>
public sealed partial class Ledger
{
    /// <summary>
    /// Asks the chain about every block that is not settled: confirmed with ConfirmationDepth blocks from it to the tip,
    /// orphaned when another block lies at its height under 6 more. Returns how many were settled. Call it on every new
    /// tip, one call at a time.
    /// </summary>
    public async Task<int> SettleAsync(IChainView chain, CancellationToken cancellation)
    {
        if (await chain.GetHeightAsync(cancellation) is not { } tip)
        {
            return 0;
        }
        BlockRecord[] pending;
        lock (_gate)
        {
            pending = [.. _state.Watched.Select(static block => block.Record)];
        }
        int settled = 0;
        foreach (BlockRecord block in pending)
        {
            int depth = tip - block.Height + 1;
            if (depth < Math.Min(_options.ConfirmationDepth, OrphanDepth)
                || await chain.GetBlockHashAsync(block.Height, cancellation) is not { } hash)
            {
                continue;
            }
            bool changed = hash != block.BlockHash
                ? Settle(block.BlockHash, BlockStatus.Orphaned, $"block {hash} lies at height {block.Height}")
                : Settle(block.BlockHash, depth >= _options.ConfirmationDepth ? BlockStatus.Confirmed : BlockStatus.Pending, "");
            settled += changed ? 1 : 0;
        }
        return settled;
    }

    /// <summary>
    /// False when there is nothing to change. Goes to disk with the next commit; when that is lost, the next call finds the
    /// same again.
    /// </summary>
    private bool Settle(Hash256 blockHash, BlockStatus status, string reason)
    {
        lock (_gate)
        {
            if (_state.FindBlock(blockHash) is not { IsFinal: false } block || block.Status == status)
            {
                return false;
            }
            BlockStatusRecord record = new(NowMs, blockHash, reason);
            LogRecordType type = status switch
            {
                BlockStatus.Confirmed => LogRecordType.BlockConfirmed,
                BlockStatus.Orphaned => LogRecordType.BlockOrphaned,
                _ => LogRecordType.BlockPending,
            };
            if (Log.TryAppend(type, BlockStatusRecord.Version, record.ToBytes()))
            {
                _state.Settle(record, status);
            }
        }
        LogSettled(blockHash, status.ToString().ToLowerInvariant(), reason.Length > 0 ? $": {reason}" : "");
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, EventName = "block_settled", Message = "block {Hash} is {Status}{Reason}")]
    private partial void LogSettled(Hash256 hash, string status, string reason);
}
