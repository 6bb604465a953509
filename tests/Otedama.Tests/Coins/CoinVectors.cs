namespace Otedama.Tests.Coins;

/// <summary>Reads tests/vectors/coins.</summary>
internal static class CoinVectors
{
    public static string Root { get; } = FindRoot();

    /// <summary>Lines split at spaces, comments and empty lines dropped.</summary>
    public static IEnumerable<string[]> Lines(string file) =>
        File.ReadLines(Path.Combine(Root, "tests", "vectors", "coins", file))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(' '));

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Otedama.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new DirectoryNotFoundException("Otedama.sln is not above the test binary");
    }
}
