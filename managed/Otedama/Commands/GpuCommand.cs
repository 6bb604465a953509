using System.CommandLine;

namespace Otedama;

internal static class GpuCommand
{
    public const string Sentence = "This version mines on CPUs only and does not look for graphics cards.";

    public static Command Build()
    {
        Command gpu = new("gpu", "Graphics cards.");
        gpu.Subcommands.Add(LaterCommand.Build(
            "list",
            "List the graphics cards that can mine",
            Sentence));
        return gpu;
    }
}
