using System.Text.RegularExpressions;
using Xunit;

namespace Otedama.Tests.Tidy;

public sealed partial class SourceTests
{
    private const int LinesMax = 700;

    /// <summary>What product code does not call, why, and where it is allowed after all.</summary>
    private static readonly (string Call, string Instead, string[] Except)[] s_banned =
    [
        ("DateTime.Now", "take a TimeProvider", []),
        ("DateTime.UtcNow", "take a TimeProvider", []),
        ("DateTimeOffset.Now", "take a TimeProvider", []),
        ("DateTimeOffset.UtcNow", "take a TimeProvider", []),
        ("Console.Write", "return an answer or log; only the executable's Surroundings speaks to the console", []),
        ("GC.Collect(", "do not allocate instead", []),
        ("async void", "return a Task, or the failure is lost", []),
    ];

    [Fact]
    public void No_file_is_longer_than_anybody_reads()
    {
        string[] tooLong = [.. SourceTree.Files("*.cs").Concat(SourceTree.Files("*.js")).Where(static p => SourceTree.Read(p).Count(static c => c == '\n') > LinesMax)];
        Assert.True(tooLong.Length == 0, $"more than {LinesMax} lines: {string.Join(", ", tooLong)}");
    }

    [Fact]
    public void Banned_calls_are_not_made()
    {
        List<string> found = [];
        foreach (string path in SourceTree.Product)
        {
            string text = Comments().Replace(SourceTree.Read(path), "");
            found.AddRange(s_banned.Where(ban => text.Contains(ban.Call, StringComparison.Ordinal) && !ban.Except.Contains(path))
                .Select(ban => $"{path}: {ban.Call}: {ban.Instead}"));
        }
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public void No_marker_of_unfinished_work_is_left()
    {
        Regex markers = new(@"\b(TO" + @"DO|FIX" + @"ME|XX" + @"X|HA" + @"CK)\b");
        string[] patterns = ["*.cs", "*.c", "*.h", "*.md", "*.sh", "*.ps1", "*.js", "*.css", "*.html"];
        string[] found = [.. patterns.SelectMany(SourceTree.Files).Where(path => markers.IsMatch(SourceTree.Read(path)))];
        Assert.True(found.Length == 0, $"finish it or drop it: {string.Join(", ", found)}");
    }

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();
}
