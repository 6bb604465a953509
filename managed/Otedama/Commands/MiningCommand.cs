using System.CommandLine;

namespace Otedama;

internal static class MiningCommand
{
    public static Command Build(CommandContext context)
    {
        Command mining = new("mining", "The miner of this machine.");
        mining.Subcommands.Add(Switch(context, "start", "Start the workers of the running instance."));
        mining.Subcommands.Add(Switch(context, "stop", "Stop the workers of the running instance; pool and chain go on."));
        mining.Subcommands.Add(BenchmarkCommand.Build(context));
        mining.Subcommands.Add(TuneCommand.Build(context));
        mining.Subcommands.Add(HugePagesCommand.Build(context));
        return mining;
    }

    private static Command Switch(CommandContext context, string name, string description)
    {
        Command command = new(name, description);
        command.SetAction(async (result, stop) =>
        {
            using ApiClient client = ApiClient.Find(context.Load(result), context.Outside.Environment);
            StatusView status = await client.PostAsync($"mining/{name}", AnswerJson.Default.StatusView, stop);
            context.Answer(result, status, AnswerJson.Default.StatusView, static s =>
                [s.Rig is { } rig ? (rig.Mining ? "mining" : "stopped") : "this instance has no miner"]);
            return ExitCode.Done;
        });
        return command;
    }
}
