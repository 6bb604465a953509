using Otedama.Mining;

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
    /// Takes over what may change while running and names the rest. A configuration that is not good changes nothing: the
    /// answer says why. Throws nothing but OperationCanceledException.
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
        Configuration now = _plan.Configuration;
        InstancePlan wanted = Reread();
        SettingValue[] changed = [.. wanted.Configuration.Values.Where(value => !Reload.Same(now.Of(value.Setting).Value, value.Value))];
        SettingValue[] live = [.. changed.Where(value => Reload.IsLive(value.Setting) && (_rig is not null || !Reload.IsOfRig(value.Setting)))];
        InstancePlan before = _plan;
        _plan = _plan with { Configuration = now.With(live) };
        if (_rig is not null && live.Any(static value => Reload.IsOfRig(value.Setting)))
        {
            await RestartRigAsync(before, stop);
        }
        Reloaded?.Invoke(_plan.Configuration);
        string[] applied = [.. live.Select(static value => value.Setting.Key)];
        string[] waiting = [.. changed.Except(live).Select(static value => value.Setting.Key)];
        InstanceLog.Reloaded(_logger, Words(applied), Words(waiting));
        return new ReloadAnswer(1, _plan.Configuration.File, applied, waiting, []);
    }

    /// <summary>The pool of this process and the chain do not notice; a rig that does not start with the new values gets the old ones.</summary>
    private async Task RestartRigAsync(InstancePlan before, CancellationToken stop)
    {
        Rig old = _rig!;
        bool paused = old.Snapshot().State == RigState.Paused;
        RigOptions options = RigOptionsOf(); // throws before anything is stopped
        await old.StopAsync();
        try
        {
            _rig = await Rig.StartAsync(options with { StartPaused = paused }, _loggers, _clock, stop);
        }
        catch
        {
            _plan = before;
            _rig = await Rig.StartAsync(RigOptionsOf() with { StartPaused = paused }, _loggers, _clock, CancellationToken.None);
            throw;
        }
    }

    private ReloadAnswer Refused(IReadOnlyList<string> problems)
    {
        foreach (string problem in problems)
        {
            InstanceLog.NotReloaded(_logger, problem);
        }
        return new ReloadAnswer(1, _plan.Configuration.File, [], [], problems);
    }

    private static string Words(string[] keys) => keys.Length == 0 ? "nothing" : string.Join(", ", keys);
}
