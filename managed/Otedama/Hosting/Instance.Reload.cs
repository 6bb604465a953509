namespace Otedama;

/// <summary>A configuration read again while everything runs.</summary>
internal sealed partial class Instance
{
    private readonly SemaphoreSlim _reloading = new(1, 1); // one reload at a time; API threads and the signal's

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
        catch (ConfigurationException e)
        {
            return Refused(e.Problems);
        }
        catch (Exception e) when (e is CommandException or ArgumentException or IOException or UnauthorizedAccessException or Interop.NativeException)
        {
            return Refused([e.Message]);
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
        InstancePlan before = _plan;
        _plan = step.Apply(before, wanted);
        try
        {
            foreach (RigHost rig in _rigs)
            {
                RigPlan plan = _plan.Rigs.First(plan => plan.Name == rig.Name);
                if (step.Touches(rig.Plan, plan))
                {
                    await rig.RestartAsync(plan, stop);
                }
                else
                {
                    rig.Rig.TryLostAgain();
                }
            }
        }
        catch
        {
            _plan = before with { Rigs = [.. _rigs.Select(static rig => rig.Plan)] };
            throw;
        }
        Reloaded?.Invoke(_plan.Configuration);
        InstanceLog.Reloaded(_logger, Words(step.Applied), Words(step.Waiting));
        return new ReloadAnswer(1, _plan.Configuration.File, step.Applied, step.Waiting, []);
    }

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
