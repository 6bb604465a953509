using System.Text.RegularExpressions;
using Xunit;

namespace Otedama.Tests.Tidy;

/// <summary>The walk of one share in the architecture page: each stage is there, and all of them stay a short read.</summary>
public sealed partial class WalkTests
{
    /// <summary>Files and lines a newcomer reads; they may only become fewer.</summary>
    private const int FilesMax = 18;
    private const int LinesMax = 3_100;

    [Fact]
    public void Each_stage_of_the_walk_is_where_the_page_says()
    {
        MatchCollection stages = Stage().Matches(SourceTree.Read("docs/architecture.md"));
        Assert.InRange(stages.Count, 15, 25);
        Dictionary<string, string> files = [];
        foreach (Match stage in stages)
        {
            string path = stage.Groups["path"].Value;
            path = path.Contains("Otedama.", StringComparison.Ordinal) ? path : $"managed/Otedama.Pool/{path}";
            string text = files[path] = SourceTree.Read(path);
            string member = stage.Groups["member"].Value;
            Assert.True(Regex.IsMatch(text, $@"\b{member}\b"), $"{path} has no {member}");
        }
        int lines = files.Values.Sum(static text => text.Count(static c => c == '\n'));
        Assert.True(files.Count <= FilesMax && lines <= LinesMax, $"{files.Count} files, {lines} lines; {FilesMax} and {LinesMax} are allowed");
    }

    [GeneratedRegex(@"^\| [^|]+ \| `(?<path>[^`]+\.cs)` \| `(?<member>\w+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Stage();
}
