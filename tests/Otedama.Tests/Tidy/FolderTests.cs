using System.Text.RegularExpressions;
using Xunit;

namespace Otedama.Tests.Tidy;

/// <summary>The folders of a project lie above each other: none needs one that needs it.</summary>
public sealed partial class FolderTests
{
    /// <summary>Folders that still lie in a circle. Take out what is mended; nothing comes in.</summary>
    private static readonly Dictionary<string, string[]> s_known = new()
    {
        ["managed/Otedama.Core"] = ["Coins", "Families", "Jobs", "Payouts", "Shares"],
        ["managed/Otedama"] = ["Api", "Commands", "Configuration", "Hosting", "Logging", "Metrics", "Selftest", "Webhooks"],
    };

    [Fact]
    public void No_folder_of_a_project_needs_one_that_needs_it()
    {
        List<string> found = [];
        foreach (IGrouping<string, string> project in SourceTree.Product.Where(static path => path.Split('/').Length > 3).GroupBy(ProjectOf))
        {
            Dictionary<(string From, string To), string> needs = NeedsOf(project);
            string[] known = s_known.GetValueOrDefault(project.Key, []);
            found.AddRange(needs.Keys
                .Where(need => !(known.Contains(need.From) && known.Contains(need.To)) && Leads(need.To, need.From, needs.Keys))
                .Select(need => $"{project.Key}: {need.From} needs {need.To} ({needs[need]}), and {need.To} leads back to {need.From}"));
        }
        Assert.True(found.Count == 0, $"turn an arrow round, or move the type:\n{string.Join('\n', found.Order(StringComparer.Ordinal))}");
    }

    [Fact]
    public void A_circle_of_three_is_found()
    {
        (string From, string To)[] needs = [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")];
        Assert.True(Leads("b", "a", needs));
        Assert.False(Leads("d", "a", needs));
    }

    /// <summary>Which folder names a type that only the other declares, with one example.</summary>
    private static Dictionary<(string From, string To), string> NeedsOf(IEnumerable<string> project)
    {
        (string Path, string Folder, string Text)[] files =
            [.. project.Select(static path => (path, path.Split('/')[2], Noise().Replace(SourceTree.Read(path), " ")))];
        Dictionary<string, string?> homes = [];
        foreach ((_, string folder, string text) in files)
        {
            foreach (Match declared in Declaration().Matches(text))
            {
                string name = declared.Groups[1].Value;
                homes[name] = homes.TryGetValue(name, out string? other) && other != folder ? null : folder;
            }
        }
        Dictionary<(string From, string To), string> needs = [];
        foreach ((string path, string folder, string text) in files)
        {
            foreach (Match word in Name().Matches(text))
            {
                if (homes.GetValueOrDefault(word.Value) is { } home && home != folder)
                {
                    needs.TryAdd((folder, home), $"{word.Value} in {path.Split('/')[^1]}");
                }
            }
        }
        return needs;
    }

    private static bool Leads(string from, string to, IEnumerable<(string From, string To)> needs)
    {
        ILookup<string, string> next = needs.ToLookup(static need => need.From, static need => need.To);
        HashSet<string> seen = [from];
        Queue<string> open = new(seen);
        while (open.TryDequeue(out string? folder))
        {
            foreach (string reached in next[folder].Where(seen.Add))
            {
                open.Enqueue(reached);
            }
        }
        return seen.Contains(to);
    }

    private static string ProjectOf(string path) => string.Join('/', path.Split('/')[..2]);

    /// <summary>Comments and strings.</summary>
    [GeneratedRegex(@"//[^\n]*|""(?:\\.|[^""\\\n])*""")]
    private static partial Regex Noise();

    /// <summary>Types of a namespace: members of types are indented.</summary>
    [GeneratedRegex(
        @"^(?:(?:public|internal|file|static|sealed|abstract|readonly|partial|ref|unsafe) )*(?:class|struct|interface|enum|record struct|record|delegate [\w<>?\[\]]+) (\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();

    /// <summary>Not what follows a dot or is given a value, which mostly is a member of that name.</summary>
    [GeneratedRegex(@"(?<!\.)\b[A-Z]\w*\b(?! = )")]
    private static partial Regex Name();
}
