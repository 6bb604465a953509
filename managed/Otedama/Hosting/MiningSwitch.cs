namespace Otedama;

/// <summary>What a rig is to mine until the next reload or restart, as somebody asked for it.</summary>
/// <param name="Rig">Name of a rig that runs.</param>
/// <param name="Pools">Where to mine; empty: where the configuration lets it mine that algorithm, or on this
/// process's pool of it.</param>
/// <param name="Wallet">Whom to pay; null: whom the configuration says.</param>
internal sealed record MiningSwitch(string Rig, string Algorithm, IReadOnlyList<string> Pools, string? Wallet)
{
    private const string AlgorithmFlag = "--algo", PoolFlag = "--pool", WalletFlag = "--wallet";

    /// <summary>
    /// The plan a rig is started by. What nobody names now is as the configuration says, whatever was switched
    /// before, so the algorithm of the configuration alone leads back to it. Throws ConfigurationException with
    /// every problem found.
    /// </summary>
    /// <param name="configured">The rig's plan by the configuration that counts.</param>
    public RigPlan PlanFor(RigPlan configured, InstancePlan running)
    {
        List<string> problems = [];
        List<SettingValue> values = [];
        AlgorithmChoice? choice = Read(Settings.MiningAlgorithms, new RawScalar(Algorithm), AlgorithmFlag, problems)
            is { Value: IReadOnlyList<AlgorithmChoice> choices } algorithms
                && Only(algorithms, choices, values, problems) ? choices[0] : null;
        if (Wallet is not null)
        {
            Keep(Read(Settings.Wallet, new RawScalar(Wallet), WalletFlag, problems), values);
        }
        if (Pools.Count > 0)
        {
            RawScalar[] urls = [.. Pools.Select(static url => new RawScalar(url))];
            Keep(Read(Settings.MiningPools, new RawList(urls, 0), PoolFlag, problems), values);
        }
        else if (choice is not null && choice.Name == configured.Work.Name)
        {
            // The algorithm may have been the pool's choice; it is the same one.
            values.RemoveAll(static value => value.Setting == Settings.MiningAlgorithms);
        }
        else if (choice is not null)
        {
            OnOwnPool(choice, configured, running, values, problems);
        }
        RigPlan? plan = problems.Count > 0 ? null : RigPlan.Make(
            configured.Configuration.With(values), running.Pools, running.Configuration.Pools, configured.DataRoot,
                problems);
        return plan is null || problems.Count > 0
            ? throw new ConfigurationException([.. problems])
            : plan with { Threads = configured.Threads };
    }

    private static bool Only(
        SettingValue value, IReadOnlyList<AlgorithmChoice> choices, List<SettingValue> values, List<string> problems)
    {
        if (choices.Count != 1)
        {
            problems.Add($"{AlgorithmFlag}: a rig mines one algorithm, and {choices.Count} are named. Name one of "
                + $"{string.Join(", ", choices.Select(static choice => choice.Name))}.");
            return false;
        }
        values.Add(value);
        return true;
    }

    private static void OnOwnPool(
        AlgorithmChoice choice, RigPlan configured, InstancePlan running, List<SettingValue> values,
            List<string> problems)
    {
        PoolPlan[] fit = [.. running.Pools.Where(pool => pool.Work.Name == choice.Name)];
        if (fit.Length != 1)
        {
            string have = string.Join(", ", running.Pools.Select(static pool => $"{pool.Name} ({pool.Work.Name})"));
            string own = fit.Length > 1 ? $"{string.Join(" and ", fit.Select(static pool => pool.Name))} of this "
                + "process are both for it"
                : have.Length > 0 ? $"the configuration gives {configured.Name} none, and this process has {have}"
                : $"the configuration gives {configured.Name} pools for {configured.Work.Name} only";
            problems.Add($"{AlgorithmFlag}: no pool to mine {choice.Name} on: {own}. Say where with {PoolFlag} "
                + "URL, and whom to pay with "
                + $"{WalletFlag} ADDRESS.");
            return;
        }
        values.Add(new SettingValue(Settings.MiningPools, Settings.MiningPools.Default, Origin.Flag, AlgorithmFlag));
        values.Add(new SettingValue(Settings.MiningPool, fit[0].Name, Origin.Flag, AlgorithmFlag));
    }

    private static void Keep(SettingValue? value, List<SettingValue> values)
    {
        if (value is not null)
        {
            values.Add(value);
        }
    }

    private static SettingValue? Read(Setting setting, RawValue raw, string flag, List<string> problems)
    {
        if (setting.TryRead(raw, out object value) is { } problem)
        {
            problems.Add($"{flag}: {problem}.");
            return null;
        }
        return new SettingValue(setting, value, Origin.Flag, flag);
    }
}

/// <summary>
/// What a rig mines now, and mined before it was asked to switch. Problems: why nothing was changed. ByCommand: not
/// what the configuration says, so the next reload or restart ends it.
/// </summary>
internal sealed record SwitchAnswer(
    int Schema, string Rig, string Algorithm, string Before, IReadOnlyList<string> Pools, bool ByCommand)
{
    /// <summary>What the rig had to decide by itself; sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public IReadOnlyList<string> Problems { get; init; } = [];
}
