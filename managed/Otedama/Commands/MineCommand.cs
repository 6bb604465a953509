using System.CommandLine;

namespace Otedama;

internal static class MineCommand
{
    public static Command Build(CommandContext context)
    {
        MineOptions options = new();
        Command mine = new("mine", "Mine on a pool with this machine.");
        foreach (Option option in options.All)
        {
            mine.Options.Add(option);
        }
        mine.SetAction((result, stop) =>
            RunCommand.RunAsync(context, result, Roles.Rig, options.Flags(result), stop));
        return mine;
    }
}

/// <summary>The options of `otedama mine`, and the settings they stand for.</summary>
internal sealed class MineOptions
{
    private readonly Option<string?> _wallet = new("--wallet")
    {
        Description = "Address that is paid; ADDRESS.NAME names this machine too.",
        HelpName = "ADDRESS",
    };

    private readonly Option<string?> _worker = new("--worker")
    {
        Description = "Name of this machine on the pool.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _password = new("--password")
    {
        Description = "Password for the pool; x when left out.",
        HelpName = "TEXT",
    };

    private readonly Option<string?> _algorithm = new("--algo")
    {
        Description = $"Algorithm: {string.Join(", ", AlgorithmChoice.Known)}.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _gpu = new("--gpu")
    {
        Description = "Graphics cards to mine with besides the processor, by their numbers in `otedama gpu list`, "
            + "such as 0,1.",
        HelpName = "LIST",
    };

    private readonly Option<bool> _fallback = new("--gpu-fallback")
    {
        Description = "KawPow: where a card's driver refuses the compiled kernels, use the slow one that reads its "
            + "program.",
    };

    private readonly Option<bool> _simulator = new("--gpu-simulator")
    {
        Description = "Allow --gpu to name a card that is this machine's processor in disguise.",
    };

    private readonly Option<string[]> _asic = new("--asic")
    {
        Description = "ASIC board to mine with besides the processor (sha256d), by its port in `otedama asic list`; "
            + "auto = every one that is recognised. PORT,chip=BM1366,chips=1 for chips that are not; may be repeated.",
        HelpName = "PORT",
    };

    private readonly Option<string[]> _pool = new("--pool")
    {
        Description = "Pool address; may be repeated, first is preferred. Default: the pool of this machine.",
        HelpName = "URL",
    };

    private readonly Option<string?> _threads = new("--threads")
    {
        Description = "CPU workers; 0 = all, none = graphics cards and ASICs alone.",
        HelpName = "N",
    };

    public IEnumerable<Option> All =>
        [_wallet, _worker, _password, _algorithm, _gpu, _fallback, _simulator, _asic, _pool, _threads];

    /// <summary>
    /// What was given, as settings. Throws CommandException for an option that is there and empty: to leave it out means
    /// something else, so it is a variable of a script that was empty.
    /// </summary>
    public IEnumerable<FlagValue> Flags(ParseResult result)
    {
        if (result.GetValue(_gpu)?.Trim(' ', ',').Length == 0)
        {
            throw Empty("--gpu", "give numbers of `otedama gpu list` such as 0,1, or leave --gpu out to mine on the CPU.");
        }
        string[] asics = result.GetValue(_asic) ?? [];
        if (asics.Any(static port => port.Trim(' ', ',', ';').Length == 0))
        {
            throw Empty("--asic", "give a port of `otedama asic list`, or auto, or leave --asic out.");
        }
        string[] pools = result.GetValue(_pool) ?? [];
        if (pools.Any(static url => url.Trim(' ', ',').Length == 0))
        {
            throw Empty("--pool", "give an address such as stratum+tcp://pool.example:3333, or leave --pool out to mine "
                + "on the pool of this machine.");
        }
        return
        [
            .. CommandContext.Flag(result.GetValue(_wallet), Settings.Wallet, "--wallet"),
            .. CommandContext.Flag(result.GetValue(_worker), Settings.WorkerName, "--worker"),
            .. CommandContext.Flag(result.GetValue(_password), Settings.MiningPassword, "--password"),
            .. CommandContext.Flag(result.GetValue(_algorithm), Settings.MiningAlgorithms, "--algo"),
            .. CommandContext.Flag(result.GetValue(_gpu), Settings.Gpus, "--gpu"),
            .. Switch(result, _fallback, Settings.GpuFallback),
            .. Switch(result, _simulator, Settings.GpuSimulator),
            .. CommandContext.Flag(Joined(asics, ';'), Settings.Asics, "--asic"),
            .. CommandContext.Flag(Joined(pools, ','), Settings.MiningPools, "--pool"),
            .. CommandContext.Flag(result.GetValue(_threads), Settings.CpuThreads, "--threads"),
        ];
    }

    private static IEnumerable<FlagValue> Switch(ParseResult result, Option<bool> option, Setting<bool> setting) =>
        CommandContext.Flag(result.GetValue(option) ? "true" : null, setting, option.Name);

    private static string? Joined(string[] given, char between) => given.Length > 0 ? string.Join(between, given) : null;

    private static CommandException Empty(string option, string next) =>
        new(ExitCode.Usage, $"{option} \"\": empty; {next}");
}
