using System.CommandLine;

namespace Otedama;

internal static class MineCommand
{
    public static Command Build(CommandContext context)
    {
        Command mine = new("mine", "Mine on a pool with this machine.");
        Option<string?> wallet =
            new("--wallet")
            {
                Description = "Address that is paid; ADDRESS.NAME names this machine too.",
                HelpName =
            "ADDRESS"
            };
        Option<string?> worker =
            new("--worker") { Description = "Name of this machine on the pool.", HelpName = "NAME" };
        Option<string?> password =
            new("--password") { Description = "Password for the pool; x when left out.", HelpName = "TEXT" };
        Option<string?> algorithm =
            new("--algo")
            {
                Description = $"Algorithm: {string.Join(", ", AlgorithmChoice.Known)}.",
                HelpName =
            "NAME"
            };
        Option<string?> gpu = GpuOption();
        Option<bool> simulator = SimulatorOption();
        Option<bool> fallback = FallbackOption();
        Option<string[]> asic = AsicOption();
        Option<string[]> pool =
            new("--pool")
            {
                Description =
            "Pool address; may be repeated, first is preferred. Default: the pool of this machine.",
                HelpName = "URL"
            };
        Option<string?> threads = ThreadsOption();
        foreach (Option option in (Option[])[wallet, worker, password, algorithm, gpu, fallback, simulator, asic, pool,
            threads])
        {
            mine.Options.Add(option);
        }
        mine.SetAction((result, stop) =>
        {
            if (result.GetValue(gpu)?.Trim(' ', ',').Length == 0)
            {
                throw new CommandException(
                    ExitCode.Usage,
                    "--gpu \"\": empty; give numbers of `otedama gpu list` such as 0,1, or leave --gpu out to mine on "
                        + "the CPU.");
            }
            string? asics = Asics(result.GetValue(asic) ?? []);
            string[] pools = result.GetValue(pool) is { Length: > 0 } given ? given : [];
            if (pools.Any(static url => url.Trim(' ', ',').Length == 0))
            {
                // To leave it out means our own pool; to give nothing is a variable of a script that was empty.
                throw new CommandException(
                    ExitCode.Usage, "--pool \"\": empty; give an address such as stratum+tcp://pool.example:3333, or "
                    + "leave --pool out to mine on the pool of this machine.");
            }
            return RunCommand.RunAsync(
                context,
                result,
                Roles.Rig,
                [
                    .. CommandContext.Flag(result.GetValue(wallet), Settings.Wallet, "--wallet"),
                    .. CommandContext.Flag(result.GetValue(worker), Settings.WorkerName, "--worker"),
                    .. CommandContext.Flag(result.GetValue(password), Settings.MiningPassword, "--password"),
                    .. CommandContext.Flag(result.GetValue(algorithm), Settings.MiningAlgorithms, "--algo"),
                    .. CommandContext.Flag(result.GetValue(gpu), Settings.Gpus, "--gpu"),
                    .. CommandContext.Flag(
                        result.GetValue(fallback) ? "true" : null, Settings.GpuFallback, "--gpu-fallback"),
                    .. CommandContext.Flag(
                        result.GetValue(simulator) ? "true" : null, Settings.GpuSimulator, "--gpu-simulator"),
                    .. CommandContext.Flag(asics, Settings.Asics, "--asic"),
                    .. CommandContext.Flag(
                        pools.Length > 0 ? string.Join(',', pools) : null, Settings.MiningPools, "--pool"),
                    .. CommandContext.Flag(result.GetValue(threads), Settings.CpuThreads, "--threads"),
                ],
                stop);
        });
        return mine;
    }

    private static Option<string?> GpuOption() => new("--gpu")
    {
        Description = "Graphics cards to mine with besides the processor, by their numbers in `otedama gpu list`, "
            + "such as 0,1.",
        HelpName = "LIST",
    };

    private static Option<bool> SimulatorOption() => new("--gpu-simulator")
    {
        Description = "Allow --gpu to name a card that is this machine's processor in disguise.",
    };

    private static Option<bool> FallbackOption() => new("--gpu-fallback")
    {
        Description = "KawPow: where a card's driver refuses the compiled kernels, use the slow one that "
            + "reads its program.",
    };

    private static Option<string?> ThreadsOption() => new("--threads")
    {
        Description = "CPU workers; 0 = all, none = graphics cards "
        + "alone.",
        HelpName = "N"
    };

    private static Option<string[]> AsicOption() => new("--asic")
    {
        Description = "ASIC board to mine with besides the processor (sha256d), by its port in `otedama asic list`; "
            + "auto = every one that is recognised. PORT,chip=BM1366,chips=1 for chips that are not; may be repeated.",
        HelpName = "PORT",
    };

    /// <summary>As the setting has several; null = none was given.</summary>
    private static string? Asics(string[] given) => given.Length == 0 ? null
        : !given.Any(static port => port.Trim(' ', ',', ';').Length == 0) ? string.Join(';', given)
        : throw new CommandException(
            ExitCode.Usage, "--asic \"\": empty; give a port of `otedama asic list`, or auto, or leave --asic out.");
}
