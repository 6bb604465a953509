using System.CommandLine;

namespace Otedama;

internal static class ManCommand
{
    public static Command Build(CommandContext context, RootCommand root)
    {
        Command man = new("man", "Print the manual page, to be read with: otedama man | man -l -");
        man.SetAction(result => context.Answer(
            result, new TextAnswer(1, ManPage.Text(root)), AnswerJson.Default.TextAnswer, static a => a.Text.TrimEnd('\n').Split('\n')));
        return man;
    }
}

/// <summary>A text that is an answer by itself: a page, a script, a file.</summary>
internal sealed record TextAnswer(int Schema, string Text);
