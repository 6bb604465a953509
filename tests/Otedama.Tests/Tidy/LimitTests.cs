using System.Text.RegularExpressions;
using Xunit;

namespace Otedama.Tests.Tidy;

/// <summary>docs/reference/limits.md lists every limit with its value, and nothing else.</summary>
public sealed partial class LimitTests
{
    private const string Page = "docs/reference/limits.md";

    private static readonly string[] s_projects =
    [
        "firmware-tools/Otedama.Asic", "managed/Otedama.Mining", "managed/Otedama.Node", "managed/Otedama.Pool", "managed/Otedama.Wire",
        "managed/Otedama",
    ];

    [Fact]
    public void The_page_of_limits_has_every_limit_and_its_value()
    {
        string[] source = [.. s_projects.SelectMany(static project => InSource(project, SourceTree.Product))];
        string[] page = [.. OnPage(SourceTree.Read(Page))];
        string[] missing = [.. source.Except(page).Select(static row => $"no row for {row}: add it, with what it bounds and what happens then")];
        string[] gone = [.. page.Except(source).Select(static row => $"no such constant: {row}")];
        Assert.True(missing.Length + gone.Length == 0, $"{Page}:\n{string.Join('\n', missing.Concat(gone))}");
        Assert.Equal(page.Distinct(), page);
    }

    /// <summary>A queue takes its capacity from such a constant, or the page says which setting gives it.</summary>
    [Fact]
    public void Every_bounded_queue_names_its_limit()
    {
        string[] unnamed = [.. SourceTree.Product.SelectMany(static path => Queues().Matches(SourceTree.Read(path)).Select(found => $"{path}: {found.Value}"))
            .Where(static found => !found.Contains("Max", StringComparison.Ordinal) && !found.Contains("apacity", StringComparison.Ordinal))];
        Assert.True(unnamed.Length == 0, string.Join('\n', unnamed));
    }

    [Theory]
    [InlineData("private const int LinesMax = 4; // few", "LinesMax 4")]
    [InlineData("public const int WeightMax = 4_000, CostMax = (2 + A.B) / 5;", "WeightMax 4_000|CostMax (2 + A.B) / 5")]
    [InlineData("private const double RatioMin = 1.0 / 16, RatioMax = 64;", "RatioMax 64")]
    [InlineData("private const string RaiseMax = \"Raise it.\";", "")]
    [InlineData("private const int Length = 7;", "")]
    public void Limits_are_read_from_a_line_of_source(string line, string found) =>
        Assert.Equal(found, string.Join('|', InLine("    " + line)));

    private static IEnumerable<string> InSource(string project, IEnumerable<string> files) => files
        .Where(path => path.StartsWith(project + "/", StringComparison.Ordinal))
        .SelectMany(path => InLine(SourceTree.Read(path)).Select(limit => $"{project} {path[(project.Length + 1)..^".cs".Length]}.{limit}"));

    private static IEnumerable<string> InLine(string text) => Constants().Matches(text)
        .SelectMany(static line => Assignments().Matches(line.Groups[1].Value))
        .Select(static one => $"{one.Groups[1].Value} {one.Groups[2].Value.Trim()}");

    private static IEnumerable<string> OnPage(string page)
    {
        string project = "";
        foreach (string line in page.Split('\n'))
        {
            project = !line.StartsWith("## ", StringComparison.Ordinal) ? project
                : s_projects.FirstOrDefault(one => one.EndsWith("/" + line[3..], StringComparison.Ordinal)) ?? line[3..];
            if (Row().Match(line) is { Success: true } row)
            {
                yield return $"{project} {row.Groups[1].Value} {row.Groups[2].Value}";
            }
        }
    }

    [GeneratedRegex(@"^\s*(?:private|public|internal) const (?:int|uint|long|ulong|double|decimal) ([^;]*);", RegexOptions.Multiline)]
    private static partial Regex Constants();

    [GeneratedRegex(@"\b(\w*(?:Max|Limit|Capacity)) = ((?:\([^)]*\)|[^,(])+)")]
    private static partial Regex Assignments();

    [GeneratedRegex(@"^\| `([^`]+)` \| `([^`]+)` \| [^|]+ \| [^|]+ \|$")]
    private static partial Regex Row();

    [GeneratedRegex(@"Channel\.CreateBounded<[^;]*;|new BlockingCollection<[^;]*;|BlockingCollection<\w+> \w+ = [^;]*;|new HandoffRing<[^;]*;|CreateUnbounded[^;]*;")]
    private static partial Regex Queues();
}
