using System.CommandLine;

namespace Otedama;

internal static class ChaosCommand
{
    public static Command Build() => LaterCommand.Build(
        "chaos",
        "Break parts of a running instance on purpose",
        "This version has no chaos testing; nothing was disturbed.");
}
