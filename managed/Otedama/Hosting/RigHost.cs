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
    /// Pools and chain do not notice; a rig that does not start by the new plan is started by the old one.
    /// </summary>
    public async Task RestartAsync(RigPlan wanted, CancellationToken stop)
    {
        Rig old = Rig;
        bool paused = old.Snapshot().State == RigState.Paused;
        RigOptions options = OptionsOf(wanted, static _ => { }); // throws before anything is stopped
        await old.StopAsync();
        try
        {
            _rig = await Rig.StartAsync(options with { StartPaused = paused }, loggers, clock, stop);
            Plan = wanted;
        }
        catch
        {
            RigOptions before = OptionsOf(Plan, static _ => { }) with { StartPaused = paused };
            _rig = await Rig.StartAsync(before, loggers, clock, CancellationToken.None);
            throw;
        }
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
        };
    }
}
