using Otedama.Core;

namespace Otedama.Pool;

/// <summary>From the queue to the nodes and to what they say.</summary>
public sealed partial class BlockSubmitter
{
    /// <summary>Pauses between rounds for what has no answer; a node that returns starts a round at once.</summary>
    private static readonly TimeSpan s_resendFirst = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_resendLast = TimeSpan.FromSeconds(60);

    /// <summary>Blocks that the disk refuses, as when it is full: they are sent again from memory. 8 MB of hex each at most.</summary>
    private const int UnkeptMax = 32;

    private async Task WorkAsync()
    {
        await foreach (FoundBlockWork work in _queue.Reader.ReadAllAsync())
        {
            bool first = TryBegin(work.Block.Id);
            await KeepAsync(work);
            if (first && !_stop.IsCancellationRequested)
            {
                Track(_fates, DeliverAsync(work.Block, work.Found));
            }
        }
    }

    /// <summary>On disk, with its booking, before any node can take it: a crash in between loses nothing.</summary>
    private async Task KeepAsync(FoundBlockWork work)
    {
        Task kept = Task.Run(() => Keep(work));
        if (await Task.WhenAny(kept, Task.Delay(s_diskPatience, _time)) != kept)
        {
            SubmitLog.SlowDisk(_logger, work.Block.Id, _folder.Path, s_diskPatience.TotalSeconds);
        }
    }

    private void Keep(FoundBlockWork work)
    {
        bool kept = _folder.TryKeep(work.Block, work.Booking);
        lock (_lock)
        {
            if (kept)
            {
                _unkept.Remove(work.Block.Id);
            }
            else if (_unkept.Count < UnkeptMax)
            {
                _unkept[work.Block.Id] = work;
            }
        }
    }

    /// <summary>Claims a block, so that a round of resending does not send it a second time meanwhile.</summary>
    private bool TryBegin(Hash256 id)
    {
        lock (_lock)
        {
            return _underWay.Add(id);
        }
    }

    private void Track(HashSet<Task> tasks, Task task)
    {
        lock (_lock)
        {
            tasks.Add(task);
        }
        task.ContinueWith(
            ended =>
            {
                lock (_lock)
                {
                    tasks.Remove(ended);
                }
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private Task[] Running(HashSet<Task> tasks)
    {
        lock (_lock)
        {
            return [.. tasks];
        }
    }

    /// <summary>Ends when the block's fate is known; a node that hangs goes on by itself. Gives the claim back.</summary>
    private async Task DeliverAsync(AssembledBlock block, BlockReport found)
    {
        try
        {
            IReadOnlyList<Task<NodeVerdict>> answers = _nodes.SubmitBlock(block, _stop.Token);
            foreach (Task<NodeVerdict> answer in answers)
            {
                Track(_deliveries, answer);
            }
            Settle(found with { Verdicts = await DecideAsync(answers) });
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopping; the file on disk is sent at the next start.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            SubmitLog.Broke(_logger, block.Id, e);
        }
        finally
        {
            lock (_lock)
            {
                _underWay.Remove(block.Id);
            }
        }
    }

    /// <summary>The first acceptance decides: one node that has the block tells the others. Else all are heard.</summary>
    private static async Task<IReadOnlyList<NodeVerdict>> DecideAsync(IReadOnlyList<Task<NodeVerdict>> answers)
    {
        List<NodeVerdict> verdicts = [];
        await foreach (Task<NodeVerdict> answer in Task.WhenEach(answers))
        {
            verdicts.Add(await answer);
            if (verdicts[^1].Outcome is SubmitOutcome.Accepted or SubmitOutcome.Duplicate)
            {
                break;
            }
        }
        return verdicts;
    }

    private void Settle(BlockReport found)
    {
        SubmitOutcome outcome = found.Verdicts.Min(static verdict => verdict.Outcome);
        BlockReport resolved = found with { Outcome = outcome };
        Action? next = null;
        if (outcome != SubmitOutcome.Unreachable) // else its place stays taken: it will be sent again
        {
            next = _rivals.Leave(found.Parent, accepted: outcome != SubmitOutcome.Rejected);
            _folder.Settle(found.Id, found.Height, outcome);
            lock (_lock)
            {
                _unkept.Remove(found.Id);
            }
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
                Interlocked.Increment(ref _refusedCount);
                SubmitLog.Refused(_logger, found.Id, found.Height, reasons);
                break;
            default:
                Interlocked.Add(ref _acceptedCount, outcome == SubmitOutcome.Inconclusive ? 0 : 1);
                SubmitLog.Resolved(_logger, found.Id, found.Height, outcome);
                break;
        }
        Remember(resolved);
        Raise(Resolved, resolved);
        next?.Invoke();
    }

    private void OnNodeReturned(string name) => _again.Set();

    /// <summary>
    /// Sends what waits on disk: at the start, when a node returns, and in between with longer and longer pauses, because a
    /// node may go on serving templates while it takes no block.
    /// </summary>
    private async Task ResendAsync()
    {
        var pauses = new BackOff(s_resendFirst, s_resendLast, _world.Random);
        while (!_stop.IsCancellationRequested)
        {
            bool waiting = false;
            foreach (KeptBlock kept in _folder.ReadWaiting().Concat(Unkept()))
            {
                waiting = true;
                if (TryBegin(kept.Block.Id))
                {
                    Resend(kept);
                }
            }
            if (!waiting)
            {
                pauses.Reset();
            }
            if (await _again.WaitAsync(waiting ? pauses.Next() : s_resendFirst, _stop.Token))
            {
                pauses.Reset();
            }
        }
    }

    /// <summary>What only memory has; the disk is asked once more for each.</summary>
    private IEnumerable<KeptBlock> Unkept()
    {
        FoundBlockWork[] works;
        lock (_lock)
        {
            works = [.. _unkept.Values];
        }
        foreach (FoundBlockWork work in works)
        {
            Keep(work);
            yield return new KeptBlock(work.Block, work.Booking);
        }
    }

    /// <summary>The claim is held already.</summary>
    private void Resend(KeptBlock kept)
    {
        BlockReport report = Recall(kept);
        if (report.Outcome is null or SubmitOutcome.Unreachable)
        {
            Track(_fates, DeliverAsync(kept.Block, report));
            return;
        }
        // Read just before the answer renamed it, or written after it by a disk that took long.
        _folder.Settle(kept.Block.Id, kept.Block.Height, report.Outcome.Value);
        lock (_lock)
        {
            _underWay.Remove(kept.Block.Id);
        }
    }

    private BlockReport Recall(KeptBlock kept)
    {
        lock (_lock)
        {
            return _recent.FirstOrDefault(found => found.Id == kept.Block.Id) ?? new BlockReport
            {
                Id = kept.Block.Id,
                Height = kept.Block.Height,
                Reward = kept.Booking?.Record.Reward ?? Amount.Zero,
                JobId = kept.Booking?.Record.JobId ?? 0,
                AccountId = 0,
                FoundAt = kept.Booking is { } booking ? DateTimeOffset.FromUnixTimeMilliseconds(booking.Record.TimeMs) : _time.GetUtcNow(),
            };
        }
    }
}
