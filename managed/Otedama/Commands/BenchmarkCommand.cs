using System.CommandLine;

namespace Otedama;

internal static class BenchmarkCommand
{
    public static Command Build(CommandContext context)
    {
        Command benchmark = LaterCommand.Build(context, "benchmark", "Measure each algorithm and flavour", "Nothing to measure.");
        return benchmark;
    }
}
