using Otedama.Tests.App;

namespace Otedama.Tests.Tidy;

/// <summary>The files of the repository that people write.</summary>
internal static class SourceTree
{
    private static readonly string[] s_made = ["bin", "obj", "build", "out", ".git"];

    /// <summary>Paths below the root, with forward slashes.</summary>
    public static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Repository.Root, pattern, SearchOption.AllDirectories)
            .Select(static path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))
            .Where(static path => !path.Split('/').Any(s_made.Contains))
            .Order(StringComparer.Ordinal);

    public static string Read(string path) => Repository.Read(path);

    public static IEnumerable<string> Product => Files("*.cs").Where(static p => !p.StartsWith("tests/", StringComparison.Ordinal));
}
