namespace Otedama.Asic;

/// <summary>How a roll-out ended, or why it waits.</summary>
public sealed record RolloutOutcome(RolloutState State, string Says, IReadOnlyDictionary<string, RolloutResult> Ended);

/// <summary>
/// Carries a confirmed roll-out out: canaries, then waves, each device by its own plan with its verification and its
/// way
/// back. What begins and how it ends is in the ledger; stopped or killed anywhere, a new run on the same folder goes on
/// with the same waves and the same pauses. Calls come one after the other; updates of devices run side by side.
/// </summary>
/// <param name="plansRoot">Where the folders of devices' plans are.</param>
/// <param name="open">Opens the way to a device; throws FlashException.</param>
public sealed class RolloutRun(
    RolloutFolder folder, FlashLedger ledger, string plansRoot, Func<string, IFlashTarget> open, TimeProvider clock,
    Action<string> tell)
{
    private readonly RolloutMember[] _members = [.. folder.File.Members];
    private readonly byte[] _image = folder.Image();

    /// <summary>Throws FlashException when it has ended already, OperationCanceledException when told to stop, after
    /// which a new run goes on.</summary>
    public async Task<RolloutOutcome> GoAsync(CancellationToken stop)
    {
        if (ledger.Entries.LastOrDefault() is { Kind: FlashEntryKind.End } end)
        {
            throw new FlashException($"This roll-out has ended already: {end.Says} Make a new one.");
        }
        PastClock past = new(clock);
        Rollout rollout = new(folder.File.Waves(), past);
        foreach (RolloutMember member in _members)
        {
            rollout.Sees(member.Device.Id, member.Works);
        }
        Dictionary<Task<RolloutResult>, int> running = Replay(rollout, past, stop);
        while (true)
        {
            foreach (RolloutDevice device in rollout.Next())
            {
                rollout.Begin(device.Id);
                int index = Array.FindIndex(_members, one => one.Device == device);
                ledger.Append(FlashEntryKind.Begin, index, $"{rollout.Wave.Name}: {device.Id}.");
                tell($"{rollout.Wave.Name}: {device.Id} begins");
                running.Add(UpdateAsync(_members[index], stop), index);
            }
            if (running.Count > 0)
            {
                Task<RolloutResult> done = await Task.WhenAny(running.Keys);
                running.Remove(done, out int index);
                await EndAsync(rollout, index, done, running);
                continue;
            }
            if (rollout.State == RolloutState.Soaking)
            {
                tell(rollout.Says ?? "");
                await Task.Delay(rollout.SoakLeft, clock, stop);
                continue;
            }
            return Outcome(rollout);
        }
    }

    private RolloutOutcome Outcome(Rollout rollout)
    {
        int updated = rollout.Ended.Values.Count(static one => one == RolloutResult.Updated);
        string says = rollout.State switch
        {
            RolloutState.Finished => $"{updated} of {_members.Length} devices were updated.",
            RolloutState.Stopped => $"Stopped after {updated} of {_members.Length} devices: {rollout.Says}",
            _ => $"{updated} of {_members.Length} devices were updated, and none may begin now: {rollout.Says}. Go on "
                + $"later with --resume {folder.Id}.",
        };
        if (rollout.State is RolloutState.Finished or RolloutState.Stopped)
        {
            ledger.Append(FlashEntryKind.End, null, says);
        }
        return new RolloutOutcome(rollout.State, says, rollout.Ended);
    }

    /// <summary>What the ledger says has been, at the times when it was; what was begun and has no end is taken up
    /// again.</summary>
    private Dictionary<Task<RolloutResult>, int> Replay(Rollout rollout, PastClock past, CancellationToken stop)
    {
        HashSet<int> open = [];
        foreach (FlashEntry entry in ledger.Entries.Where(one => one.Step is >= 0 && one.Step < _members.Length))
        {
            past.Now = entry.At;
            rollout.Step();
            string id = _members[entry.Step!.Value].Device.Id;
            if (entry.Kind == FlashEntryKind.Begin)
            {
                rollout.Begin(id);
                open.Add(entry.Step.Value);
            }
            else if (open.Remove(entry.Step.Value))
            {
                rollout.End(id, entry.Kind == FlashEntryKind.Done ? RolloutResult.Updated : RolloutResult.Failed);
            }
        }
        past.Now = null;
        if (ledger.Entries.Count == 0)
        {
            ledger.Append(FlashEntryKind.Confirmed, null,
                $"Roll-out {folder.Id} to {_members.Length} devices was shown and confirmed.");
        }
        else
        {
            ledger.Append(FlashEntryKind.Resumed, null, "A restarted tool goes on.");
        }
        rollout.Restart(); // a tool that was away is no device that took too long
        return open.Order().ToDictionary(index => UpdateAsync(_members[index], stop));
    }

    private async Task EndAsync(
        Rollout rollout, int index, Task<RolloutResult> done, Dictionary<Task<RolloutResult>, int> others)
    {
        RolloutResult result;
        try
        {
            result = await done;
        }
        catch (OperationCanceledException)
        {
            foreach (Task other in others.Keys) // all let go of theirs first
            {
                await other.ContinueWith(static _ => { }, TaskScheduler.Default);
            }
            throw;
        }
        ledger.Append(result == RolloutResult.Updated ? FlashEntryKind.Done : FlashEntryKind.Failed, index,
            $"{_members[index].Device.Id}: {result}.");
        rollout.End(_members[index].Device.Id, result);
    }

    private async Task<RolloutResult> UpdateAsync(RolloutMember member, CancellationToken stop)
    {
        using CancellationTokenSource late = new(Rollout.DeviceTime, clock);
        using CancellationTokenSource any = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            FlashFolder plan = FlashFolder.OpenOrCreate(plansRoot, member.Plan, _image);
            plan.Prune();
            using FlashLedger steps = FlashLedger.Open(plan.FolderPath, plan.PlanHash, clock);
            if (steps.Entries.LastOrDefault() is { Kind: FlashEntryKind.End } ended)
            {
                bool isIn = ended.Says.StartsWith(nameof(FlashEnding.Updated), StringComparison.Ordinal);
                return Result(member, isIn, ended.Says);
            }
            using IFlashTarget target = open(member.Plan.Device.Address);
            FlashOutcome outcome = await new FlashRun(plan, target, steps, _image).GoAsync(any.Token);
            return Result(member, outcome.Ending == FlashEnding.Updated, outcome.Says);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return Result(member, false, $"It took more than {Rollout.DeviceTime.TotalMinutes:0} min.");
        }
        catch (Exception e) when (e is FlashException or IOException or UnauthorizedAccessException)
        {
            return Result(member, false, e.Message);
        }
    }

    private RolloutResult Result(RolloutMember member, bool updated, string says)
    {
        tell($"{member.Device.Id}: {(updated ? "updated" : "NOT UPDATED")}. {says}");
        return updated ? RolloutResult.Updated : RolloutResult.Failed;
    }

    /// <summary>The clock, or the time of an entry while the past is gone through.</summary>
    private sealed class PastClock(TimeProvider live) : TimeProvider
    {
        public DateTimeOffset? Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now ?? live.GetUtcNow();
    }
}
