using System.CommandLine;

namespace Otedama;

/// <summary>A verb whose subject this version does not have: it says so and changes nothing.</summary>
internal static class LaterCommand
{
    public static Command Build(string name, string description, string sentence)
    {
        Command command = new(name, $"{description} (not in this version)") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(int (_) => throw new CommandException(ExitCode.Unsupported, sentence));
        return command;
    }
}
