using System.CommandLine;

namespace Otedama;

internal static class MiningCommand
{
    public static Command Build(CommandContext context)
    {
        Command mining = new("mining", "The miner of this machine.");
        mining.Subcommands.Add(StartOrStop(context, "start", "Start the workers of the running instance."));
        mining.Subcommands.Add(StartOrStop(context, "stop", "Stop the workers of the running instance; pool and "
            + "chain go on."));
        mining.Subcommands.Add(SwitchCommand.Build(context));
        mining.Subcommands.Add(BenchmarkCommand.Build(context));
        mining.Subcommands.Add(TuneCommand.Build(context));
        mining.Subcommands.Add(HugePagesCommand.Build(context));
        return mining;
    }

    private static Command StartOrStop(CommandContext context, string name, string description)
    {
        Command command = new(name, description);
        Option<string?> rig = new("--rig") { Description = "Name of the rig; all of this machine when left out.", HelpName = "NAME" };
        command.Options.Add(rig);
        command.SetAction(async (result, stop) =>
        {
            using ApiClient client = ApiClient.Find(context.Load(result), context.Outside.Environment);
            StatusView status = await client.PostAsync(
                $"mining/{name}{(result.GetValue(rig) is { } named ? $"?rig={Uri.EscapeDataString(named)}" : "")}", AnswerJson.Default.StatusView, stop);
            context.Answer(result, status, AnswerJson.Default.StatusView, static s =>
                s.Rigs.Select(r => (s.Rigs.Count > 1 ? $"{r.Name}: " : "") + (r.Mining ? "mining" : "stopped")));
            return ExitCode.Done;
        });
        return command;
    }
}
