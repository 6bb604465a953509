using System.CommandLine;

namespace Otedama;

internal static class DiagCommand
{
    public static Command Build(CommandContext context)
    {
        Command diag = new("diag", "Look at this machine and say what would hold mining back.");
        diag.SetAction(result =>
        {
            DiagAnswer answer = Diagnosis.Run(context.Load(result), context.Outside);
            context.Answer(result, answer, AnswerJson.Default.DiagAnswer, static a =>
                a.Checks.Select(static c => $"{c.Verdict,-5} {c.Name,-18} {c.Detail}"));
            return answer.Checks.Any(static c => c.Verdict == "bad") ? ExitCode.BadAnswer : ExitCode.Done;
        });
        return diag;
    }
}

internal sealed record DiagAnswer(int Schema, IReadOnlyList<DiagRow> Checks);

/// <summary>Verdict: good, note (worth knowing) or bad (something will not work).</summary>
internal sealed record DiagRow(string Name, string Verdict, string Detail);
