namespace Otedama;

/// <summary>
/// What of a configuration that was read again counts at once, and what waits for a restart: worked out entry by entry. A rig
/// that runs can be started anew with other values, but not for another algorithm.
/// </summary>
internal sealed class ReloadStep
{
    private readonly Configuration _next;
    private readonly List<string> _applied = [];
    private readonly List<string> _waiting = [];

    public ReloadStep(InstancePlan running, InstancePlan other)
    {
        (Configuration now, Configuration wanted) = (running.Configuration, other.Configuration);
        Configuration whole = Take(now, wanted, static setting => !KeySpace.Rig.Holds(setting) && !KeySpace.Pool.Holds(setting), Reload.IsLive);
        Configuration[] rigs = Entries(now.Rigs, wanted.Rigs, KeySpace.Rig,
            (rig, setting) => Reload.IsOfRig(setting) && Find(running, rig) is { } runs
                && (setting != Settings.MiningPools || Find(other, rig)?.Work.Name == runs.Work.Name));
        Configuration[] pools = Entries(now.Pools, wanted.Pools, KeySpace.Pool, static (_, _) => false);
        // Values of an entry stand in it; those of the only rig or pool stand at the top.
        _next = whole.With(now.Rigs[0].IsEntry ? [] : Rows(rigs[0], KeySpace.Rig))
            .WithEntries(now.Rigs[0].IsEntry ? rigs : [], now.Pools[0].IsEntry ? pools : []);
    }

    /// <summary>Keys that count from now on.</summary>
    public IReadOnlyList<string> Applied => _applied;

    /// <summary>Keys that were changed and need a restart.</summary>
    public IReadOnlyList<string> Waiting => _waiting;

    /// <summary>
    /// The plan that counts from now on. While other rigs wait for a restart, those that run keep the threads they have: who
    /// shares the machine is decided by all together.
    /// </summary>
    public InstancePlan Apply(InstancePlan now, InstancePlan wanted)
    {
        bool isSameRigs = now.Rigs.Select(static rig => rig.Name).SequenceEqual(wanted.Rigs.Select(static rig => rig.Name));
        return now with
        {
            Configuration = _next,
            Rigs = [.. now.Rigs.Select(rig => (Find(wanted, rig.Configuration) is { } other && other.Work.Name == rig.Work.Name ? other : rig) with
            {
                Configuration = _next.Rigs.First(next => next.Name == rig.Name),
                Work = rig.Work,
                Threads = isSameRigs ? Find(wanted, rig.Configuration)!.Threads : rig.Threads,
            })],
        };
    }

    /// <summary>Whether a rig that runs by one plan has to be started anew for the other.</summary>
    public bool Touches(RigPlan now, RigPlan next) => now.Threads != next.Threads
        || Rows(next.Configuration, KeySpace.Rig).Any(row => !Reload.Same(now.Configuration.Of(row.Setting).Value, row.Value));

    private static RigPlan? Find(InstancePlan plan, Configuration rig) => plan.Rigs.FirstOrDefault(found => found.Name == rig.Name);

    private Configuration[] Entries(
        IReadOnlyList<Configuration> now, IReadOnlyList<Configuration> wanted, KeySpace keys, Func<Configuration, Setting, bool> isLive)
    {
        if (!now.Select(static entry => (entry.IsEntry, entry.Name)).SequenceEqual(wanted.Select(static entry => (entry.IsEntry, entry.Name))))
        {
            _waiting.Add(keys.List);
            return [.. now];
        }
        return [.. now.Zip(wanted, (old, entry) => Take(old, entry, keys.Holds, setting => isLive(old, setting)))];
    }

    /// <summary>The configuration with what counts at once of another.</summary>
    private Configuration Take(Configuration now, Configuration wanted, Func<Setting, bool> counts, Func<Setting, bool> isLive)
    {
        SettingValue[] changed = [.. wanted.Values.Where(value => counts(value.Setting) && !Reload.Same(now.Of(value.Setting).Value, value.Value))];
        SettingValue[] live = [.. changed.Where(value => isLive(value.Setting))];
        _applied.AddRange(live.Select(value => wanted.KeyOf(value.Setting)));
        _waiting.AddRange(changed.Except(live).Select(value => wanted.KeyOf(value.Setting)));
        return now.With(live);
    }

    private static IEnumerable<SettingValue> Rows(Configuration entry, KeySpace keys) =>
        entry.Values.Where(value => keys.Holds(value.Setting));
}
