using System.Text.RegularExpressions;
using Xunit;

namespace Otedama.Tests.Tidy;

/// <summary>What is longer than it should be may only become less: who shortens something lowers the number here.</summary>
public sealed partial class RatchetTests
{
    private const int FunctionLinesMax = 70, ColumnsMax = 120;

    /// <summary>Lines of more than 120 columns by project, rounded up to the next 25.</summary>
    private static readonly Dictionary<string, int> s_wideLines = new()
    {
        ["firmware-tools/Otedama.Asic"] = 0,
        ["interop/Otedama.Interop"] = 125,
        ["managed/Otedama"] = 850,
        ["managed/Otedama.Core"] = 225,
        ["managed/Otedama.Mining"] = 175,
        ["managed/Otedama.Node"] = 100,
        ["managed/Otedama.Pool"] = 425,
        ["managed/Otedama.Wire"] = 125,
    };

    /// <summary>Functions of more than 70 lines, and why they stay.</summary>
    private static readonly HashSet<string> s_longFunctions =
    [
        "native/algo/verushash/kernel_body.h: INLINE void otd_verushash_step(", // one switch of eight cases, as the reference has it
    ];

    [Fact]
    public void Lines_wider_than_the_window_become_fewer()
    {
        Dictionary<string, string[]> wide = SourceTree.Product
            .SelectMany(static path => SourceTree.Read(path).Split('\n').Where(static line => line.Length > ColumnsMax).Select(line => (path, line)))
            .GroupBy(static found => string.Join('/', found.path.Split('/').Take(2)), static found => $"{found.path}: {found.line.Trim()}")
            .ToDictionary(static group => group.Key, static group => group.ToArray());
        string[] more = [.. wide.Where(static project => project.Value.Length > s_wideLines.GetValueOrDefault(project.Key))
            .Select(static project => $"{project.Key}: {project.Value.Length} lines of more than {ColumnsMax} columns, {s_wideLines.GetValueOrDefault(project.Key)} before")];
        Assert.True(more.Length == 0, $"break the lines you wrote:\n{string.Join('\n', more)}");
    }

    [Fact]
    public void Functions_fit_on_a_screen()
    {
        string[] managed = [.. SourceTree.Product.SelectMany(static path => Blocks(path, "    "))];
        string[] native = [.. SourceTree.Files("*.c").Concat(SourceTree.Files("*.h")).Where(static path => path.StartsWith("native/", StringComparison.Ordinal))
            .SelectMany(static path => Blocks(path, ""))];
        string[] tooLong = [.. managed.Concat(native).Where(static found => !s_longFunctions.Any(found.StartsWith))];
        Assert.True(tooLong.Length == 0, $"more than {FunctionLinesMax} lines; take a part out:\n{string.Join('\n', tooLong)}");
    }

    /// <summary>
    /// Blocks below the header of something that is no type, from this indent on: the formatter puts a block's braces below
    /// each other, in C the opening one at the end of the header.
    /// </summary>
    private static IEnumerable<string> Blocks(string path, string indentMin)
    {
        string[] lines = SourceTree.Read(path).Split('\n');
        for (int i = 1; i < lines.Length; i++)
        {
            string indent = lines[i][..^lines[i].TrimStart().Length];
            bool opens = indentMin.Length == 0
                ? indent.Length == 0 && lines[i].EndsWith(") {", StringComparison.Ordinal)
                : indent.Length >= indentMin.Length && lines[i].TrimStart() == "{";
            if (!opens)
            {
                continue;
            }
            int header = i;
            while (indentMin.Length > 0 && header > 0 && (header == i || !lines[header].StartsWith(indent, StringComparison.Ordinal)
                || lines[header].Length <= indent.Length || lines[header][indent.Length] == ' '))
            {
                header--;
            }
            int end = Array.FindIndex(lines, i + 1, line => line.StartsWith(indent + "}", StringComparison.Ordinal));
            if (end - i - 1 > FunctionLinesMax && !Types().IsMatch(lines[header]))
            {
                yield return $"{path}: {lines[header].Trim()}: {end - i - 1} lines";
            }
        }
    }

    [GeneratedRegex(@"^[^(=/]*\b(class|struct|record|interface|enum)\b")]
    private static partial Regex Types();
}
