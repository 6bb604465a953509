using System.CommandLine;

namespace Otedama;

internal static class AsicCommand
{
    public static Command Build(CommandContext context) => LaterCommand.Build(
        context,
        "asic",
        "Find, watch, tune and flash ASIC miners",
        "This version has no ASIC drivers; nothing was searched for or changed.");
}
