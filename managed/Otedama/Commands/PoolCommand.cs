using System.CommandLine;

namespace Otedama;

internal static class PoolCommand
{
    public static Command Build(CommandContext context)
    {
        Command pool = new("pool", "Serve miners; with stats, miners or payouts: ask the running pool.");
        Option<string?> fee = new("--fee") { Description = "Percent of a block the pool keeps, such as 1.0.", HelpName = "PERCENT" };
        Option<string?> minimum = new("--min-payout") { Description = "Smaller amounts wait, such as 0.1.", HelpName = "COINS" };
        Option<string?> port = new("--port") { Description = "Stratum port.", HelpName = "PORT" };
        Option<string?> algorithm = new("--algo") { Description = $"Algorithm of the embedded chain: {string.Join(", ", AlgorithmChoice.Known)}.", HelpName = "NAME" };
        foreach (Option option in (Option[])[fee, minimum, port, algorithm])
        {
            pool.Options.Add(option);
        }
        pool.SetAction((result, stop) => RunCommand.RunAsync(
            context,
            result,
            Roles.Node | Roles.Pool,
            [
                .. CommandContext.Flag(result.GetValue(fee), Settings.PoolFee, "--fee"),
                .. CommandContext.Flag(result.GetValue(minimum), Settings.PoolMinPayout, "--min-payout"),
                .. CommandContext.Flag(result.GetValue(port), Settings.PoolPort, "--port"),
                .. CommandContext.Flag(result.GetValue(algorithm), Settings.MiningAlgorithms, "--algo"),
            ],
            stop));
        Option<string?> name = Name();
        pool.Subcommands.Add(Ask(
            context, "stats", "Rates, shares and blocks of the running pools, or of one.", "status", AnswerJson.Default.StatusView, StatusLines.Pools, name, Only));
        pool.Subcommands.Add(Ask(context, "miners", "Connected miners.", "miners", AnswerJson.Default.MinersAnswer, StatusLines.Miners, name));
        pool.Subcommands.Add(Ask(
            context, "payouts", "Who was paid and who is next; without a share chain also who waits.", "payouts",
            AnswerJson.Default.PayoutsAnswer, StatusLines.Payouts, name));
        pool.Subcommands.Add(Ask(context, "blocks", "Blocks the pool found.", "blocks", AnswerJson.Default.BlocksAnswer, StatusLines.Blocks, name));
        return pool;
    }

    /// <summary>The option that names a pool where several run.</summary>
    internal static Option<string?> Name() => new("--pool") { Description = "Name of the pool, where several run.", HelpName = "NAME" };

    /// <summary>The status with one pool alone; the name is there when the instance has it.</summary>
    internal static StatusView Only(StatusView status, string pool)
    {
        PoolView[] named = [.. status.Pools.Where(view => view.Name == pool)];
        return named.Length > 0
            ? status with { Pools = named }
            : throw new CommandException(ExitCode.Usage, $"--pool: no pool \"{SettingTypes.Shorten(pool)}\" runs here; there are: {string.Join(", ", status.Pools.Select(static p => p.Name))}.");
    }

    /// <summary>A verb that fetches one answer of the running instance and prints it.</summary>
    /// <param name="pool">Names the pool in the question, or in what is kept of the answer where keep says how.</param>
    /// <param name="code">Judges the answer; 0 when left out.</param>
    internal static Command Ask<T>(
        CommandContext context,
        string name,
        string description,
        string path,
        System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type,
        Func<T, IEnumerable<string>> lines,
        Option<string?>? pool = null,
        Func<T, string, T>? keep = null,
        Func<T, int>? code = null)
    {
        Command command = new(name, description);
        if (pool is not null)
        {
            command.Options.Add(pool);
        }
        command.SetAction(async (result, stop) =>
        {
            using ApiClient client = ApiClient.Find(context.Load(result), context.Outside.Environment);
            string? named = pool is null ? null : result.GetValue(pool);
            string query = named is null || keep is not null ? "" : $"?pool={Uri.EscapeDataString(named)}";
            T answer = await client.GetAsync(path + query, type, stop);
            answer = named is not null && keep is not null ? keep(answer, named) : answer;
            context.Answer(result, answer, type, lines);
            return code?.Invoke(answer) ?? ExitCode.Done;
        });
        return command;
    }
}
