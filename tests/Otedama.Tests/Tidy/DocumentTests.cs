using System.Text.RegularExpressions;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Tidy;

public sealed partial class DocumentTests
{
    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        List<string> dead = [];
        foreach (string page in SourceTree.Files("*.md"))
        {
            foreach (Match link in Links().Matches(SourceTree.Read(page)))
            {
                string target = link.Groups[1].Value.Split('#')[0];
                bool outside = target.Contains("://", StringComparison.Ordinal) || target.Length == 0;
                string path = Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, target);
                if (!outside && !Path.Exists(path))
                {
                    dead.Add($"{page}: {target}");
                }
            }
        }
        Assert.True(dead.Count == 0, string.Join('\n', dead));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.ja.md")]
    [InlineData("docs/operating/quickstart.md")]
    public async Task Every_otedama_command_in_the_text_exists(string page)
    {
        foreach (Match command in Commands().Matches(SourceTree.Read(page)))
        {
            string[] words = command.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] verbs = [.. words.TakeWhile(static w => w.All(char.IsAsciiLetterLower))];
            CliResult result = await Cli.RunAsync([.. verbs, "--help"]);
            Assert.True(result.Code == 0, $"{page}: {command.Value}: {result.Error}");
            Assert.All(words.Where(static w => w.StartsWith("--", StringComparison.Ordinal)), option => Assert.Contains(option, result.Out));
        }
    }

    /// <summary>"... start one with: otedama" and "`otedama pool`" in messages of the program, in C# and in C.</summary>
    [Fact]
    public async Task Every_otedama_command_in_a_message_exists()
    {
        List<string> wrong = [];
        foreach (string path in SourceTree.Product.Concat(SourceTree.Files("*.c")).Where(static p => !p.StartsWith("tests/", StringComparison.Ordinal)))
        {
            foreach (Match literal in Literals().Matches(SourceTree.Read(path)))
            {
                foreach (Match command in Advice().Matches(literal.Value))
                {
                    string[] verbs = command.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    CliResult result = await Cli.RunAsync([.. verbs, "--help"]);
                    if (result.Code != 0)
                    {
                        wrong.Add($"{path}: {command.Value}");
                    }
                }
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Both_readmes_show_the_same_commands()
    {
        string[] english = [.. Commands().Matches(SourceTree.Read("README.md")).Select(static m => m.Value)];
        Assert.Equal(english, Commands().Matches(SourceTree.Read("README.ja.md")).Select(static m => m.Value));
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Links();

    [GeneratedRegex("""
        "(?:[^"\\\n]|\\.)*"
        """)]
    private static partial Regex Literals();

    /// <summary>Behind a colon or a backtick, and then words that could be verbs.</summary>
    [GeneratedRegex(@"(?:`|: )otedama((?: [a-z]+)+)")]
    private static partial Regex Advice();

    [GeneratedRegex(@"`otedama((?: [^`]+)?)`")]
    private static partial Regex Commands();
}
