using System.CommandLine;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama;

internal static class VerifyCommand
{
    private const long FileBytesMax = 256 << 20;

    public static Command Build(CommandContext context)
    {
        Command verify = new("verify", "Check proofs of work: known answers and vectors built into this program, or a vector file.");
        Option<string[]> files = new("--vectors") { Description = "Vector file (format of tests/vectors); may be repeated.", HelpName = "FILE" };
        Option<string?> flavour = new("--flavour") { Description = "Instruction-set flavour to check; default: the one mining uses.", HelpName = "NAME" };
        Option<bool> quick = new("--quick") { Description = "Leave out the built-in vectors that need gigabytes and many seconds." };
        verify.Options.Add(files);
        verify.Options.Add(flavour);
        verify.Options.Add(quick);
        verify.SetAction((result, stop) => Task.Run(
            () => Run(context, result, result.GetValue(files) ?? [], result.GetValue(flavour), result.GetValue(quick), stop), stop));
        return verify;
    }

    private static int Run(CommandContext context, ParseResult result, string[] files, string? flavour, bool quick, CancellationToken stop)
    {
        VectorTotals totals = default;
        List<string> lines = [];
        Action<string> report = result.GetValue(context.Json) ? lines.Add : context.Outside.Out.WriteLine;
        if (files.Length == 0)
        {
            foreach ((string name, Func<string?> check) in NativeChecks.All())
            {
                string? problem = Selftest.Guarded(check);
                totals += problem is null ? new VectorTotals(1, 0, 0) : new VectorTotals(0, 1, 0);
                report(problem is null ? $"ok    {name}" : $"FAIL  {name}: {problem}");
            }
        }
        using (VectorRunner runner = new(report, flavour))
        {
            foreach (string name in files.Length == 0 ? BuiltInVectors.Names(heavy: !quick) : files)
            {
                VectorTotals of = runner.Run(files.Length == 0 ? BuiltInVectors.Read(name) : Read(name), stop);
                totals += of;
                if (files.Length == 0)
                {
                    report($"{(of.Failed == 0 ? "ok   " : "FAIL ")} {name}: {of.Passed} passed, {of.Failed} failed, {of.Skipped} skipped");
                }
            }
        }
        context.Answer(result, new VerifyAnswer(1, totals.Passed, totals.Failed, totals.Skipped, lines), AnswerJson.Default.VerifyAnswer,
            static a => [$"{a.Passed} passed, {a.Failed} failed, {a.Skipped} skipped"]);
        return totals.Failed == 0 ? ExitCode.Done : ExitCode.BadAnswer;
    }

    private static VectorFile Read(string path)
    {
        try
        {
            FileInfo info = new(path);
            if (info.Exists && info.Length > FileBytesMax)
            {
                throw new CommandException(ExitCode.Usage, $"{path}: {info.Length} bytes are more than a vector file may have ({FileBytesMax}).");
            }
            return VectorFile.Parse(System.IO.File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new CommandException(ExitCode.Usage, $"{path}: cannot be read as vectors: {e.Message}");
        }
    }
}

internal sealed record VerifyAnswer(int Schema, int Passed, int Failed, int Skipped, IReadOnlyList<string> Lines);
