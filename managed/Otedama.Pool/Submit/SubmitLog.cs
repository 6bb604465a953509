using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

internal static partial class SubmitLog
{
    [LoggerMessage(Level = LogLevel.Debug, EventName = "block_found",
        Message = "block {BlockId} at height {Height} found by account {Account}, job {JobId:x8}")]
    public static partial void Found(ILogger logger, Hash256 blockId, int height, int account, uint jobId);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "block_attempt",
        Message = "block {BlockId} ({Height}) to {Node}, attempt {Attempt}: {Outcome} {Reason} after {ElapsedMs:0} ms")]
    public static partial void Attempt(
        ILogger logger, Hash256 blockId, int height, string node, int attempt, SubmitOutcome outcome, string reason, double elapsedMs);

    /// <summary>The one line of a block that went well; its whole id is in the list of blocks and at debug.</summary>
    [LoggerMessage(Level = LogLevel.Information, EventName = "block_resolved",
        Message = "block {Height} {Outcome}: {BlockId}")]
    public static partial void Resolved(ILogger logger, int height, string outcome, string blockId);

    public static void Resolved(ILogger logger, Hash256 blockId, int height, SubmitOutcome outcome)
    {
        string id = blockId.ToString();
        Resolved(logger, height, outcome.ToString().ToLowerInvariant(), $"{id[..20]}...{id[^12..]}");
    }

    /// <summary>Mostly a duplicate: its finder's node was faster.</summary>
    [LoggerMessage(Level = LogLevel.Information, EventName = "block_forwarded",
        Message = "block {BlockId} ({Height}) of another node of the pool: {Outcome} {Reason}")]
    public static partial void Forwarded(
        ILogger logger, Hash256 blockId, int height, SubmitOutcome outcome, string reason);

    [LoggerMessage(Level = LogLevel.Error, EventName = "block_refused",
        Message = "block {BlockId} at height {Height} was refused: {Reason}")]
    public static partial void Refused(ILogger logger, Hash256 blockId, int height, string reason);

    [LoggerMessage(Level = LogLevel.Error, EventName = "block_stranded",
        Message = "block {BlockId} at height {Height} has no answer yet ({Reason}); it stays in {Folder} and is sent again, at the latest every minute and when a node returns")]
    public static partial void Stranded(ILogger logger, Hash256 blockId, int height, string reason, string folder);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "block_booked_again",
        Message = "block {BlockId} at height {Height} was kept by an earlier run and is not in the ledger; it is booked now as it was found")]
    public static partial void BookedAgain(ILogger logger, Hash256 blockId, int height);

    [LoggerMessage(Level = LogLevel.Critical, EventName = "block_not_booked",
        Message = "block {BlockId} at height {Height} is submitted but could not be booked: its payments are not in the ledger")]
    public static partial void NotBooked(ILogger logger, Hash256 blockId, int height, Exception exception);

    [LoggerMessage(Level = LogLevel.Critical, EventName = "block_booking_lost",
        Message = "file {Path}: who is paid by this block cannot be read: {Reason} The block is sent all the same; when the ledger does not know it, correct its balances by hand.")]
    public static partial void BookingLost(ILogger logger, string path, string reason);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "block_disk_slow",
        Message = "block {BlockId} is sent before the disk has it: {Folder} takes longer than {Seconds} s")]
    public static partial void SlowDisk(ILogger logger, Hash256 blockId, string folder, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "block_not_kept",
        Message = "block {BlockId} could not be kept in {Folder}: {Reason} It is being submitted all the same.")]
    public static partial void NotKept(ILogger logger, Hash256 blockId, string folder, string reason);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "block_file_unreadable",
        Message = "file {Path} in the folder of found blocks cannot be used and is left alone: {Reason}")]
    public static partial void NotABlock(ILogger logger, string path, string reason);

    [LoggerMessage(Level = LogLevel.Error, EventName = "block_delivery_failed",
        Message = "block {BlockId}: submission failed unexpectedly")]
    public static partial void Broke(ILogger logger, Hash256 blockId, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, EventName = "proposal_fits",
        Message = "node {Node} would take our block {Height} ({Class} coinbase)")]
    public static partial void ProposalFits(ILogger logger, string node, int height, CoinbaseClass @class);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "proposal_refused",
        Message = "node {Node} would refuse our block at height {Height}, coinbase class {Class}: {Reason} Blocks found now are lost; check coinbase tag, payout addresses and node rules.")]
    public static partial void ProposalRefused(ILogger logger, string node, int height, CoinbaseClass @class, string reason);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "proposal_unknown",
        Message = "node {Node} cannot check a proposal: {Reason}")]
    public static partial void ProposalUnknown(ILogger logger, string node, string reason);
}
