using Microsoft.Extensions.Logging;
using Otedama.Mining;

namespace Otedama;

/// <summary>One rig of this process. A reload puts another in its place; every member but that: any thread.</summary>
/// <param name="pools">The pools of this process.</param>
internal sealed class RigHost(RigPlan plan, IReadOnlyList<PoolHost> pools, SharedWork shared, ILoggerFactory loggers, TimeProvider clock)
{
    private Rig? _rig;

    /// <summary>What it runs by; replaced by a reload.</summary>
    public RigPlan Plan { get; private set; } = plan;

    public string Name => Plan.Name;

    public Rig Rig => _rig ?? throw new InvalidOperationException("the rig was not started");

    /// <summary>Whether it has to be started anew to go by this plan.</summary>
    public bool HasToStart(RigPlan plan) => ReloadStep.Touches(Plan, plan) || Rig.Snapshot().State == RigState.Stopped;

    public RigView View() => Views.Rig(Name, Plan.Work.Name, Rig.Snapshot());

    /// <summary>What one scrape of the metrics reads of it.</summary>
    public RigInput Metrics()
    {
        RigSnapshot rig = Rig.Snapshot();
        return new RigInput(Views.Rig(Name, Plan.Work.Name, rig), rig);
    }

    public async Task StartAsync(Action<string> note, CancellationToken stop)
    {
        RigOptions options = OptionsOf(Plan, note);
        if (options is { Flavour.Length: > 0, CpuThreads: >= 0 })
        {
            string who = Plan.Configuration.IsEntry ? $"{Name}: mining" : "Mining";
            note($"{who} with flavour {options.Flavour}, {options.CpuThreads} threads, as otedama mining tune measured or the settings say.");
        }
        _rig = await Rig.StartAsync(options, loggers, clock, stop);
    }

    /// <summary>
    /// What it would be started anew with. Throws before anything is stopped: a card that cannot do it, a plugin
    /// that is not there, an algorithm this program has not got.
    /// </summary>
    public RigOptions Prepare(RigPlan wanted, Action<string> note)
    {
        shared.Prepare(wanted.Work);
        return OptionsOf(wanted, note);
    }

    /// <summary>After StopAsync. Stopped by command, it stays so.</summary>
    public async Task StartAgainAsync(RigPlan by, RigOptions options, CancellationToken stop)
    {
        _rig = await Rig.StartAsync(options with { StartPaused = Rig.IsPausedByCommand }, loggers, clock, stop);
        Plan = by;
    }

    public Task StopAsync() => _rig?.StopAsync() ?? Task.CompletedTask;

    private RigOptions OptionsOf(RigPlan by, Action<string> note)
    {
        PoolHost? pool = pools.FirstOrDefault(pool => pool.Name == by.PoolName);
        return PartOptions.Rig(by, pool?.RigUrl, pool?.Node, shared.Datasets, clock, note) with
        {
            Plugin = shared.PluginOf(by.Work),
            DeviceDatasets = shared.DeviceDatasets,
            GpuTuning = shared.GpuTuning,
            Devices = AsicChoice.Of(by.Configuration, clock, loggers),
        };
    }
}
