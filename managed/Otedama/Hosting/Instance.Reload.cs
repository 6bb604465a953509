namespace Otedama;

/// <summary>A configuration read again while everything runs.</summary>
internal sealed partial class Instance
{
    private readonly SemaphoreSlim _reloading = new(1, 1); // one order to rigs at a time; API threads and the signal's

    /// <summary>Reads the configuration again and returns a plan of it; null when it cannot be read again.</summary>
    public Func<InstancePlan>? Reread { get; set; }

    /// <summary>Told the configuration that counts from now on, after a reload that changed something.</summary>
    public Action<Configuration>? Reloaded { get; set; }

    /// <summary>
    /// Takes over what may change while running and names the rest. A configuration that is not good changes nothing:
    /// the answer says why. Throws nothing but OperationCanceledException.
    /// </summary>
    public async Task<ReloadAnswer> ReloadAsync(CancellationToken stop)
    {
        await _reloading.WaitAsync(stop);
        try
        {
            return await ReloadOnceAsync(stop);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            return Refused(ProblemsOf(e));
        }
        finally
        {
            _reloading.Release();
        }
    }

    private async Task<ReloadAnswer> ReloadOnceAsync(CancellationToken stop)
    {
        if (Reread is null)
        {
            return Refused(["this instance was not started from a configuration that can be read again"]);
        }
        InstancePlan wanted = Reread();
        ReloadStep step = new(_plan, wanted);
        InstancePlan next = step.Apply();
        List<string> notes = [.. step.Reasons];
        string[] rigKeys = [.. _rigs.SelectMany(rig => ReloadStep.Differences(rig.Plan, PlanOf(next, rig)))]; // also after a switch by command
        foreach (RigHost rig in _rigs.Where(rig => !rig.HasToStart(PlanOf(next, rig))))
        {
            rig.Rig.TryLostAgain();
        }
        await StartAnewAsync([.. _rigs.Select(rig => (rig, PlanOf(next, rig)))], notes, stop);
        _plan = next;
        Reloaded?.Invoke(_plan.Configuration);
        string[] applied = [.. step.Applied.Union(rigKeys)];
        InstanceLog.Reloaded(_logger, Words(applied), Words(step.Waiting));
        notes.ForEach(note => InstanceLog.ReloadNote(_logger, note));
        return new ReloadAnswer(1, _plan.Configuration.File, applied, step.Waiting, []) { Notes = notes };
    }

    private static RigPlan PlanOf(InstancePlan plan, RigHost rig) => plan.Rigs.First(found => found.Name == rig.Name);

    private ReloadAnswer Refused(IReadOnlyList<string> problems)
    {
        foreach (string problem in problems)
        {
            InstanceLog.NotReloaded(_logger, problem);
        }
        return new ReloadAnswer(1, _plan.Configuration.File, [], [], problems);
    }

    private static string Words(IReadOnlyList<string> keys) => keys.Count == 0 ? "nothing" : string.Join(", ", keys);
}
