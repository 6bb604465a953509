using System.Text.RegularExpressions;
using Otedama.Core;
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

    public static TheoryData<string> Pages =>
        [.. SourceTree.Files("*.md").Where(static page => page.StartsWith("README", StringComparison.Ordinal) || page.Contains("docs/operating/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Pages))]
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

    [Fact]
    public void Every_setting_named_in_the_text_exists()
    {
        HashSet<string> known = [.. Settings.All.Select(static setting => setting.Key), .. LogCategory.All, "api.token"]; // the last is a file
        HashSet<string> sections = [.. known.Select(static key => key.Split('.')[0])];
        List<string> unknown = [];
        foreach (string page in SourceTree.Files("*.md").Where(static page => page.Contains("docs/operating/", StringComparison.Ordinal)))
        {
            foreach (Match name in SettingNames().Matches(SourceTree.Read(page)))
            {
                string key = name.Groups[1].Value;
                bool isPrefix = key.EndsWith(".*", StringComparison.Ordinal) && known.Any(k => k.StartsWith(key[..^1], StringComparison.Ordinal));
                if (sections.Contains(key.Split('.')[0]) && !known.Contains(key) && !isPrefix)
                {
                    unknown.Add($"{page}: {key}");
                }
            }
        }
        Assert.True(unknown.Count == 0, string.Join('\n', unknown));
    }

    [Fact]
    public async Task Every_configuration_in_the_text_is_one_the_program_takes()
    {
        int checkedCount = 0;
        foreach (string page in SourceTree.Files("*.md").Where(static page => page.Contains("docs/operating/", StringComparison.Ordinal)))
        {
            foreach (Match block in YamlBlocks().Matches(SourceTree.Read(page)).Where(static block => !block.Value.Contains("scrape_configs", StringComparison.Ordinal)))
            {
                using TempFolder folder = new();
                string text = block.Groups[1].Value
                    .Replace("YOUR-ADDRESS", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", StringComparison.Ordinal)
                    .Replace("ANOTHER-ADDRESS", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", StringComparison.Ordinal);
                CliResult result = await Cli.RunAsync(["config", "check", folder.File("otedama.yaml", text)]);
                Assert.True(result.Code == 0, $"{page}: {text}\n{result.Error}{result.Out}");
                checkedCount++;
            }
        }
        Assert.True(checkedCount >= 3);
    }

    [Fact]
    public void Every_address_of_the_API_is_described()
    {
        string page = SourceTree.Read("docs/reference/api.md");
        string[] routes = [.. Routes().Matches(SourceTree.Read("managed/Otedama/Api/LocalApi.cs")).Select(static m => m.Groups[1].Value).Distinct()];
        Assert.True(routes.Length > 10);
        Assert.All(routes, route => Assert.Contains($"`{route}`", page));
    }

    [GeneratedRegex(@"`([a-z0-9_]+(?:\.[a-z0-9_]+)+(?:\.\*)?)(?:: [^`]*)?`")]
    private static partial Regex SettingNames();

    [GeneratedRegex(@"```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlocks();

    [GeneratedRegex(@"""(/api/v1/[a-z/]+)""")]
    private static partial Regex Routes();

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
