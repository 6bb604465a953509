using System.Text.RegularExpressions;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Tidy;

/// <summary>What an algorithm or a family is like is asked of its row or class; a ratchet that may only be turned down.</summary>
public sealed partial class AlgorithmNameTests
{
    private const string Table = "managed/Otedama.Core/Coins/AlgorithmFacts.cs", Families = "managed/Otedama.Core/Families/";

    [Theory]
    [InlineData("Algorithm", 8)] // the plugin's engine and checker, the rig's default, KawPow's datasets, a record of selftest
    [InlineData("HeaderFamily", 16)] // three lists of a line for each family, a default, and what one benchmark and one check measure
    public void Few_lines_outside_the_table_and_the_families_name_one(string type, int linesMax)
    {
        Regex named = type == "Algorithm" ? Algorithms() : HeaderFamilies();
        string[] found = [.. SourceTree.Product
            .Where(static path => path != Table && !path.StartsWith(Families, StringComparison.Ordinal))
            .SelectMany(path => SourceTree.Read(path).Split('\n').Where(line => named.IsMatch(line)).Select(line => $"{path}: {line.Trim()}"))];
        Assert.True(found.Length <= linesMax, $"{found.Length} lines name a member of {type}; at most {linesMax}:\n{string.Join('\n', found)}");
    }

    [Fact]
    public void The_patterns_know_all_members()
    {
        Assert.All(Enum.GetNames<Algorithm>(), static name => Assert.Matches(Algorithms(), $"Algorithm.{name}"));
        Assert.All(HeaderFamily.All, static family => Assert.Matches(HeaderFamilies(), $"HeaderFamily.{char.ToUpperInvariant(family.Name[0])}{family.Name[1..]}"));
    }

    [GeneratedRegex(@"\bAlgorithm\.(None|Sha256d|Scrypt|KawPow|Verthash|VerusHash|Equihash|Plugin)\b")]
    private static partial Regex Algorithms();

    [GeneratedRegex(@"\bHeaderFamily\.(Bitcoin|KawPow|Zcash|Verus|Gold)\b")]
    private static partial Regex HeaderFamilies();
}
