using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Interop;

/// <summary>Header, library and imports must say the same.</summary>
public sealed partial class BorderTests
{
    [Fact]
    public void Opening_twice_is_harmless()
    {
        Native.Open();
        Native.Open();
    }

    [Fact]
    public void Struct_layouts_agree() => Assert.Empty(LayoutCheck.Differences());

    [Fact]
    public void Layout_rows_cover_every_struct_of_the_headers()
    {
        IEnumerable<string> declared = StructPattern().Matches(Headers()).Select(match => match.Groups[1].Value);
        Assert.Equal(declared.Order(), LayoutCheck.Managed().Select(row => row.Type).Distinct().Order());
    }

    [Fact]
    public void Declarations_imports_and_exports_are_the_same_names()
    {
        string[] declared = [.. VerbPattern().Matches(Headers()).Select(match => match.Groups[1].Value).Order()];
        string[] imported = [.. typeof(Otd).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Select(method => method.Name).Where(name => name.StartsWith("otd_", StringComparison.Ordinal)).Order()];
        Assert.NotEmpty(declared);
        Assert.Equal(declared, imported);
        Assert.Equal(declared, Exports().Order());
    }

    [Fact]
    public void Constants_of_the_header_are_ours()
    {
        Dictionary<string, string> header = ConstantPattern().Matches(Headers())
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        foreach (FieldInfo field in typeof(Otd).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            if (field.Name.StartsWith("OTD_", StringComparison.Ordinal))
            {
                Assert.Equal(header[field.Name], field.GetRawConstantValue()!.ToString());
            }
        }
    }

    private static string Headers() => string.Concat(
        Directory.GetFiles(Path.Combine(RepositoryRoot(), "native", "include"), "*.h").Order().Select(File.ReadAllText));

    private static IEnumerable<string> Exports()
    {
        string library = Path.Combine(AppContext.BaseDirectory, "libotedama_native.so");
        ProcessStartInfo start = new("nm", ["-D", "--defined-only", library]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text.Split('\n').Select(line => line.Split(' ')[^1]).Where(name => name.StartsWith("otd_", StringComparison.Ordinal));
    }

    internal static string RepositoryRoot()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Otedama.sln")))
        {
            directory = Path.GetDirectoryName(directory);
        }
        return directory ?? throw new DirectoryNotFoundException("no Otedama.sln above the test");
    }

    [GeneratedRegex(@"OTD_API [^;(]*?\b(otd_\w+)\(")]
    private static partial Regex VerbPattern();

    [GeneratedRegex(@"\} (otd_\w+);")]
    private static partial Regex StructPattern();

    [GeneratedRegex(@"#define (OTD_\w+) \(?(-?\d+)u?\)?")]
    private static partial Regex ConstantPattern();
}
