using System.CommandLine;

namespace Otedama;

internal static class SelftestCommand
{
    public static Command Build(CommandContext context)
    {
        Command selftest = new("selftest", "Check this binary on this machine: known answers, layouts, cryptography, files.");
        selftest.SetAction(result =>
        {
            SelftestAnswer answer = Selftest.Run();
            context.Answer(result, answer, AnswerJson.Default.SelftestAnswer, Lines);
            return answer.Failed == 0 ? ExitCode.Done : ExitCode.SelfTest;
        });
        return selftest;
    }

    private static IEnumerable<string> Lines(SelftestAnswer answer) =>
    [
        .. answer.Tests.Select(static t => t.Problem is null ? $"ok    {t.Name}" : $"FAIL  {t.Name}: {t.Problem}"),
        $"{answer.Passed} passed, {answer.Failed} failed",
    ];
}

internal sealed record SelftestAnswer(int Schema, int Passed, int Failed, IReadOnlyList<SelftestRow> Tests);

/// <summary>Problem is null when the test passed.</summary>
internal sealed record SelftestRow(string Name, string? Problem);
