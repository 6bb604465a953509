using System.CommandLine;

namespace Otedama;

internal static class CompletionCommand
{
    public static Command Build(CommandContext context, RootCommand root)
    {
        Command completion = new("completion", "Print a script that completes verbs, options and settings in a shell.");
        Argument<string> shell = new("shell") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        completion.Arguments.Add(shell);
        completion.SetAction(result =>
        {
            string text = result.GetValue(shell) switch
            {
                "fish" => CompletionScript.Fish(root),
                "zsh" => CompletionScript.Zsh(root),
                _ => CompletionScript.Bash(root),
            };
            context.Answer(result, new TextAnswer(1, text), AnswerJson.Default.TextAnswer, static a => a.Text.TrimEnd('\n').Split('\n'));
        });
        return completion;
    }
}
