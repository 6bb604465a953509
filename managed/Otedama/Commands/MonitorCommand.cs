using System.CommandLine;

namespace Otedama;

internal static class MonitorCommand
{
    public static Command Build(CommandContext context) =>
        PoolCommand.Ask(context, "monitor", "Watch the running instance live.", "status", AnswerJson.Default.StatusView, StatusLines.All);
}
