namespace Otedama;

/// <summary>
/// What of a configuration that was read again counts at once, and what waits for a restart: worked out entry by entry. A rig
/// that runs can be started anew for another algorithm and other pools, as far as the pools of this process that
/// run allow.
/// </summary>
internal sealed class ReloadStep
{
    private readonly InstancePlan _running;
    private readonly InstancePlan _other;
    private readonly Configuration _next;
    private readonly Dictionary<string, RigPlan> _following = []; // by name: rigs that take over everything
    private readonly List<string> _applied = [];
    private readonly List<string> _waiting = [];
    private readonly List<string> _reasons = [];

    public ReloadStep(InstancePlan running, InstancePlan other)
    {
        (_running, _other) = (running, other);
        (Configuration now, Configuration wanted) = (running.Configuration, other.Configuration);
        Configuration whole = Take(now, wanted, static setting => !KeySpace.Rig.Holds(setting) && !KeySpace.Pool.Holds(setting), Reload.IsLive);
        Configuration[] rigs = Entries(now.Rigs, wanted.Rigs, KeySpace.Rig, TakeRig);
        Configuration[] pools = Entries(now.Pools, wanted.Pools, KeySpace.Pool,
            (pool, entry) => Take(pool, entry, KeySpace.Pool.Holds, static _ => false));
        if (Tied() is not null && !_waiting.Exists(static key => key.EndsWith(".algorithms", StringComparison.Ordinal)))
        {
            _waiting.Add(Settings.MiningAlgorithms.Key); // no rig goes by it, but a pool does
        }
        // Values of an entry stand in it; those of the only rig or pool stand at the top.
        _next = whole.With(now.Rigs[0].IsEntry ? [] : Rows(rigs[0]))
            .WithEntries(now.Rigs[0].IsEntry ? rigs : [], now.Pools[0].IsEntry ? pools : []);
    }

    /// <summary>Keys that count from now on.</summary>
    public IReadOnlyList<string> Applied => _applied;

    /// <summary>Keys that were changed and need a restart.</summary>
    public IReadOnlyList<string> Waiting => _waiting;

    /// <summary>Why rigs do not follow, a sentence or more each.</summary>
    public IReadOnlyList<string> Reasons => _reasons;

    /// <summary>
    /// The plan that counts from now on. While other rigs wait for a restart, those that run keep the threads they have: who
    /// shares the machine is decided by all together.
    /// </summary>
    public InstancePlan Apply()
    {
        bool isSameRigs = _running.Rigs.Select(static rig =>
            rig.Name).SequenceEqual(_other.Rigs.Select(static rig => rig.Name));
        return _running with
        {
            Configuration = _next,
            Rigs = [.. _running.Rigs.Select(rig => _following.GetValueOrDefault(rig.Name, rig) with
            {
                Configuration = _next.Rigs.First(next => next.Name == rig.Name),
                Threads = isSameRigs ? Find(_other, rig.Configuration)!.Threads : rig.Threads,
            })],
        };
    }

    /// <summary>Whether a rig that runs by one plan has to be started anew for the other.</summary>
    public static bool Touches(RigPlan now, RigPlan next) =>
        now.Threads != next.Threads || now.Work.Name != next.Work.Name
        || (now.PoolName, now.OutsidePort) != (next.PoolName, next.OutsidePort) || Differences(now, next).Any();

    /// <summary>Keys of a rig whose values differ, as the second plan names them.</summary>
    public static IEnumerable<string> Differences(RigPlan now, RigPlan next) => Rows(next.Configuration)
        .Where(row => !Reload.Same(now.Configuration.Of(row.Setting).Value, row.Value)).Select(row =>
            next.Configuration.KeyOf(row.Setting));

    private static RigPlan? Find(InstancePlan plan, Configuration rig) => plan.Rigs.FirstOrDefault(found => found.Name == rig.Name);

    private Configuration[] Entries(
        IReadOnlyList<Configuration> now, IReadOnlyList<Configuration> wanted, KeySpace keys, Func<Configuration,
            Configuration, Configuration> take)
    {
        if (!now.Select(static entry => (entry.IsEntry, entry.Name)).SequenceEqual(wanted.Select(static entry => (entry.IsEntry, entry.Name))))
        {
            _waiting.Add(keys.List);
            return [.. now];
        }
        return [.. now.Zip(wanted, take)];
    }

    /// <summary>
    /// A rig follows as a whole, or what it works at stays as a whole: another coin's address at the old pool would
    /// be refused for ever.
    /// </summary>
    private Configuration TakeRig(Configuration now, Configuration wanted)
    {
        if (Find(_running, now) is not { } runs)
        {
            return Take(now, wanted, KeySpace.Rig.Holds, static _ => false);
        }
        if (Find(_other, wanted) is null)
        {
            return Take(now, wanted, KeySpace.Rig.Holds, static setting =>
                !Reload.IsOfWork(setting) && setting != Settings.MiningEnabled);
        }
        List<string> problems = [];
        bool isOtherWork = Rows(wanted).Any(row => Reload.IsOfWork(row.Setting)
            && !Reload.Same(now.Of(row.Setting).Value, row.Value));
        if (isOtherWork && IsOfTheWhole(wanted) && Tied() is { } tied)
        {
            problems.Add($"the pool {tied.Name} takes its algorithm from mining.algorithms too, and a pool is "
                + "not switched while it runs. "
                + $"Set pool.algorithm to {tied.Work.Name} to leave it as it is, or restart.");
        }
        Configuration all = now.With(Rows(wanted).Where(static row => row.Setting != Settings.MiningEnabled));
        RigPlan? plan = RigPlan.Make(all, _running.Pools, _other.Configuration.Pools, _running.DataRoot, problems);
        if (plan is not null && problems.Count == 0)
        {
            _following.Add(now.Name, plan);
            return Take(now, wanted, KeySpace.Rig.Holds, static setting => setting != Settings.MiningEnabled);
        }
        _reasons.AddRange(problems.Select(problem => $"{now.Name} goes on with {runs.Work.Name}: {problem}"));
        return Take(now, wanted, KeySpace.Rig.Holds, static setting =>
            !Reload.IsOfWork(setting) && setting != Settings.MiningEnabled);
    }

    /// <summary>True where the algorithm is not the entry's own, so that the pools without one of their own have it
    /// too.</summary>
    private static bool IsOfTheWhole(Configuration rig) =>
        rig.Own.All(static own => own.Setting != Settings.MiningAlgorithms);

    /// <summary>A pool that runs and gets another algorithm though nothing of its own was changed.</summary>
    private PoolPlan? Tied() => _running.Pools.FirstOrDefault(pool =>
        _other.Pools.FirstOrDefault(next => next.Name == pool.Name) is { } next && next.Work.Name != pool.Work.Name
        && next.Configuration.Values.Where(static row => KeySpace.Pool.Holds(row.Setting))
            .All(row => Reload.Same(pool.Configuration.Of(row.Setting).Value, row.Value)));

    /// <summary>The configuration with what counts at once of another.</summary>
    private Configuration Take(Configuration now, Configuration wanted, Func<Setting, bool> counts, Func<Setting, bool> isLive)
    {
        SettingValue[] changed = [.. wanted.Values.Where(value => counts(value.Setting) && !Reload.Same(now.Of(value.Setting).Value, value.Value))];
        SettingValue[] live = [.. changed.Where(value => isLive(value.Setting))];
        _applied.AddRange(live.Select(value => wanted.KeyOf(value.Setting)));
        _waiting.AddRange(changed.Except(live).Select(value => wanted.KeyOf(value.Setting)));
        return now.With(live);
    }

    private static IEnumerable<SettingValue> Rows(Configuration rig) =>
        rig.Values.Where(static value => KeySpace.Rig.Holds(value.Setting));
}
