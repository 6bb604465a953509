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
        pool.Subcommands.Add(Ask(context, "stats", "Rates, shares and blocks of the running pool.", "status", AnswerJson.Default.StatusView, StatusLines.Pool));
        pool.Subcommands.Add(Ask(context, "miners", "Connected miners.", "miners", AnswerJson.Default.MinersAnswer, StatusLines.Miners));
        pool.Subcommands.Add(Ask(context, "payouts", "Who was paid, who waits, who is next.", "payouts", AnswerJson.Default.PayoutsAnswer, StatusLines.Payouts));
        pool.Subcommands.Add(Ask(context, "blocks", "Blocks the pool found.", "blocks", AnswerJson.Default.BlocksAnswer, StatusLines.Blocks));
        return pool;
    }

    /// <summary>A verb that fetches one answer of the running instance and prints it; code judges the answer, 0 when left out.</summary>
    internal static Command Ask<T>(
        CommandContext context,
        string name,
        string description,
        string path,
        System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type,
        Func<T, IEnumerable<string>> lines,
        Func<T, int>? code = null)
    {
        Command command = new(name, description);
        command.SetAction(async (result, stop) =>
        {
            using ApiClient client = ApiClient.Find(context.Load(result), context.Outside.Environment);
            T answer = await client.GetAsync(path, type, stop);
            context.Answer(result, answer, type, lines);
            return code?.Invoke(answer) ?? ExitCode.Done;
        });
        return command;
    }
}
