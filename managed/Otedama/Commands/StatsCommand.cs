using System.CommandLine;

namespace Otedama;

internal static class StatsCommand
{
    public static Command Build(CommandContext context) =>
        PoolCommand.Ask(context, "stats", "What the running instance does: rig, pool and chain.", "status", AnswerJson.Default.StatusView, StatusLines.All);
}
