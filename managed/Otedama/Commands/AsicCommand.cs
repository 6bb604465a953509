using System.CommandLine;

namespace Otedama;

internal static class AsicCommand
{
    public const string Sentence = "This version has no ASIC drivers; nothing was searched for or changed.";

    public static Command Build() => LaterCommand.Build(
        "asic",
        "Find, watch, tune and flash ASIC miners",
        Sentence);
}
