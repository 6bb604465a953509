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

    /// <summary>What operators filter on stays when a method is renamed, and means one thing.</summary>
    [Fact]
    public void Every_log_message_has_an_event_name_of_its_own()
    {
        string[] messages = [.. SourceTree.Product.SelectMany(static path => LogMessages().Matches(SourceTree.Read(path)).Select(m => $"{path}: {m.Value}"))];
        string[] nameless = [.. messages.Where(static message => !EventNames().IsMatch(message))];
        Assert.True(nameless.Length == 0, $"without EventName = \"words_like_these\":\n{string.Join('\n', nameless)}");
        string[] twice = [.. messages.Select(static message => EventNames().Match(message).Groups[1].Value)
            .GroupBy(static name => name).Where(static group => group.Count() > 1).Select(static group => group.Key)];
        Assert.True(twice.Length == 0, $"event names of two messages: {string.Join(", ", twice)}");
        Assert.NotEmpty(messages);
    }

    [GeneratedRegex(@"\[LoggerMessage\(.*?\)\]", RegexOptions.Singleline)]
    private static partial Regex LogMessages();

    [GeneratedRegex("EventName = \"([a-z][a-z0-9_]*)\"")]
    private static partial Regex EventNames();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();
}
