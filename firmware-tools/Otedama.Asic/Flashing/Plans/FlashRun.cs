namespace Otedama.Asic;

/// <summary>How a run ended.</summary>
[System.Text.Json.Serialization.JsonConverter(typeof(FlashEnum<FlashEnding>))]
public enum FlashEnding
{
    /// <summary>The new firmware is in and was seen.</summary>
    Updated,

    /// <summary>Nothing was selected: the old firmware starts.</summary>
    OldStays,

    /// <summary>The new one failed and the old one is back.</summary>
    RolledBack,

    /// <summary>What starts could not be seen; the sentence says what to do.</summary>
    Unknown,
}

public sealed record FlashOutcome(FlashEnding Ending, string Says);

/// <summary>
/// Carries a confirmed plan out: each step is in the ledger, on the disk, before the target hears of it. Stopped or
/// killed anywhere, a new run on the same folder goes on. One thread.
/// </summary>
public sealed class FlashRun(
    FlashFolder folder, IFlashTarget target, FlashLedger ledger, ReadOnlyMemory<byte> image,
    Action<FlashProgress>? progress = null)
{
    /// <summary>An interrupted run lets the device mine again within this time.</summary>
    private static readonly TimeSpan s_letGo = TimeSpan.FromSeconds(10);

    private readonly FlashPlan _plan = folder.Plan;
    private readonly FlashMaterial _material = new(folder.Plan, image, folder, progress);

    /// <summary>
    /// Throws FlashException before anything is written when the device is another one or the plan may not be written;
    /// OperationCanceledException when told to stop, IOException when the ledger cannot be written: the device then
    /// mines again where it did, and --resume goes on.
    /// </summary>
    public async ValueTask<FlashOutcome> GoAsync(CancellationToken stop)
    {
        try
        {
            return await CarryOutAsync(stop);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            await LetGoAsync();
            throw;
        }
    }

    private async ValueTask LetGoAsync()
    {
        try
        {
            using CancellationTokenSource limit = new(s_letGo);
            await target.LetGoAsync(_plan, limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or FlashException)
        {
            // It goes on by itself after its next restart, and --resume finds it as it is.
        }
    }

    private async ValueTask<FlashOutcome> CarryOutAsync(CancellationToken stop)
    {
        if (!_plan.MayBeWritten)
        {
            throw new FlashException("The plan has checks that failed; nothing was written.");
        }
        if (ledger.Entries.LastOrDefault() is { Kind: FlashEntryKind.End } end)
        {
            throw new FlashException($"This plan has ended already: {end.Says} Make a new plan.");
        }
        bool isNew = ledger.Entries.All(static entry => entry.Kind is FlashEntryKind.Mended);
        bool goesBack = ledger.Entries.Any(static entry => entry.Kind == FlashEntryKind.RollBack);
        await RequireSameDeviceAsync(stop);
        if (isNew)
        {
            ledger.Append(FlashEntryKind.Confirmed, null,
                $"Plan {folder.Id}: {_plan.Image.Kind} {_plan.To.Version ?? "of unknown version"} to "
                + $"{_plan.Device.Id} was shown and confirmed.");
            return await ForwardAsync(0, stop);
        }
        ledger.Append(FlashEntryKind.Resumed, null, "A restarted tool goes on.");
        if (goesBack)
        {
            return await BackAsync("The way back had begun.", stop);
        }
        FlashBoots boots = await target.LookAsync(_plan, stop);
        int committed = _plan.Steps.Select(static step => step.Commits).ToList().LastIndexOf(true);
        return await ForwardAsync(boots == FlashBoots.New && Begun(committed) ? committed + 1 : 0, stop);
    }

    private async ValueTask<FlashOutcome> ForwardAsync(int first, CancellationToken stop)
    {
        bool committed = first > 0;
        foreach (FlashStep step in _plan.Steps.Skip(first))
        {
            if (step.Kind == FlashStepKind.Backup && IsDone(step))
            {
                continue; // what is there now may be half of the new: the first backup counts
            }
            committed |= step.Commits;
            if (await DoAsync(step, stop) is { } failed)
            {
                return await AfterFailureAsync(committed, failed, stop);
            }
        }
        string where = _plan.To.Slot is { } slot ? $" ({slot})" : "";
        return End(FlashEnding.Updated, $"{_plan.To.Version ?? "The new firmware"} is in{where}.");
    }

    private async ValueTask<FlashOutcome> AfterFailureAsync(bool committed, string failed, CancellationToken stop)
    {
        FlashBoots boots = await LookAsync(stop);
        if (committed && _plan.WayBack.Count > 0 && boots is (FlashBoots.New or FlashBoots.Neither))
        {
            return await BackAsync(failed, stop);
        }
        return boots switch
        {
            FlashBoots.Old => End(FlashEnding.OldStays, $"{failed} Nothing else was changed: the old firmware starts."),
            FlashBoots.New =>
                Open($"{failed} The device has the new firmware all the same, and no way leads back. Go on with "
                + $"--resume {folder.Id}."),
            _ => Open($"{failed} What starts cannot be seen now. Once the device answers again, go on with --resume "
                + $"{folder.Id}"
                + (_plan.Device.Transport == FlashTransport.Network ? "; if it never does, write it by serial." : ".")),
        };
    }

    private async ValueTask<FlashOutcome> BackAsync(string why, CancellationToken stop)
    {
        ledger.Append(FlashEntryKind.RollBack, null, why);
        foreach (FlashStep step in _plan.WayBack)
        {
            if (await DoAsync(step, stop) is { } failed)
            {
                return Open($"{why} On the way back: {failed} Go on with --resume {folder.Id}; the backup is in "
                    + $"{folder.FolderPath}.");
            }
        }
        FlashBoots boots = await LookAsync(stop);
        return boots == FlashBoots.Old
            ? End(FlashEnding.RolledBack, $"{why} The old firmware is back.")
            : Open($"{why} The way back was gone, and the old firmware is not seen to start. Go on with --resume "
            + $"{folder.Id}; the backup is in {folder.FolderPath}.");
    }

    /// <summary>Null = done.</summary>
    private async ValueTask<string?> DoAsync(FlashStep step, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        ledger.Append(FlashEntryKind.Begin, step.Index, step.Says);
        FlashStepResult result;
        try
        {
            result = await target.DoAsync(step, _material, stop);
            if (result.Outcome == FlashStepOutcome.Unknown)
            {
                FlashBoots boots = await target.LookAsync(_plan, stop);
                bool isIn = boots == FlashBoots.New;
                result = new FlashStepResult(isIn ? FlashStepOutcome.Done : FlashStepOutcome.Failed,
                    $"{result.Says} The device {(isIn ? "has the new firmware" : "does not have the new firmware")}.");
            }
        }
        catch (Exception e) when (e is FlashException or IOException)
        {
            result = FlashStepResult.Failed(e.Message);
        }
        bool done = result.Outcome == FlashStepOutcome.Done;
        ledger.Append(done ? FlashEntryKind.Done : FlashEntryKind.Failed, step.Index, result.Says);
        return done ? null : result.Says;
    }

    private async ValueTask<FlashBoots> LookAsync(CancellationToken stop)
    {
        try
        {
            return await target.LookAsync(_plan, stop);
        }
        catch (Exception e) when (e is FlashException or IOException)
        {
            return FlashBoots.Unknown;
        }
    }

    private async ValueTask RequireSameDeviceAsync(CancellationToken stop)
    {
        FlashDevice now = await target.ReadAsync(stop);
        if (now.Id != _plan.Device.Id)
        {
            throw new FlashException(
                $"Another device is at {now.Address}: {now.Id}; the plan is for {_plan.Device.Id}. Nothing was "
                + "written. Connect that one, or make a plan for this.");
        }
    }

    private bool IsDone(FlashStep step) =>
        ledger.Entries.Any(entry => entry.Kind == FlashEntryKind.Done && entry.Step == step.Index);

    private bool Begun(int index) => index >= 0
        && ledger.Entries.Any(entry => entry.Kind == FlashEntryKind.Begin && entry.Step == _plan.Steps[index].Index);

    private FlashOutcome End(FlashEnding ending, string says)
    {
        ledger.Append(FlashEntryKind.End, null, $"{ending}: {says}");
        return new FlashOutcome(ending, says);
    }

    /// <summary>Not an end: the ledger stays open for --resume.</summary>
    private static FlashOutcome Open(string says) => new(FlashEnding.Unknown, says);
}
