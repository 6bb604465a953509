using System.CommandLine;

namespace Otedama;

internal static class HelpCommand
{
    public static Command Build(RootCommand root)
    {
        Command help = new("help", "Explain a verb, its options and how it is used.");
        Argument<string[]> words = new("verb") { Description = "The verb, such as: pool payouts", Arity = ArgumentArity.ZeroOrMore };
        help.Arguments.Add(words);
        help.SetAction(async (result, stop) =>
        {
            ParseResult asked = CommandLine.Parse(root, result.GetValue(words) ?? []);
            Command command = asked.CommandResult.Command;
            if (asked.UnmatchedTokens.Count > 0 && !(command.TreatUnmatchedTokensAsErrors is false))
            {
                throw new CommandException(ExitCode.Usage, UsageErrors.Describe(asked));
            }
            string[] line = [.. UsageErrors.PathOf(command).Split(' ').Skip(1), "--help"];
            return await CommandLine.Parse(root, line).InvokeAsync(result.InvocationConfiguration, stop);
        });
        return help;
    }
}
