using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>From the disk to the nodes and to what they say.</summary>
public sealed partial class BlockSubmitter
{
    private readonly List<BlockDelivery> _deliveries = [];
    private readonly Queue<AssembledBlock> _sent = []; // of this round

    /// <summary>
    /// Sends what the disk has, what it takes too long for, and what it brought back; takes the answers.
    /// </summary>
    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        TimeSpan next = SendNew();
        while (_keeper.TryTakeWaiting(out KeptBlock? kept))
        {
            SendAgain(kept);
        }
        foreach (BlockDelivery delivery in _deliveries)
        {
            next = Pause.Earlier(next, delivery.Advance(stop));
            if (!delivery.IsSettled && delivery.Decide() is { } verdicts)
            {
                delivery.IsSettled = true;
                Settle(delivery.Found with { Verdicts = verdicts });
                _underWay.TryRemove(delivery.Block.Id, out _);
            }
        }
        _deliveries.RemoveAll(static delivery => delivery.IsOver);
        while (_sent.TryDequeue(out AssembledBlock? sent))
        {
            Sent?.Invoke(sent); // after the requests to our own nodes are out
        }
        if (_closed is { } closed && IsIdle)
        {
            closed.TrySetResult();
        }
        return ValueTask.FromResult(next);
    }

    /// <summary>Returns how long the disk still has for the first that it has not kept.</summary>
    private TimeSpan SendNew()
    {
        TimeSpan next = Timeout.InfiniteTimeSpan;
        List<FoundWork> ready = [];
        lock (_gate)
        {
            foreach (FoundWork work in _new)
            {
                TimeSpan left = work.IsKept ? TimeSpan.Zero : work.Patience.Left(_time);
                if (left > TimeSpan.Zero)
                {
                    next = Pause.Earlier(next, left);
                }
                else
                {
                    ready.Add(work);
                }
            }
            _new.RemoveAll(ready.Contains);
        }
        foreach (FoundWork work in ready)
        {
            if (!work.IsKept)
            {
                SubmitLog.SlowDisk(_logger, work.Block.Id, _folder.Path, s_diskPatience.TotalSeconds);
            }
            Deliver(work.Block, work.Found);
            _sent.Enqueue(work.Block);
        }
        return next;
    }

    /// <summary>The claim is held.</summary>
    private void Deliver(AssembledBlock block, BlockReport found)
    {
        RpcRequest request = TemplateRequest.Submit(block, _method);
        _deliveries.Add(new BlockDelivery(
            block, found, [.. _doors.Select(door => new NodeDelivery(door, block, request, Wake, _time, _logger))]));
    }

    private void SendAgain(KeptBlock kept)
    {
        BlockReport report = Recall(kept);
        if (report.Outcome is null or SubmitOutcome.Unreachable)
        {
            Deliver(kept.Block, report);
            return;
        }
        // Read just before the answer renamed it, or written after it by a disk that took long.
        _keeper.File(kept.Block.Id, kept.Block.Height, report.Outcome.Value);
        _underWay.TryRemove(kept.Block.Id, out _);
    }

    private void Settle(BlockReport found)
    {
        SubmitOutcome outcome = found.Verdicts.Min(static verdict => verdict.Outcome);
        BlockReport resolved = found with { Outcome = outcome };
        Action? next = null;
        if (outcome != SubmitOutcome.Unreachable) // else its place stays taken: it will be sent again
        {
            next = _rivals.Leave(found.Parent, accepted: outcome != SubmitOutcome.Rejected);
            _keeper.File(found.Id, found.Height, outcome);
        }
        string reasons = string.Join("; ", found.Verdicts.Select(static v => $"{v.Node}: {v.Reason}"));
        switch (outcome)
        {
            case SubmitOutcome.Unreachable when found.Outcome != SubmitOutcome.Unreachable:
                SubmitLog.Stranded(_logger, found.Id, found.Height, reasons, _folder.Path);
                break;
            case SubmitOutcome.Unreachable:
                break; // said in an earlier round
            case SubmitOutcome.Rejected:
                SubmitLog.Refused(_logger, found.Id, found.Height, reasons);
                TryRevert(found.Id, found.Verdicts[0].Reason);
                break;
            default:
                SubmitLog.Resolved(_logger, found.Id, found.Height, outcome);
                break;
        }
        History.Settle(resolved);
        next?.Invoke();
    }

    private BlockReport Recall(KeptBlock kept) => History.Find(kept.Block.Id) ?? new BlockReport
    {
        Id = kept.Block.Id,
        Height = kept.Block.Height,
        Reward = kept.Booking?.Record.Reward ?? Amount.Zero,
        JobId = kept.Booking?.Record.JobId ?? 0,
        AccountId = 0,
        FoundAt = kept.Booking is { } booking
            ? DateTimeOffset.FromUnixTimeMilliseconds(booking.Record.TimeMs)
            : _time.GetUtcNow(),
    };
}
