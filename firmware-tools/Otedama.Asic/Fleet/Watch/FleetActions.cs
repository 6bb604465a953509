namespace Otedama.Asic;

/// <summary>What is done by itself when an alarm has been raised for a while.</summary>
/// <param name="Alarm">A code of AlarmTable.</param>
/// <param name="Action">restart, reboot, pause, clock_down, restore_pools.</param>
public sealed record ActionRule(string Alarm, string Action, TimeSpan After)
{
    /// <summary>The words that Action may be.</summary>
    public static IReadOnlyList<string> Actions { get; } = ["restart", "reboot", "pause", "clock_down",
        "restore_pools"];
}

/// <summary>Makes the order an action means for a device, or says why there is none.</summary>
public delegate Task<(FleetOrder? Order, string? Refusal)> OrderMaker(FleetDevice device, string action,
    CancellationToken cancel);

/// <summary>Why an order would not be sent to a device; null = it would be. Sends nothing.</summary>
public delegate FleetOutcome? OrderChecker(FleetDevice device, FleetOrder order);

/// <summary>Sends an order to a device.</summary>
public delegate Task<FleetOutcome> OrderSender(FleetDevice device, FleetOrder order, CancellationToken cancel);

/// <summary>
/// Carries out what rules ask for, inside the guard rails: each order is in the audit log, on the disk, before it is
/// sent. An order that cannot be written down is not sent. Called by one loop; orders of people go through Order too.
/// </summary>
public sealed class FleetActions(
    IReadOnlyList<ActionRule> rules, ActionLimits limits, AuditLog audit, OrderMaker make, OrderSender send,
        TimeProvider clock, OrderChecker? check = null)
{
    /// <summary>Refusals that are remembered, so that each is written down once.</summary>
    private const int RefusalsMax = 4096;

    private readonly Dictionary<(string Device, string Action), string> _refused = [];
    private readonly SemaphoreSlim _oneAtATime = new(1, 1); // the loop and people's orders
    private readonly TimeProvider _time = clock;

    /// <summary>Looks at what is raised and does what is due. Returns sentences about what was done or
    /// failed.</summary>
    public async Task<IReadOnlyList<string>> StepAsync(FleetSnapshot fleet, CancellationToken cancel)
    {
        List<string> said = [];
        foreach ((FleetDevice device, ActionRule rule) in Due(fleet).ToArray())
        {
            if (await DoAsync(device, fleet.Devices.Count, rule.Action, $"alarm {rule.Alarm}", cancel) is { } sentence)
            {
                said.Add(sentence);
            }
        }
        return said;
    }

    /// <summary>
    /// A person's order. The guard rails do not hold people back, but what they do is written down and counts for them.
    /// </summary>
    public async Task<FleetOutcome> OrderAsync(FleetDevice device, FleetOrder order, string by, bool dryRun,
        CancellationToken cancel)
    {
        await _oneAtATime.WaitAsync(cancel);
        try
        {
            return await SendAsync(device, order, by, dryRun, cancel);
        }
        catch (IOException e)
        {
            return new FleetOutcome(FleetResult.Refused, $"The audit log cannot be written "
                + $"({e.Message.TrimEnd('.')}), so nothing was sent.");
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>Alarms with a rule whose time has come. What has a cause of many is no single device's to
    /// mend.</summary>
    private IEnumerable<(FleetDevice Device, ActionRule Rule)> Due(FleetSnapshot fleet) =>
        from device in fleet.Devices
        where device.Misses == 0
        from alarm in device.Alarms
        where alarm.Cause is null
        from rule in rules
        where rule.Alarm == alarm.Code && fleet.At - alarm.Since >= rule.After
        select (device, rule);

    private async Task<string?> DoAsync(FleetDevice device, int fleet, string action, string by,
        CancellationToken cancel)
    {
        await _oneAtATime.WaitAsync(cancel);
        try
        {
            string? refusal = ActionGate.Refusal(device, fleet, audit.Entries, limits, _time.GetUtcNow(),
                action);
            FleetOrder? order = null;
            if (refusal is null)
            {
                (order, refusal) = await make(device, action, cancel);
            }
            if (order is null)
            {
                return Refuse(device, action, by, refusal ?? "nothing is to be done");
            }
            _refused.Remove((device.Id, action));
            FleetOutcome outcome = await SendAsync(device, order, by, limits.DryRun, cancel);
            return $"{device.Name}: {order.Words} ({by}): {outcome.Sentence}";
        }
        catch (IOException e)
        {
            return $"{device.Name}: {action} was not done, because the audit log cannot be written: {e.Message}";
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task<FleetOutcome> SendAsync(FleetDevice device, FleetOrder order, string by, bool dryRun,
        CancellationToken cancel)
    {
        if (dryRun)
        {
            FleetOutcome? refused = check?.Invoke(device, order);
            audit.Add(_time.GetUtcNow(), "dry_run", device.Id, order.Words, by, refused is null
                ? $"to {device.Address}; not sent" : $"to {device.Address}; it would be refused: {refused.Sentence}");
            return refused ?? new FleetOutcome(FleetResult.DryRun,
                "The dry run found nothing against it; it was written down and not sent.");
        }
        audit.Add(_time.GetUtcNow(), "ordered", device.Id, order.Words, by, $"to {device.Address}");
        FleetOutcome outcome;
        try
        {
            outcome = await send(device, order, cancel);
        }
        catch (OperationCanceledException)
        {
            audit.Add(_time.GetUtcNow(), AuditLog.Interrupted, device.Id, order.Words, by,
                "this program was told to end while it was under way; what the device has now is not known");
            throw;
        }
        string end = outcome.Result == FleetResult.Interrupted ? AuditLog.Interrupted
            : outcome.Succeeded ? "done" : "failed";
        audit.Add(_time.GetUtcNow(), end, device.Id, order.Words, by, outcome.Sentence);
        return outcome;
    }

    /// <summary>Each refusal once, or an alarm that stays would fill the log.</summary>
    private string? Refuse(FleetDevice device, string action, string by, string refusal)
    {
        string kind = string.Concat(refusal.Where(static c => !char.IsDigit(c)));
        if (_refused.GetValueOrDefault((device.Id, action)) == kind)
        {
            return null;
        }
        if (_refused.Count >= RefusalsMax)
        {
            _refused.Clear();
        }
        _refused[(device.Id, action)] = kind;
        audit.Add(_time.GetUtcNow(), "refused", device.Id, action, by, refusal);
        return $"{device.Name}: {action} ({by}) was not done: {refusal}.";
    }
}
