using System.CommandLine;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama;

/// <summary>verify --sv2 FILE: judges a file of Stratum V2 vectors, section by section.</summary>
internal static class Sv2Verify
{
    /// <param name="other">Another option of the verb that was given, or null.</param>
    public static int Run(CommandContext context, ParseResult result, string path, string? other, CancellationToken stop)
    {
        if (other is not null)
        {
            throw new CommandException(ExitCode.Usage, $"--sv2 and {other}: a file of Stratum V2 vectors is checked alone.");
        }
        Sv2Vectors vectors = Read(path);
        bool isText = !result.GetValue(context.Json);
        List<Sv2Section> sections = [];
        using Progress progress = new(context.Outside);
        foreach (Sv2Section section in vectors.Run(stop))
        {
            sections.Add(section);
            foreach (string line in isText ? Lines(section) : [])
            {
                progress.Clear();
                context.Outside.Out.WriteLine(PlainText.Of(line));
            }
            progress.Begin($"after {section.Name}");
        }
        progress.Clear();
        int passed = sections.Sum(static section => section.Passed);
        int failed = sections.Sum(static section => section.Failed);
        Sv2VerifyAnswer answer = new(1, passed, failed, sections, vectors.Unknown);
        return context.Judge(result, answer, AnswerJson.Default.Sv2VerifyAnswer, Last,
            failed == 0 && passed > 0 && vectors.Unknown.Count == 0 ? ExitCode.Done : ExitCode.BadAnswer);
    }

    private static IEnumerable<string> Lines(Sv2Section section)
    {
        yield return section.Failed > 0 ? $"FAIL  {section.Name}: {section.Passed} passed, {section.Failed} failed"
            : section.Count is null ? $"none  {section.Name}: the file has no such section"
            : section.Count == 0 ? $"none  {section.Name}: the section is empty"
            : $"ok    {section.Name}: {section.Passed} passed, 0 failed";
        foreach (string failure in section.Failures)
        {
            yield return $"      {section.Name} {failure}";
        }
        if (section.Failed > section.Failures.Count)
        {
            yield return $"      {section.Failed - section.Failures.Count} more failures are not shown";
        }
    }

    private static IEnumerable<string> Last(Sv2VerifyAnswer answer)
    {
        if (answer.UnknownSections.Count > 0)
        {
            yield return $"not judged, no section of this name is known: {Shown(answer.UnknownSections)}";
        }
        if (answer is { Passed: 0, Failed: 0 })
        {
            yield return "nothing was judged, there are no vectors in it: that is no pass";
        }
        yield return $"{answer.Passed} passed, {answer.Failed} failed";
    }

    private static string Shown(IReadOnlyList<string> names)
    {
        const int Most = 10;
        return string.Join(", ", names.Take(Most).Select(Sv2Text.Shown)) + (names.Count > Most ? $" and {names.Count - Most} more" : "");
    }

    private static Sv2Vectors Read(string path)
    {
        try
        {
            return Sv2Vectors.Parse(GivenFile.ReadAll(path, Sv2Vectors.FileBytesMax), BuiltInVectors.Sv2());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or ArgumentException)
        {
            throw new CommandException(ExitCode.Usage, path.Length == 0
                ? "--sv2: the path is empty. Give the path of a vector file."
                : $"{path}: cannot be read as Stratum V2 vectors: {e.Message}");
        }
    }
}

internal sealed record Sv2VerifyAnswer(
    int Schema, int Passed, int Failed, IReadOnlyList<Sv2Section> Sections, IReadOnlyList<string> UnknownSections);
