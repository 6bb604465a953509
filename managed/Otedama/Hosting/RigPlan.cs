using Otedama.Core;

namespace Otedama;

/// <summary>One rig this run starts, every value checked.</summary>
internal sealed record RigPlan
{
    public required Configuration Configuration { get; init; }

    public required Work Work { get; init; }

    public required string DataRoot { get; init; }

    /// <summary>Name of the pool of this process it mines on; null when it mines elsewhere.</summary>
    public string? PoolName { get; init; }

    /// <summary>Where a pool of this machine listens that is not of this process.</summary>
    public int OutsidePort { get; init; }

    /// <summary>CPU workers when several rigs share the machine; null where this one may take all.</summary>
    public int? Threads { get; init; }

    public string Name => Configuration.Name;

    /// <summary>Null when something is wrong, and then problems say what.</summary>
    /// <param name="pools">Those of this process.</param>
    /// <param name="outside">Pools the configuration names for another process of this machine; looked at where there
    /// are no others.</param>
    public static RigPlan? Make(
        Configuration configuration, IReadOnlyList<PoolPlan> pools, IReadOnlyList<Configuration> outside,
        string dataRoot, List<string> problems)
    {
        int before = problems.Count;
        bool elsewhere = configuration.Get(Settings.MiningPools).Count > 0;
        PoolPlan? own = elsewhere || pools.Count == 0 ? null : OwnPool(configuration, pools, problems);
        Configuration? other = elsewhere || pools.Count > 0 ? null : OtherPool(configuration, outside, problems);
        Work? work = own is not null ? own.Work
            : other is not null && configuration.IsDefault(Settings.MiningAlgorithms)
            ? Work.Of(PoolPlan.WithAlgorithm(other), problems)
            : elsewhere || other is not null ? Work.Of(configuration, problems)
            : null;
        RigPools.Check(configuration, Work.Choice(configuration), problems);
        if (own is not null)
        {
            // Our own pool would refuse this login for ever.
            PlanChecks.Address(configuration, Settings.Wallet, own.Coin, problems);
        }
        if (own is not { NodeIsEmbedded: true } && configuration.Get(Settings.Wallet).Length == 0
            && RigPools.NeedsWallet(configuration))
        {
            problems.Add($"{configuration.KeyOf(Settings.Wallet)}: no address to be paid to. Give one with --wallet, "
                + "mining.wallet or OTEDAMA_MINING_WALLET.");
        }
        if (own is null && work is not null)
        {
            PlanChecks.NotEnded(configuration, work.Coin, pools.Count > 0, problems);
        }
        if (work is { Facts.Equihash: not null, Coin.Equihash: { IsSolved: false } unsolved })
        {
            problems.Add($"{configuration.KeyOf(Settings.MiningAlgorithms)}: Equihash {unsolved} is checked for other "
                + "miners but not searched by this one, "
                + "which solves 125,4, 144,5, 96,5 and 48,5. Serve miners with `otedama pool`, or set mining.enabled "
                + "to false.");
        }
        AsicChoice.Check(configuration, work, problems);
        CheckWorkers(configuration, problems);
        return work is null || problems.Count > before ? null : new RigPlan
        {
            Configuration = configuration,
            Work = work,
            DataRoot = dataRoot,
            PoolName = own?.Name,
            OutsidePort = (other ?? configuration).Get(Settings.PoolPort),
        };
    }

    private static void CheckWorkers(Configuration configuration, List<string> problems)
    {
        if (configuration.Get(Settings.CpuThreads) != SettingTypes.None)
        {
            return;
        }
        string what = $"{configuration.KeyOf(Settings.CpuThreads)}: none "
            + $"({configuration.Of(Settings.CpuThreads).Place})";
        if (!GpuChoice.WantsAny(configuration) && !AsicChoice.WantsAny(configuration))
        {
            problems.Add($"{what}, and no graphics card is named either and no ASIC, so nothing would mine. "
                + "Name cards with --gpu or mining.workers.gpus, ASICs with --asic or mining.asic, or set "
                + "mining.enabled to false.");
        }
        if (configuration.Get(Settings.CpuAffinity).Count > 0)
        {
            problems.Add($"{what}, and {configuration.KeyOf(Settings.CpuAffinity)} binds CPU workers to processors. "
                + "Leave one of them out.");
        }
    }

    /// <summary>No CPU workers: only graphics cards.</summary>
    private bool HasCardsOnly => Configuration.Get(Settings.CpuThreads) == SettingTypes.None;

    /// <summary>
    /// CPU workers it was given: a number, or one for each processor it is bound to; 0 when it was given none.
    /// </summary>
    public int GivenThreads()
    {
        int threads = Configuration.Get(Settings.CpuThreads);
        return threads > 0 ? threads
            : CpuSet.TryParse(Configuration.Get(Settings.CpuAffinity), out IReadOnlyList<int> cpus, out _) ? cpus.Count
            : 0;
    }

    /// <summary>
    /// Adds up what several rigs take of a machine's threads; one of them may be left with the others.
    /// </summary>
    public static IReadOnlyList<RigPlan> Share(IReadOnlyList<RigPlan> rigs, int machine, List<string> problems)
    {
        if (rigs.Count < 2)
        {
            return rigs;
        }
        ShareGpus(rigs, problems);
        AsicChoice.Share([.. rigs.Select(static rig => rig.Configuration)], problems);
        RigPlan[] rest = [.. rigs.Where(static rig => rig.GivenThreads() == 0 && !rig.HasCardsOnly)];
        int given = rigs.Sum(static rig => rig.GivenThreads());
        string sum = string.Join(", ", rigs.Where(static rig => rig.GivenThreads() > 0).Select(static rig =>
            $"{rig.Name} {rig.GivenThreads()} "
                + $"({rig.Configuration.Of(rig.Configuration.Get(Settings.CpuThreads) > 0 ? Settings.CpuThreads : Settings.CpuAffinity).Place})"));
        if (rest.Length > 1)
        {
            problems.Add($"rigs: {string.Join(" and ", rest.Select(static rig => rig.Name))} do not say how many "
                + "threads they take, and only one rig can have the others. "
                + "Give each workers: {cpu_threads: NUMBER}.");
        }
        else if (given + rest.Length > machine)
        {
            string left = rest.Length > 0 ? $", which leaves none for {rest[0].Name}" : "";
            problems.Add($"rigs: {sum} take {given} threads together, and this machine has {machine}{left}. Lower "
                + "workers.cpu_threads of one of them.");
        }
        return [.. rigs.Select(rig => rig with
        {
            Threads = rig.HasCardsOnly ? SettingTypes.None : rig.GivenThreads() > 0 ? rig.GivenThreads()
                : machine - given,
        })];
    }

    /// <summary>A card works for one rig: several rigs name theirs, each its own.</summary>
    private static void ShareGpus(IReadOnlyList<RigPlan> rigs, List<string> problems)
    {
        Dictionary<int, RigPlan> owners = [];
        RigPlan[] counting = [.. rigs.Where(static rig =>
            rig.Configuration.Get(Settings.Gpus).Count == 0 && rig.Configuration.Get(Settings.GpuThreads) > 0)];
        if (counting.Length > 0 && rigs.Count(static rig => GpuChoice.WantsAny(rig.Configuration)) > 1)
        {
            string silent = string.Join(" and ", counting.Select(static rig => rig.Name));
            problems.Add($"rigs: several mine with graphics cards, and {silent} does not say with which. "
                + "Give each workers: {gpus: NUMBERS}.");
        }
        foreach (RigPlan rig in rigs)
        {
            _ = CpuSet.TryParse(rig.Configuration.Get(Settings.Gpus), out IReadOnlyList<int> cards, out _);
            foreach (int card in cards.Distinct().Where(card => !owners.TryAdd(card, rig)))
            {
                string place = rig.Configuration.Of(Settings.Gpus).Place;
                problems.Add($"rigs: {owners[card].Name} and {rig.Name} both name graphics card {card} ({place}). "
                    + "Leave it to one of them.");
            }
        }
    }

    /// <summary>
    /// The pool of this process a rig is for: the one it names, the only one, or the only one of its algorithm.
    /// </summary>
    private static PoolPlan? OwnPool(Configuration configuration, IReadOnlyList<PoolPlan> pools, List<string> problems)
    {
        string key = configuration.KeyOf(Settings.MiningPool);
        string names = string.Join(", ", pools.Select(static pool => pool.Name));
        string named = configuration.Get(Settings.MiningPool);
        string? algorithm = configuration.IsDefault(Settings.MiningAlgorithms) ? null
            : Work.Choice(configuration)?.Name;
        PoolPlan[] fit =
            [.. pools.Where(
            pool => named.Length > 0 ? pool.Name == named : algorithm is null || pool.Work.Name == algorithm)];
        if (fit.Length != 1)
        {
            problems.Add(named.Length > 0
                ? $"{key}: \"{SettingTypes.Shorten(named)}\" is no pool of this process "
                + $"({configuration.Of(Settings.MiningPool).Place}). Allowed: {names}."
                : $"{key}: {(fit.Length == 0 ? $"no pool of this process is for {algorithm}" : "several pools fit")}, so it has to be said where {configuration.Name} mines. "
                    + $"Name one of {string.Join(", ", pools.Select(static pool => $"{pool.Name} ({pool.Work.Name})"))}, or give mining.pools.");
            return null;
        }
        if (algorithm is not null && fit[0].Work.Name != algorithm)
        {
            problems.Add($"{configuration.KeyOf(Settings.MiningAlgorithms)}: {algorithm} is not what the pool "
                + $"{fit[0].Name} is for, which needs {fit[0].Work.Name} "
                + $"({configuration.Of(Settings.MiningAlgorithms).Place}). Leave it out, or name another pool.");
            return null;
        }
        return fit[0];
    }

    /// <summary>
    /// The pool of this machine that runs in another process: the one that is named, or the only one.
    /// </summary>
    private static Configuration? OtherPool(
        Configuration configuration, IReadOnlyList<Configuration> pools, List<string> problems)
    {
        string named = configuration.Get(Settings.MiningPool);
        Configuration[] fit = [.. pools.Where(pool => named.Length == 0 || pool.Name == named)];
        if (fit.Length == 1)
        {
            return fit[0];
        }
        problems.Add($"{configuration.KeyOf(Settings.MiningPool)}: {(named.Length > 0 ? $"there is no pool \"{SettingTypes.Shorten(named)}\"" : "there are several pools")}. "
            + $"Name one of {string.Join(", ", pools.Select(static pool => pool.Name))}, or give mining.pools.");
        return null;
    }
}
