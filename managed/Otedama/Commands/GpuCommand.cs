using System.CommandLine;

namespace Otedama;

internal static class GpuCommand
{
    public static Command Build(CommandContext context)
    {
        Command gpu = new("gpu", "Graphics cards.");
        gpu.Subcommands.Add(LaterCommand.Build(
            context,
            "list",
            "List the graphics cards that can mine",
            "This version mines on CPUs only and does not look for graphics cards."));
        return gpu;
    }
}
