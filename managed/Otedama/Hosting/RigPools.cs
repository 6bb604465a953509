using Otedama.Mining;

namespace Otedama;

/// <summary>What a rig is told: pools, processors and pauses, checked as a whole before anything is opened; then its logins.</summary>
internal static class RigPools
{
    /// <summary>The algorithm the preferred pool is for, where mining.algorithms does not say; null otherwise.</summary>
    public static AlgorithmChoice? AlgorithmOf(Configuration configuration) =>
        configuration.IsDefault(Settings.MiningAlgorithms) && configuration.Get(Settings.MiningPools) is [{ } first, ..]
            ? ReadAlgorithm(first["algo"], out _)
            : null;

    /// <summary>True when some pool is logged in to with the wallet.</summary>
    public static bool NeedsWallet(Configuration configuration) =>
        configuration.Get(Settings.MiningPools) is not { Count: > 0 } pools || pools.Any(static pool => pool["user"].Length == 0);

    /// <summary>mined: what this rig mines; null when that is a problem already.</summary>
    public static void Check(Configuration configuration, AlgorithmChoice? mined, List<string> problems)
    {
        IReadOnlyList<UrlEntry> pools = configuration.Get(Settings.MiningPools);
        (string key, string place) = (configuration.KeyOf(Settings.MiningPools), configuration.Of(Settings.MiningPools).Place);
        if (pools.Count > RigOptions.PoolsMax)
        {
            problems.Add($"{key}: {pools.Count} pools are more than {RigOptions.PoolsMax} ({place}).");
        }
        foreach (UrlEntry pool in pools)
        {
            if (!PoolUrl.TryParse(pool.Url, out _, out string? error))
            {
                problems.Add($"{key}: {error} ({place}).");
            }
            AlgorithmChoice? wanted = ReadAlgorithm(pool["algo"], out string? problem);
            if (problem is not null)
            {
                problems.Add($"{key}: algo of {pool.ShownUrl}: {problem} ({place}).");
            }
            else if (wanted is not null && mined is not null && wanted.Name != mined.Name)
            {
                problems.Add($"{key}: {pool.ShownUrl} is for {wanted.Name}, and this rig mines {mined.Name} ({place}). "
                    + "A rig mines one algorithm: list the pools of one, and make an entry of rigs for the other.");
            }
        }
        CheckMachine(configuration, problems);
    }

    private static void CheckMachine(Configuration configuration, List<string> problems)
    {
        if (!CpuSet.TryParse(configuration.Get(Settings.CpuAffinity), out _, out string? wrong))
        {
            problems.Add($"{configuration.KeyOf(Settings.CpuAffinity)}: {wrong} ({configuration.Of(Settings.CpuAffinity).Place}).");
        }
        bool watches = configuration.Get(Settings.PauseOnBattery) || configuration.Get(Settings.PauseWhenActive) > 0;
        if (watches && !OperatingSystem.IsLinux())
        {
            problems.Add("mining.pause_on_battery, mining.pause_when_active: this version looks at battery and terminals on Linux only. Leave them out.");
        }
    }

    /// <summary>ownPool: address of the pool in this process; nodeAddress: paid when there is no wallet.</summary>
    public static IReadOnlyList<PoolEndpoint> Endpoints(RigPlan plan, string? ownPool, string? nodeAddress)
    {
        Configuration configuration = plan.Configuration;
        IReadOnlyList<UrlEntry> pools = configuration.Get(Settings.MiningPools);
        if (pools.Count == 0)
        {
            pools = [new UrlEntry(ownPool ?? $"stratum+tcp://127.0.0.1:{plan.OutsidePort}")];
        }
        string wallet = configuration.Get(Settings.Wallet);
        wallet = wallet.Length > 0 ? wallet : nodeAddress ?? "";
        string name = configuration.Get(Settings.WorkerName);
        string user = RigLogin.Of(wallet, configuration.IsDefault(Settings.WorkerName) ? null : name, name);
        string password = configuration.Get(Settings.MiningPassword);
        return
        [
            .. pools.Select(pool => new PoolEndpoint(
                PoolUrl.Parse(pool.Url),
                pool["user"].Length > 0 ? pool["user"] : user,
                pool["password"].Length > 0 ? pool["password"] : password)),
        ];
    }

    private static AlgorithmChoice? ReadAlgorithm(string text, out string? problem)
    {
        problem = null;
        if (text.Length == 0)
        {
            return null;
        }
        problem = Settings.MiningAlgorithms.TryRead(new RawScalar(text), out object read);
        IReadOnlyList<AlgorithmChoice> choices = (IReadOnlyList<AlgorithmChoice>)read;
        problem ??= choices.Count == 1 ? null : "expected one algorithm";
        return problem is null ? choices[0] : null;
    }
}
